"""Reads the sentences that signals learn from, and those that only judge them.

Used by training, benchmarks and tests; nothing here runs while the product serves.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from handoff.signals.base import SignalName
from kit.errors import InvalidInputError

NLU_DATA = Path(__file__).parents[2] / "nlu_data"
LEARNT_FROM = NLU_DATA / "signals" / "en"
HELD_OUT = NLU_DATA / "signals" / "heldout" / "en"
# Their sentences may well raise a signal, so they cannot stand for ordinary messages.
TELLING_INTENTS = frozenset(
    {"complain", "want_human", "insult", "close_account", "not_helped", "stop_messages", "stop"}
)
_MARKED = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class SentencesError(InvalidInputError):
    """A file of sentences cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Sentences:
    """What one file says: what raises the signal, by kind, and what only looks like it.

    Of the signals in `silent_on` its raising sentences say neither yes nor no.
    """

    signal: SignalName
    raises: dict[str, tuple[str, ...]]
    near: tuple[str, ...]
    silent_on: frozenset[SignalName]

    @property
    def raising(self) -> tuple[str, ...]:
        """Every sentence that raises the signal, of all kinds."""
        return tuple(text for texts in self.raises.values() for text in texts)


def read_sentences(folder: Path) -> dict[SignalName, Sentences]:
    """Return the folder's files by signal; SentencesError when one is not as it should be."""
    return {SignalName(path.stem): _read(path) for path in sorted(folder.glob("*.yml"))}


def read_ordinary() -> tuple[str, ...]:
    """Return the examples of the intents that say nothing of a signal."""
    return tuple(_read_examples(lambda intent: intent not in TELLING_INTENTS))


def read_examples(wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the examples of the wanted intents."""
    return tuple(_read_examples(lambda intent: intent in wanted))


def read_ordinary_held_out(folder: Path = NLU_DATA / "tests" / "heldout") -> tuple[str, ...]:
    """Return the intents' held-out sentences that say nothing of a signal."""
    found: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        for intent, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if intent not in TELLING_INTENTS:
                found += [str(text) for text in texts]
    return tuple(dict.fromkeys(found))


def _read_examples(is_wanted: Callable[[str], bool]) -> dict[str, None]:
    found: dict[str, None] = {}
    for path in sorted((NLU_DATA / "nlu").glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in group and is_wanted(group["intent"]):
                found |= dict.fromkeys(_plain(line) for line in _lines(group["examples"]))
    return found


def _read(path: Path) -> Sentences:
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(table, dict) or not {"raises", "near"} <= table.keys():
        raise SentencesError(f"{path.name}: `raises` and `near` are needed")
    raises = table["raises"]
    by_kind = raises if isinstance(raises, dict) else {"": raises}
    return Sentences(
        SignalName(path.stem),
        {kind: tuple(_lines(block)) for kind, block in by_kind.items()},
        tuple(_lines(table["near"])),
        frozenset(SignalName(name) for name in table.get("silent_on", ())),
    )


def _lines(block: Any) -> Iterator[str]:
    for line in str(block).splitlines():
        if text := line.strip().removeprefix("- "):
            yield text


def _plain(line: str) -> str:
    """A training sentence without the marks of its entities."""
    return _MARKED.sub(r"\1", line)
