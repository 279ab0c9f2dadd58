"""One found piece of a message, and which of overlapping ones counts. Used by `entities`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# Of two findings over the same words the kind that stands further left wins.
PRIORITY = ("email", "order_number", "date", "amount", "phone", "product", "place")
_WORD = re.compile(r"\w+")


class Span(NamedTuple):
    """An entity: its kind, its normalised value, and where it stands."""

    entity: str
    value: str
    start: int
    end: int


class Word(NamedTuple):
    """A word of the message: as typed, folded, and where it stands."""

    typed: str
    folded: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """Return the words; a hyphen parts them, so that "Alder-Lampe" is two."""
    return [
        Word(each.group(), each.group().casefold(), each.start(), each.end())
        for each in _WORD.finditer(text)
    ]


def keep_best(found: Iterable[Span]) -> list[Span]:
    """Drop what overlaps something more certain; return the rest in the order of the text."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda each: (PRIORITY.index(each.entity), each.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda each: each.start)
