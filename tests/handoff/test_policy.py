"""The policy: what each signal leads to, and what always holds."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.policy import Action, PolicyContext, SignalRule, decide, decide_for
from handoff.policy_file import load_policy
from handoff.reasons import HandoffReason
from handoff.signals import Signal, SignalName, detect

POLICY = load_policy()
CALM = PolicyContext()


def signal(name, score):
    return Signal(name, score, ("words",), "test")


@pytest.mark.parametrize(
    ("text", "action", "reason"),
    [
        ("Where is my order?", Action.STAY, None),
        ("I want to talk to a human", Action.HAND_OVER, HandoffReason.HUMAN_WANTED),
        ("the lamp is sparking", Action.HAND_OVER, HandoffReason.SAFETY),
        ("my lawyer will hear of this", Action.HAND_OVER, HandoffReason.LEGAL),
        ("someone used my card", Action.HAND_OVER, HandoffReason.FRAUD),
        ("I am a journalist", Action.HAND_OVER, HandoffReason.PRESS),
        ("I am fed up", Action.OFFER, HandoffReason.ANGER),
        ("I am furious", Action.HAND_OVER, HandoffReason.ANGER),
        ("close my account", Action.OFFER, HandoffReason.CHURN),
        ("you have lost a customer", Action.HAND_OVER, HandoffReason.CHURN),
    ],
)
def test_words_lead_to(text, action, reason):
    decision = decide(detect(text), CALM, POLICY)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("failures", "action"),
    [(0, Action.STAY), (1, Action.STAY), (2, Action.HAND_OVER), (5, Action.HAND_OVER)],
)
def test_two_unhelpful_answers_bring_a_person(failures, action):
    decision = decide((), PolicyContext(failures), POLICY)
    assert decision.action is action
    assert decision.reason is (HandoffReason.BOT_FAILED if action is Action.HAND_OVER else None)


@pytest.mark.parametrize("reason", list(HandoffReason))
def test_a_requested_reason_hands_over(reason):
    decision = decide_for(reason, POLICY)
    rule = POLICY.reasons[reason]
    assert decision.action is Action.HAND_OVER
    assert decision.reason == reason
    assert decision.priority == rule.priority
    assert (decision.sla, decision.skill) == (rule.sla, rule.skill)


def test_the_most_urgent_reason_leads_and_others_add():
    signals = (signal(SignalName.CHURN, 0.95), signal(SignalName.SAFETY, 0.9))
    decision = decide(signals, CALM, POLICY)
    danger = POLICY.reasons[HandoffReason.SAFETY]
    assert decision.reason is HandoffReason.SAFETY
    assert decision.priority == danger.priority + POLICY.corroboration
    assert decision.sla == danger.sla


def test_the_same_reason_twice_counts_once():
    asked = PolicyContext(0, HandoffReason.HUMAN_WANTED)
    decision = decide((signal(SignalName.WANTS_HUMAN, 0.9),), asked, POLICY)
    assert decision.priority == POLICY.reasons[HandoffReason.HUMAN_WANTED].priority


def test_an_expensive_open_order_raises_the_priority_but_brings_nobody_by_itself():
    rich = PolicyContext(open_order_cents=POLICY.open_order_cents)
    assert decide((), rich, POLICY).action is Action.STAY
    with_order = decide((signal(SignalName.CHURN, 1),), rich, POLICY)
    without = decide((signal(SignalName.CHURN, 1),), CALM, POLICY)
    assert with_order.priority == without.priority + POLICY.open_order_adds


def test_a_signal_below_every_threshold_is_kept_as_a_contribution():
    decision = decide((signal(SignalName.STRONG_ANGER, 0.1),), CALM, POLICY)
    assert decision.action is Action.STAY
    assert [(c.rule, c.weight) for c in decision.contributions] == [("signal:strong_anger", 0)]


@pytest.mark.parametrize(
    ("worth", "action"), [(0, Action.OFFER), (19_999, Action.OFFER), (20_000, Action.HAND_OVER)]
)
def test_who_closes_the_account_is_handed_over_by_worth(worth, action):
    context = PolicyContext(worth_cents=worth)
    assert decide((signal(SignalName.LEAVING, 0.9),), context, POLICY).action is action


def test_contributions_are_frozen_and_carry_evidence():
    decision = decide(detect("my lawyer"), CALM, POLICY)
    (part,) = decision.contributions
    assert part.evidence == ("my lawyer",)
    assert part.as_dict()["reason"] == "legal"
    with pytest.raises(FrozenInstanceError):
        part.weight = 1  # type: ignore[misc]  # the point of the test


signals_of_any_kind = st.lists(
    st.builds(
        signal, st.sampled_from(list(SignalName)), st.floats(0, 1, exclude_min=True, width=16)
    ),
    max_size=6,
    unique_by=lambda s: s.name,
)
contexts = st.builds(
    PolicyContext,
    st.integers(0, 5),
    st.none() | st.sampled_from(list(HandoffReason)),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
)
STRENGTH = {Action.STAY: 0, Action.OFFER: 1, Action.HAND_OVER: 2}


@given(signals_of_any_kind, contexts)
def test_every_decision_is_whole(signals, context):
    decision = decide(signals, context, POLICY)
    assert 0 <= decision.priority <= 100
    assert (decision.reason is None) == (decision.action is Action.STAY)
    assert (decision.sla is None) == (decision.action is Action.STAY)
    assert (decision.skill is None) == (decision.action is Action.STAY)
    weights = sum(part.weight for part in decision.contributions)
    assert decision.priority == min(100, weights)


@given(signals_of_any_kind, contexts, st.randoms())
def test_the_order_of_signals_does_not_matter(signals, context, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert decide(signals, context, POLICY) == decide(shuffled, context, POLICY)


@given(signals_of_any_kind, contexts)
def test_one_failure_more_never_weakens_the_action(signals, context):
    before = decide(signals, context, POLICY)
    after = decide(signals, replace(context, failures=context.failures + 1), POLICY)
    assert STRENGTH[after.action] >= STRENGTH[before.action]


@given(signals_of_any_kind, contexts, st.sampled_from(list(SignalName)))
def test_a_surer_signal_never_weakens_the_action(signals, context, name):
    others = [s for s in signals if s.name != name]
    weak = decide([*others, signal(name, 0.3)], context, POLICY)
    sure = decide([*others, signal(name, 0.99)], context, POLICY)
    assert STRENGTH[sure.action] >= STRENGTH[weak.action]


@given(signals_of_any_kind, contexts)
def test_a_request_or_two_failures_always_hand_over(signals, context):
    decision = decide(signals, context, POLICY)
    if context.requested is not None or context.failures >= 2:
        assert decision.action is Action.HAND_OVER


def test_another_table_decides_otherwise():
    never = SignalRule(HandoffReason.ANGER, None, None)
    deaf = replace(POLICY, signals={**POLICY.signals, SignalName.STRONG_ANGER: never})
    assert decide((signal(SignalName.STRONG_ANGER, 1.0),), CALM, deaf).action is Action.STAY
