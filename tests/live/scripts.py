"""Conversations as they should go: nlu_data/tests/conversations/*.yml, read and judged. Pure.

A file is a list of {name, customer, turns: [{say | press, expect, without, owner, requests}]}.
`customer` is a name from customers.yml or a profile of the same shape. In texts and expectations
{order}, {order2} ... are the customer's orders. `expect`: the key of a phrase that must be said, or
a regular expression that the words must match. `press`: a regular expression for the title.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "nlu_data" / "tests" / "conversations"
CUSTOMERS = "customers.yml"
FIRST_ORDER = 30000
ORDERS_EACH = 5
_KEY = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@dataclass(frozen=True)
class Said:
    """What one turn brought: the bot's words, the keys of its phrases, who answers now."""

    text: str
    keys: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...] = ()
    owner: str = "bot"
    requests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One thing the customer does, and what should come of it."""

    say: str | None
    press: str | None
    expect: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    owner: str = "bot"
    requests: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Script:
    """A whole conversation."""

    name: str
    file: str
    customer: Mapping[str, Any]
    orders: tuple[str, ...]
    turns: tuple[Turn, ...]
    language: str = "en"


@dataclass
class Played:
    """What became of a script: every turn's answer, and what was wrong with it."""

    script: Script
    said: list[Said] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Return the conversation as it went, for the reader of a failed test."""
        lines = [f"{self.script.file}: {self.script.name}", *self.faults, ""]
        for turn, said in zip(self.script.turns, self.said, strict=False):
            lines.append(f"> {turn.say or f'[{turn.press}]'}")
            lines.append(f"< {said.text}  {list(said.keys)} {said.owner}")
        return "\n".join(lines)


def load_scripts(folder: Path = FOLDER) -> list[Script]:
    """Return every conversation; each with order numbers of its own."""
    customers = yaml.safe_load((folder / CUSTOMERS).read_text(encoding="utf-8"))
    listed: list[tuple[str, dict[str, Any]]] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name != CUSTOMERS:
            entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
            listed += [(path.name, entry) for entry in entries]
    return [_read(file, entry, customers, i) for i, (file, entry) in enumerate(listed)]


def judge(turn: Turn, said: Said, known_keys: Iterable[str]) -> list[str]:
    """Return what is wrong with the answer to a turn, in words."""
    faults = [f"not said: {each}" for each in turn.expect if not _is_in(each, said, known_keys)]
    faults += [f"said: {each}" for each in turn.without if _is_in(each, said, known_keys)]
    if said.owner != turn.owner:
        faults.append(f"answered by {said.owner}, not {turn.owner}")
    if turn.requests is not None and sorted(turn.requests) != sorted(said.requests):
        faults.append(f"requests {sorted(said.requests)}, not {sorted(turn.requests)}")
    return faults


def _is_in(expected: str, said: Said, known_keys: Iterable[str]) -> bool:
    if _KEY.fullmatch(expected) and expected in known_keys:
        return expected in said.keys
    return re.search(expected, said.text, re.IGNORECASE | re.DOTALL) is not None


def _read(file: str, entry: dict[str, Any], customers: dict[str, Any], position: int) -> Script:
    given = entry.get("customer") or {}
    customer = customers[given] if isinstance(given, str) else given
    first = FIRST_ORDER + position * ORDERS_EACH
    count = len(customer.get("orders") or ())
    orders = tuple(f"LL-{first + i}" for i in range(count))
    names = {("{order}" if i == 0 else f"{{order{i + 1}}}"): n for i, n in enumerate(orders)}
    return Script(
        name=entry["name"],
        file=file,
        customer=customer,
        orders=orders,
        turns=tuple(_read_turn(turn, names) for turn in entry["turns"]),
        language=entry.get("language", "en"),
    )


def _read_turn(turn: dict[str, Any], names: Mapping[str, str]) -> Turn:
    unknown = set(turn) - {"say", "press", "expect", "without", "owner", "requests"}
    if unknown or ("say" in turn) == ("press" in turn):
        raise ValueError(f"not a turn: {turn}")
    requests = turn.get("requests")
    return Turn(
        say=_fill(turn["say"], names) if "say" in turn else None,
        press=turn.get("press"),
        expect=_texts(turn.get("expect"), names),
        without=_texts(turn.get("without"), names),
        owner=turn.get("owner", "bot"),
        requests=None if requests is None else tuple(requests),
    )


def _texts(given: Any, names: Mapping[str, str]) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given or []
    return tuple(_fill(str(each), names) for each in listed)


def _fill(text: str, names: Mapping[str, str]) -> str:
    for name, number in names.items():
        text = text.replace(name, number)
    return text
