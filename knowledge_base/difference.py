"""What changed between two versions: words of the text, and the other fields. Pure.

Used by the studio and the API.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge_base.drafts import Draft

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_TEXTS = frozenset({"title", "body"})
_NOT_SHOWN = frozenset({"slug", "translation_of", "note"})


class Change(StrEnum):
    """What happened to a run of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that was kept, added or removed."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with its old and its new value, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs; joined, the runs but the added ones are the old text."""

    title: tuple[Run, ...]
    body: tuple[Run, ...]
    fields: tuple[FieldChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        runs = (*self.title, *self.body)
        return not self.fields and all(run.change is Change.SAME for run in runs)


def compare(before: Draft, after: Draft) -> Difference:
    """Return what turned one content into the other."""
    return Difference(
        title=compare_texts(before.title, after.title),
        body=compare_texts(before.body, after.body),
        fields=tuple(_compare_fields(before, after)),
    )


def compare_texts(before: str, after: str) -> tuple[Run, ...]:
    """Compare line by line, and word by word inside the lines that changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return tuple(_join(_compare(old, new, deeper=True)))


def _compare(old: list[str], new: list[str], *, deeper: bool) -> Iterator[Run]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Run(Change.SAME, "".join(old[a:b]))
        elif what == "replace" and deeper:
            words = (_WORDS.findall("".join(part)) for part in (old[a:b], new[c:d]))
            yield from _compare(*words, deeper=False)
        else:
            yield Run(Change.REMOVED, "".join(old[a:b]))
            yield Run(Change.ADDED, "".join(new[c:d]))


def _join(runs: Iterator[Run]) -> Iterator[Run]:
    """Neighbours of one kind are one run; empty ones are none."""
    held: Run | None = None
    for run in runs:
        if not run.text:
            continue
        if held is not None and held.change is run.change:
            held = Run(run.change, held.text + run.text)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def _compare_fields(before: Draft, after: Draft) -> Iterator[FieldChange]:
    for field in fields(Draft):
        if field.name in _TEXTS | _NOT_SHOWN:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield FieldChange(field.name, _show(old), _show(new))


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
