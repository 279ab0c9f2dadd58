"""Passages of different articles that say the same, or seem to contradict each other.

Candidates for a person to read; used by the page of gaps and by insights.content.health.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from insights.content.articles import Source, load_sources
from knowledge_base.encoder import Vectors
from knowledge_base.models import PassageKind

DUPLICATE_FROM = 0.92
RELATED_FROM = 0.6
SAME_WORDS = 0.5
LEAST_WORDS = 3
MOST_PAIRS = 2000
_BLOCK = 1024

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_WORDS = re.compile(r"[^\W\d_]{3,}")
_NEGATED = re.compile(r"\b(?:not|never|no|cannot|without|nicht|nie|kein\w*|ohne)\b|n't", re.I)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_NUMBER = rf"(\d+(?:[.,]\d+)?|{'|'.join(_NUMBERS)})"
_UNITS = (
    ("working days", r"(?:working|business) days?", 1.0),
    ("hours", r"hours?|hrs?", 1.0),
    ("hours", r"days?", 24.0),
    ("hours", r"weeks?", 168.0),
    ("minutes", r"min(?:ute)?s?", 1.0),
    ("months", r"months?", 1.0),
    ("months", r"years?", 12.0),
    ("percent", r"%|percent|per cent", 1.0),
    ("euros", r"€|eur(?:os?)?\b", 1.0),
    ("pounds", r"£|gbp\b", 1.0),
    ("centimetres", r"cm\b|centimet(?:re|er)s?", 1.0),
    ("kilograms", r"kg\b|kilograms?", 1.0),
    ("threads", r"threads?", 1.0),
)
_FACTS = tuple(
    (unit, re.compile(rf"(?<![\w.,]){_NUMBER}[\s-]?(?:{pattern})", re.I), factor)
    for unit, pattern, factor in _UNITS
)
_MONEY_FIRST = (("euros", re.compile(r"€\s?(\d+(?:[.,]\d+)?)")),)
_EMPTY = frozenset(
    ("the", "and", "for", "you", "your", "are", "was", "with", "from", "that", "this", "will")
)


class ConflictKind(StrEnum):
    """What is the matter with two passages."""

    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two passages to be read side by side, and why."""

    kind: ConflictKind
    one: Source
    other: Source
    one_says: str
    other_says: str
    why: str
    similarity: float


async def find_conflicts(session: AsyncSession) -> tuple[Conflict, ...]:
    """Return the candidates among the published articles, the most alike first."""
    sources, vectors = await load_sources(session, PassageKind.PASSAGE)
    return await asyncio.to_thread(compare, sources, vectors)


def compare(sources: Sequence[Source], vectors: Vectors) -> tuple[Conflict, ...]:
    """Compare every passage with those of other articles in its language."""
    pairs = sorted(_find_related(sources, vectors), key=lambda pair: (-pair[0], pair[1:]))
    found = []
    for similarity, one, other in pairs[:MOST_PAIRS]:
        conflict = _find_contradiction(sources[one], sources[other], similarity)
        if conflict is None and similarity >= DUPLICATE_FROM:
            says = sources[one].text, sources[other].text
            why = f"They say nearly the same ({similarity:.0%} alike)."
            conflict = Conflict(
                ConflictKind.DUPLICATE, sources[one], sources[other], *says, why, similarity
            )
        if conflict is not None:
            found.append(conflict)
    return tuple(found)


def find_difference(one: str, other: str) -> str:
    """Return in what two sentences differ that speak of the same; empty when in nothing."""
    alike = _likeness(one, other)
    if alike < SAME_WORDS:
        return ""
    facts, others = _facts(one), _facts(other)
    for unit in sorted(facts.keys() & others.keys()):
        if not facts[unit].keys() & others[unit].keys():
            said = " against ".join(
                ", ".join(sorted(each[unit].values())) for each in (facts, others)
            )
            return f"{unit.capitalize()} differ: {said}."
    if facts.keys() != others.keys():
        return ""
    if bool(_NEGATED.search(one)) != bool(_NEGATED.search(other)):
        return "One says that it is so, the other that it is not."
    return ""


def _find_related(sources: Sequence[Source], vectors: Vectors) -> Iterator[tuple[float, int, int]]:
    articles = np.array([source.article_id.int % (1 << 62) for source in sources], dtype=np.int64)
    languages = np.array([source.language for source in sources])
    for start in range(0, len(sources), _BLOCK):
        similar = vectors[start : start + _BLOCK] @ vectors.T
        for row, column in np.argwhere(similar >= RELATED_FROM):
            one, other = start + int(row), int(column)
            if (
                one < other
                and articles[one] != articles[other]
                and languages[one] == languages[other]
            ):
                yield float(similar[row, column]), one, other


def _find_contradiction(one: Source, other: Source, similarity: float) -> Conflict | None:
    for said in _sentences(one.text):
        for also in _sentences(other.text):
            why = find_difference(said, also)
            if why:
                return Conflict(ConflictKind.CONTRADICTION, one, other, said, also, why, similarity)
    return None


def _sentences(text: str) -> list[str]:
    cleaned = (part.strip(" -*#|>") for part in _SENTENCES.split(text))
    return [part for part in cleaned if len(_content_words(part)) >= LEAST_WORDS]


def _content_words(text: str) -> frozenset[str]:
    """Words that mean something, without their plural; numbers and negations are compared apart."""
    words = (word.casefold().removesuffix("s") for word in _WORDS.findall(text))
    units = {"day", "week", "hour", "month", "year", "minute", "eur", "euro", "not", "never"}
    return frozenset(
        word for word in words if word not in _EMPTY and word not in units | _NUMBERS.keys()
    )


def _likeness(one: str, other: str) -> float:
    words, others = _content_words(one), _content_words(other)
    shared = len(words & others)
    return shared / len(words | others) if shared >= LEAST_WORDS else 0.0


def _facts(sentence: str) -> dict[str, dict[float, str]]:
    """What is measured: by unit the values, in one size, and how they were written."""
    facts: dict[str, dict[float, str]] = {}
    left = sentence
    for unit, pattern, factor in _FACTS:
        for match in pattern.finditer(left):
            value = _as_number(match.group(1)) * factor
            facts.setdefault(unit, {})[value] = match.group(0).strip()
        left = pattern.sub(" ", left)
    for unit, pattern in _MONEY_FIRST:
        for match in pattern.finditer(left):
            facts.setdefault(unit, {})[_as_number(match.group(1))] = match.group(0)
    return facts


def _as_number(written: str) -> float:
    word = _NUMBERS.get(written.casefold())
    return float(word) if word else float(written.replace(",", "."))
