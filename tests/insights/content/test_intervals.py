"""Intervals against hand-computed values, and a simulation whose truth is known."""

import numpy as np
import pytest

from insights.content.intervals import (
    LEAST_CUSTOMERS,
    Interval,
    Uplift,
    compare,
    find_trend,
    return_on,
    why_untold,
    wilson,
)


def test_wilson_as_in_the_textbook():
    # 7 of 10: (.7 + 3.8415/20) / (1 + .38415) -+ 1.96/(1.38415) * sqrt(.021 + 3.8415/400)
    interval = wilson(7, 10)
    assert interval is not None
    assert interval.low == pytest.approx(0.39678, abs=1e-5)
    assert interval.high == pytest.approx(0.89221, abs=1e-5)


def test_a_share_of_nothing_has_no_interval_and_a_certain_one_stays_a_share():
    assert wilson(0, 0) is None
    none, every = wilson(0, 4), wilson(4, 4)
    assert none is not None
    assert every is not None
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1 - every.low)


def test_welch_by_hand():
    # 20 customers each; 10 bring 100 against 5: means 50 and 25, variances 2631.58 and 1973.68,
    # error sqrt(230.263) = 15.1744, 37.25 degrees of freedom, t = 2.02573.
    offered, withheld = [100.0] * 10 + [0.0] * 10, [100.0] * 5 + [0.0] * 15
    uplift = compare(offered, withheld)
    assert uplift is not None
    assert uplift.cents == pytest.approx(20 * 25)
    assert uplift.interval.low == pytest.approx(20 * (25 - 2.02573 * 15.17443), abs=0.5)
    assert uplift.interval.high == pytest.approx(20 * (25 + 2.02573 * 15.17443), abs=0.5)


def test_too_few_customers_or_orders_say_nothing():
    few, many = [100.0] * (LEAST_CUSTOMERS - 1), [100.0] * LEAST_CUSTOMERS
    assert compare(few, many) is None
    assert "Too few customers" in why_untold(few, many)
    assert "not been offered" in why_untold([], [])
    bought_once = [100.0] + [0.0] * 99
    assert compare(many, bought_once) is None
    assert "Too few orders" in why_untold(many, bought_once)


def test_return_on_investment_carries_the_interval_of_what_was_earned():
    roi = return_on(Uplift(30_000, Interval(-5_000, 65_000)), 10_000)
    assert roi is not None
    assert (roi.value, roi.interval) == (2.0, Interval(-1.5, 5.5))
    assert return_on(None, 10_000) is None
    assert return_on(Uplift(1, Interval(0, 2)), 0) is None


def test_a_trend_needs_more_than_chance():
    steady = find_trend(5, 20, recent_days=7, before_days=28)
    assert steady.ratio == pytest.approx(1.0)
    assert steady.direction == 0
    few = find_trend(2, 2, recent_days=7, before_days=28)
    assert few.ratio > 1
    assert few.direction == 0
    assert find_trend(20, 5, recent_days=7, before_days=28).direction == 1
    assert find_trend(0, 40, recent_days=7, before_days=28).direction == -1
    assert find_trend(9, 0, recent_days=7, before_days=0).direction == 0


def test_small_numbers_are_drawn_towards_no_change():
    small = find_trend(3, 0, recent_days=7, before_days=28)
    large = find_trend(300, 0, recent_days=7, before_days=28)
    # (3 + 4/5) / 7 over (0 + 16/5) / 28
    assert small.ratio == pytest.approx(4.75)
    assert large.ratio > 100


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """900 are offered, 300 withheld; a tenth buy, for lognormal sums; the offer adds two points."""
    draw = np.random.default_rng(20261123)
    mean_order = float(np.exp(8.5 + 0.6**2 / 2))
    truth = 900 * (0.12 - 0.10) * mean_order
    held, tries = 0, 600
    for _ in range(tries):
        groups = [
            draw.lognormal(8.5, 0.6, size) * (draw.random(size) < share)
            for size, share in ((900, 0.12), (300, 0.10))
        ]
        uplift = compare(groups[0].tolist(), groups[1].tolist())
        assert uplift is not None
        held += uplift.interval.low <= truth <= uplift.interval.high
    assert 0.92 <= held / tries <= 0.98
