"""Compiles a lexicon's phrases and finds them in a line of words. Used by the detector."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from handoff.signals.base import Lexicon
from handoff.signals.words import Words

_GAP = r"(?:[^\s<>]+ ){0,3}"
_NEGATIONS = frozenset(
    word
    for line in (
        "no not never without nor neither cannot cant couldnt dont doesnt didnt",
        "isnt arent wasnt wont wouldnt hasnt havent aint",
        "nicht kein keine keinen keinem keiner nie niemals ohne weder",
    )
    for word in line.split()
)
_NEGATION_REACH = 3


@dataclass(frozen=True)
class Found:
    """A phrase found: which lexicon, its weight, and the words from `first` up to `last`."""

    lexicon: Lexicon
    weight: float
    first: int
    last: int


@dataclass(frozen=True)
class _Phrase:
    lexicon: Lexicon
    pattern: re.Pattern[str]
    weight: float | None  # None: an `unless` phrase

    def find_at(self, words: Words, index: int) -> tuple[int, int] | None:
        match = self.pattern.match(words.line, words.starts[index])
        if match is None:
            return None
        return index, index + match.group().rstrip().count(" ") + 1


class PhraseBook:
    """All phrases of all lexicons, looked up by their first word, so that time stays linear."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._by_first: dict[str, list[_Phrase]] = defaultdict(list)
        for lexicon in lexicons:
            for phrase, weight in lexicon.phrases.items():
                self._add(lexicon, phrase, weight)
            for phrase in lexicon.unless:
                self._add(lexicon, phrase, None)

    def find(self, words: Words) -> Iterator[Found]:
        """Yield every phrase that counts: not negated, not excused by an `unless` phrase."""
        hits: list[Found] = []
        excused: dict[str, list[range]] = defaultdict(list)
        for index, word in enumerate(words.words):
            for phrase in self._by_first.get(word, ()):
                place = phrase.find_at(words, index)
                if place is None:
                    continue
                if phrase.weight is None:
                    excused[phrase.lexicon.signal].append(range(*place))
                else:
                    hits.append(Found(phrase.lexicon, phrase.weight, *place))
        for hit in _without_inner(hits):
            if not _is_negated(hit, words) and not _is_excused(hit, excused[hit.lexicon.signal]):
                yield hit

    def _add(self, lexicon: Lexicon, phrase: str, weight: float | None) -> None:
        for first, rest in _openings(phrase.split()):
            pattern = re.compile(re.escape(first) + " " + "".join(_slot(slot) for slot in rest))
            self._by_first[first].append(_Phrase(lexicon, pattern, weight))


def _openings(slots: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield every first word the phrase can begin with, and the slots that follow it."""
    head, rest = slots[0], slots[1:]
    if head.endswith("?"):
        yield from _openings(rest)
    for word in head.removesuffix("?").split("|"):
        yield word, rest


@lru_cache(maxsize=4096)
def _slot(slot: str) -> str:
    if slot == "..":
        return _GAP
    words = "|".join(re.escape(word) for word in slot.removesuffix("?").split("|"))
    return f"(?:(?:{words}) )" + ("?" if slot.endswith("?") else "")


def _without_inner(hits: list[Found]) -> list[Found]:
    """Drop a phrase that lies inside another of its lexicon, unless it weighs more."""
    return [hit for hit in hits if not any(_is_inside(hit, other) for other in hits)]


def _is_inside(hit: Found, other: Found) -> bool:
    if hit is other or hit.lexicon is not other.lexicon or other.weight < hit.weight:
        return False
    if (hit.first, hit.last, hit.weight) == (other.first, other.last, other.weight):
        return False  # the same words twice: shown once, counted once, by the detector
    return other.first <= hit.first and hit.last <= other.last


def _is_negated(hit: Found, words: Words) -> bool:
    if not hit.lexicon.negatable:
        return False
    for word in reversed(words.words[max(0, hit.first - _NEGATION_REACH) : hit.first]):
        if word in "<>":
            return False
        if word in _NEGATIONS:
            return True
    return False


def _is_excused(hit: Found, excused: list[range]) -> bool:
    return any(place.start <= hit.first and hit.last <= place.stop for place in excused)
