"""The policy's file: the shipped one is valid, a broken one is refused with the place and why."""

import copy

import pytest
import yaml

from handoff.policy_file import DEFAULT_FILE, PolicyError, load_policy, parse_policy
from handoff.reasons import HandoffReason
from handoff.signals import SignalName


@pytest.fixture
def table():
    return yaml.safe_load(DEFAULT_FILE.read_text())


def test_the_shipped_policy_covers_everything():
    policy = load_policy()
    assert set(policy.reasons) == set(HandoffReason)
    assert set(policy.signals) == set(SignalName)
    assert policy.version


def test_danger_comes_before_everything():
    policy = load_policy()
    highest = max(policy.reasons, key=lambda reason: policy.reasons[reason].priority)
    assert highest is HandoffReason.SAFETY


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("reasons", "safety", "priority"), 101, "reasons.safety.priority"),
        (("reasons", "safety", "priority"), True, "reasons.safety.priority"),
        (("reasons", "safety", "sla"), "whenever", "reasons.safety.sla: whenever is not a class"),
        (("reasons", "safety", "skill"), " ", "reasons.safety.skill"),
        (("reasons", "bored"), {"priority": 1}, "bored is not known"),
        (("sla", "urgent", "first_reply"), 0, "sla.urgent.first_reply"),
        (("sla", "urgent", "resolution"), 1, "sooner than first_reply"),
        (("sla", "urgent", "around_the_clock"), "yes", "sla.urgent.around_the_clock"),
        (("sla", "urgent"), {"first_reply": 1}, "sla.urgent: missing or unknown"),
        (("signals", "churn", "hand_over_at"), 1.5, "signals.churn.hand_over_at"),
        (("signals", "churn", "hand_over_at"), 0.1, "nobody is ever offered"),
        (("signals", "churn", "reason"), "whim", "whim is not a reason"),
        (("signals", "churn"), [], "signals.churn"),
        (("failures_hand_over_at",), 0, "failures_hand_over_at"),
        (("surprise",), 1, "surprise"),
    ],
)
def test_says_what_is_wrong(table, path, value, said):
    broken = copy.deepcopy(table)
    row = broken
    for key in path[:-1]:
        row = row[key]
    row[path[-1]] = value
    with pytest.raises(PolicyError, match=said):
        parse_policy(broken)


@pytest.mark.parametrize("missing", ["safety", "undeliverable"])
def test_a_reason_without_a_rule_is_refused(table, missing):
    del table["reasons"][missing]
    with pytest.raises(PolicyError, match=missing):
        parse_policy(table)


def test_broken_yaml_is_refused(tmp_path):
    file = tmp_path / "policy.yml"
    file.write_text("reasons: [")
    with pytest.raises(PolicyError, match="YAML"):
        load_policy(file)


@pytest.mark.parametrize("table", [None, [], "policy", 3])
def test_what_is_not_a_table_is_refused(table):
    with pytest.raises(PolicyError):
        parse_policy(table)
