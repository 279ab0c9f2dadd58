"""Reads and checks the policy table. Loaded once by gateway.bootstrap."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from handoff.policy import MAX_PRIORITY, Policy, ReasonRule, SignalRule
from handoff.reasons import HandoffReason
from handoff.signals.base import SignalName
from handoff.sla.classes import SlaClass
from kit.errors import InvalidInputError

DEFAULT_FILE = Path(__file__).with_name("policy.yml")

_Name = TypeVar("_Name", bound=StrEnum)
_Rule = TypeVar("_Rule")
_KEYS = frozenset(
    {
        "version",
        "sla",
        "reasons",
        "signals",
        "failures_hand_over_at",
        "corroboration",
        "open_order_cents",
        "open_order_adds",
    }
)
_MINUTES = ("first_reply", "next_reply", "resolution")


class PolicyError(InvalidInputError):
    """The policy table cannot be used; the message says which line and why."""


def load_policy(path: Path = DEFAULT_FILE) -> Policy:
    """Return the policy in the file; PolicyError when it is not valid."""
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PolicyError(f"The handoff policy is not readable YAML: {error}") from error
    return parse_policy(table)


def parse_policy(table: Any) -> Policy:
    """Return the policy a table describes; PolicyError names the first thing wrong with it."""
    top = _mapping(table, "the policy")
    _require_keys(top, _KEYS, "the policy")
    classes = _parse_classes(top["sla"])

    def parse_reason(row: Mapping[str, Any], where: str) -> ReasonRule:
        return _reason_rule(row, where, classes)

    reasons = _parse_rules(top["reasons"], "reasons", HandoffReason, parse_reason)
    missing = [reason.value for reason in HandoffReason if reason not in reasons]
    if missing:
        raise PolicyError(f"reasons: no rule for {', '.join(missing)}")
    signals = _parse_rules(top["signals"], "signals", SignalName, _signal_rule)
    unwatched = [name.value for name in SignalName if name not in signals]
    if unwatched:
        raise PolicyError(f"signals: no rule for {', '.join(unwatched)}")
    return Policy(
        version=str(top["version"]),
        sla=classes,
        reasons=reasons,
        signals=signals,
        failures_hand_over_at=_whole(top["failures_hand_over_at"], "failures_hand_over_at", 1),
        corroboration=_whole(top["corroboration"], "corroboration", 0),
        open_order_cents=_whole(top["open_order_cents"], "open_order_cents", 0),
        open_order_adds=_whole(top["open_order_adds"], "open_order_adds", 0),
    )


def _parse_rules(
    table: Any, where: str, names: type[_Name], parse: Callable[[Mapping[str, Any], str], _Rule]
) -> dict[_Name, _Rule]:
    rules: dict[_Name, _Rule] = {}
    for key, row in _mapping(table, where).items():
        if key not in set(names):
            raise PolicyError(f"{where}: {key} is not known; known are {', '.join(names)}")
        rules[names(key)] = parse(_mapping(row, f"{where}.{key}"), f"{where}.{key}")
    return rules


def _parse_classes(table: Any) -> dict[str, SlaClass]:
    return {
        str(name): _sla_class(str(name), _mapping(row, f"sla.{name}"))
        for name, row in _mapping(table, "sla").items()
    }


def _sla_class(name: str, row: Mapping[str, Any]) -> SlaClass:
    where = f"sla.{name}"
    optional = row.keys() & {"around_the_clock"}
    _require_keys(row, frozenset({*_MINUTES, *optional}), where)
    minutes = {key: _whole(row[key], f"{where}.{key}", 1) for key in _MINUTES}
    if minutes["resolution"] < minutes["first_reply"]:
        raise PolicyError(f"{where}: resolution is sooner than first_reply")
    always = row.get("around_the_clock", False)
    if not isinstance(always, bool):
        raise PolicyError(f"{where}.around_the_clock: {always!r} is neither true nor false")
    return SlaClass(name, **minutes, around_the_clock=always)


def _reason_rule(row: Mapping[str, Any], where: str, classes: Mapping[str, SlaClass]) -> ReasonRule:
    _require_keys(row, frozenset({"priority", "sla", "skill"}), where)
    priority = _whole(row["priority"], f"{where}.priority", 0)
    if priority > MAX_PRIORITY:
        raise PolicyError(f"{where}.priority: {priority} is more than {MAX_PRIORITY}")
    if row["sla"] not in classes:
        known = ", ".join(classes)
        raise PolicyError(f"{where}.sla: {row['sla']} is not a class; there are {known}")
    skill = row["skill"]
    if not isinstance(skill, str) or not skill.strip():
        raise PolicyError(f"{where}.skill: the name of a skill is needed")
    return ReasonRule(priority, classes[row["sla"]], skill.strip())


def _signal_rule(row: Mapping[str, Any], where: str) -> SignalRule:
    optional = row.keys() & {"worth_cents"}
    _require_keys(row, frozenset({"reason", "hand_over_at", "offer_at", *optional}), where)
    if row["reason"] not in set(HandoffReason):
        raise PolicyError(f"{where}.reason: {row['reason']} is not a reason")
    hand_over_at = _threshold(row["hand_over_at"], f"{where}.hand_over_at")
    offer_at = _threshold(row["offer_at"], f"{where}.offer_at")
    if hand_over_at is not None and offer_at is not None and offer_at > hand_over_at:
        raise PolicyError(f"{where}: offer_at is above hand_over_at, so nobody is ever offered")
    worth = _whole(row.get("worth_cents", 0), f"{where}.worth_cents", 0)
    return SignalRule(HandoffReason(row["reason"]), hand_over_at, offer_at, worth)


def _threshold(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise PolicyError(f"{where}: {value!r} is not a score above 0 and up to 1, nor null")
    return float(value)


def _whole(value: Any, where: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise PolicyError(f"{where}: {value!r} is not a whole number of at least {least}")
    return value


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PolicyError(f"{where}: a table of names and values is needed")
    return value


def _require_keys(row: Mapping[str, Any], wanted: frozenset[str], where: str) -> None:
    if row.keys() != wanted:
        wrong = ", ".join(sorted(map(str, row.keys() ^ wanted)))
        raise PolicyError(f"{where}: missing or unknown: {wrong}")
