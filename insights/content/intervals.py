"""Shares, differences and trends, each with the interval that few numbers deserve. Pure.

Used by insights.content; docs/content-value.md has the formulas and where they come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance

from scipy.special import stdtrit

CONFIDENCE = 0.95
LEAST_CUSTOMERS = 20
LEAST_BUYERS = 5
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
_PRIOR = 4.0
"""A trend starts from this many pseudo-events that came as evenly as all the others."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where the true value lies in 95 of 100 such reports."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Uplift:
    """What the customers who were offered content brought beyond those from whom it was withheld.

    In cents, over all who were offered it.
    """

    cents: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Roi:
    """(incremental margin - cost) / cost."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Trend:
    """How much more often per day than before; `direction` is 0 while chance may explain it."""

    ratio: float
    direction: int


def wilson(successes: int, total: int) -> Interval | None:
    """Return the score interval of a share (Wilson 1927); None of nothing."""
    if total == 0:
        return None
    share, square = successes / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = _Z / (1 + square / total)
    reach *= sqrt(share * (1 - share) / total + square / (4 * total * total))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def why_untold(offered: Sequence[float], withheld: Sequence[float]) -> str:
    """Return why two groups say nothing about an uplift; empty when they do."""
    if not offered and not withheld:
        return "It has not been offered to anybody."
    if min(len(offered), len(withheld)) < LEAST_CUSTOMERS:
        groups = f"{len(offered)} were offered it, from {len(withheld)} it was withheld"
        return f"Too few customers: {groups}; {LEAST_CUSTOMERS} of each are needed."
    buyers = [sum(1 for each in group if each > 0) for group in (offered, withheld)]
    if min(buyers) < LEAST_BUYERS:
        bought = f"{buyers[0]} who were offered it bought, {buyers[1]} of the others"
        return f"Too few orders: {bought}; {LEAST_BUYERS} of each are needed."
    return ""


def compare(offered: Sequence[float], withheld: Sequence[float]) -> Uplift | None:
    """Return the uplift by Welch's interval for two means; None when it cannot be told.

    Each value is what one customer brought, in cents; most are nought.
    """
    if why_untold(offered, withheld):
        return None
    errors = [variance(group) / len(group) for group in (offered, withheld)]
    error = sum(errors)
    freedom = error**2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(errors, (offered, withheld), strict=True)
    )
    each = fmean(offered) - fmean(withheld)
    reach = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * sqrt(error)
    many = len(offered)
    return Uplift(many * each, Interval(many * (each - reach), many * (each + reach)))


def return_on(uplift: Uplift | None, cost_cents: int) -> Roi | None:
    """Return the return on investment; exact in the cost, so the interval is the uplift's."""
    if uplift is None or cost_cents <= 0:
        return None
    low, high = (cents / cost_cents - 1 for cents in (uplift.interval.low, uplift.interval.high))
    return Roi(uplift.cents / cost_cents - 1, Interval(low, high))


def find_trend(recent: int, before: int, *, recent_days: float, before_days: float) -> Trend:
    """Compare two counts over unequal times, shrunk towards no change where there is little."""
    if before_days <= 0:
        return Trend(1.0, 0)
    share, expected = wilson(recent, recent + before), recent_days / (recent_days + before_days)
    if share is None:
        return Trend(1.0, 0)
    now = (recent + _PRIOR * expected) / recent_days
    then = (before + _PRIOR * (1 - expected)) / before_days
    direction = int(share.low > expected) - int(share.high < expected)
    return Trend(now / then, direction)
