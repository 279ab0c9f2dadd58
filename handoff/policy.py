"""Decides whether a person is needed, from signals and context, by a table. Pure: no I/O at all.

Called by the turn with the table that `handoff.policy_file` read from policy.yml.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handoff.reasons import HandoffReason
from handoff.signals.base import Signal, SignalName
from handoff.sla.classes import SlaClass, urgency

__all__ = [
    "Action",
    "Contribution",
    "Decision",
    "HandoffReason",
    "Policy",
    "PolicyContext",
    "ReasonRule",
    "SignalRule",
    "SlaClass",
    "decide",
    "decide_for",
]

MAX_PRIORITY = 100


class Action(StrEnum):
    """What to do with the conversation, from the mildest to the strongest."""

    STAY = "stay"
    OFFER = "offer"
    HAND_OVER = "hand_over"


_STRENGTH = {Action.STAY: 0, Action.OFFER: 1, Action.HAND_OVER: 2}


@dataclass(frozen=True)
class ReasonRule:
    """How urgent a reason is, from 0 to 100; how soon it is due; the skill it takes."""

    priority: int
    sla: SlaClass
    skill: str


@dataclass(frozen=True)
class SignalRule:
    """From which score a signal offers a person or hands over, and for which reason.

    `worth_cents`: below this worth of the customer's orders it only ever offers a person.
    """

    reason: HandoffReason
    hand_over_at: float | None
    offer_at: float | None
    worth_cents: int = 0


@dataclass(frozen=True)
class Policy:
    """The whole table; `version` is stored with every decision it makes."""

    version: str
    sla: Mapping[str, SlaClass]
    reasons: Mapping[HandoffReason, ReasonRule]
    signals: Mapping[SignalName, SignalRule]
    failures_hand_over_at: int
    corroboration: int
    open_order_cents: int
    open_order_adds: int


@dataclass(frozen=True)
class PolicyContext:
    """What else is known: unhelpful answers in this episode, a reason asked for, money at stake.

    `worth_cents` is all that the customer has ever ordered.
    """

    failures: int = 0
    requested: HandoffReason | None = None
    open_order_cents: int = 0
    worth_cents: int = 0


@dataclass(frozen=True)
class Contribution:
    """One rule's part in a decision: what it wanted, what it added to the priority, and why."""

    rule: str
    action: Action
    weight: int
    score: float
    evidence: tuple[str, ...] = ()
    reason: HandoffReason | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the contribution as it is frozen into the handoff."""
        return {
            "rule": self.rule,
            "action": self.action.value,
            "weight": self.weight,
            "score": self.score,
            "evidence": list(self.evidence),
            "reason": self.reason.value if self.reason else None,
        }


@dataclass(frozen=True)
class Decision:
    """What to do, how urgently, by whom, and every contribution that led there.

    `reason`, `sla` and `skill` are there unless the conversation stays with the bot.
    """

    action: Action
    reason: HandoffReason | None
    priority: int
    contributions: tuple[Contribution, ...]
    policy_version: str = ""
    sla: SlaClass | None = None
    skill: str | None = None


@dataclass(frozen=True)
class _Vote:
    rule: str
    action: Action
    reason: HandoffReason
    score: float
    evidence: tuple[str, ...]


def decide(signals: Sequence[Signal], context: PolicyContext, policy: Policy) -> Decision:
    """Return the strongest action any rule asks for, with the most urgent of its reasons.

    The leading reason gives its priority, every further one adds `corroboration`, an expensive
    open order adds its own; the sum of the contributions' weights, capped at 100, is the priority.
    Of the SLA classes of the rules that act, the one with the soonest first reply counts.
    """
    votes = sorted(_votes(signals, context, policy), key=lambda vote: _rank(vote, policy))
    acting = [vote for vote in votes if vote.action is not Action.STAY]
    if not acting:
        silent = tuple(_contribute(vote, 0) for vote in votes)
        return Decision(Action.STAY, None, 0, silent, policy.version)
    lead = acting[0]
    contributions = (*_weigh(votes, policy), *_value(context, policy))
    return Decision(
        action=lead.action,
        reason=lead.reason,
        priority=min(MAX_PRIORITY, sum(part.weight for part in contributions)),
        contributions=contributions,
        policy_version=policy.version,
        sla=min((policy.reasons[vote.reason].sla for vote in acting), key=urgency),
        skill=policy.reasons[lead.reason].skill,
    )


def decide_for(reason: HandoffReason, policy: Policy) -> Decision:
    """Return the decision to hand over for a reason nobody has to weigh, a dead letter for one."""
    return decide((), PolicyContext(requested=reason), policy)


def _votes(signals: Sequence[Signal], context: PolicyContext, policy: Policy) -> Iterator[_Vote]:
    for signal in signals:
        rule = policy.signals.get(signal.name)
        if rule is not None:
            action = _act_on(signal.score, rule, context.worth_cents)
            yield _Vote(f"signal:{signal.name}", action, rule.reason, signal.score, signal.evidence)
    if context.requested is not None:
        yield _Vote("requested", Action.HAND_OVER, context.requested, 1.0, ())
    if context.failures > 0:
        failed_enough = context.failures >= policy.failures_hand_over_at
        action = Action.HAND_OVER if failed_enough else Action.STAY
        share = min(1.0, context.failures / policy.failures_hand_over_at)
        evidence = (f"{context.failures} unhelpful answers in this episode",)
        yield _Vote("failures", action, HandoffReason.BOT_FAILED, share, evidence)


def _act_on(score: float, rule: SignalRule, worth_cents: int) -> Action:
    if rule.hand_over_at is not None and score >= rule.hand_over_at:
        return Action.HAND_OVER if worth_cents >= rule.worth_cents else Action.OFFER
    if rule.offer_at is not None and score >= rule.offer_at:
        return Action.OFFER
    return Action.STAY


def _rank(vote: _Vote, policy: Policy) -> tuple[int, int, float, str]:
    """Sort key: strongest action, most urgent reason, surest, then by name to be deterministic."""
    priority = policy.reasons[vote.reason].priority
    return -_STRENGTH[vote.action], -priority, -vote.score, vote.rule


def _weigh(votes: Sequence[_Vote], policy: Policy) -> Iterator[Contribution]:
    counted: set[HandoffReason] = set()
    for vote in votes:
        if vote.action is Action.STAY or vote.reason in counted:
            weight = 0
        else:
            weight = policy.corroboration if counted else policy.reasons[vote.reason].priority
            counted.add(vote.reason)
        yield _contribute(vote, weight)


def _value(context: PolicyContext, policy: Policy) -> Iterator[Contribution]:
    if policy.open_order_cents and context.open_order_cents >= policy.open_order_cents:
        evidence = (f"open orders of {context.open_order_cents / 100:.2f} EUR",)
        yield Contribution("open_order", Action.STAY, policy.open_order_adds, 1.0, evidence)


def _contribute(vote: _Vote, weight: int) -> Contribution:
    return Contribution(vote.rule, vote.action, weight, vote.score, vote.evidence, vote.reason)
