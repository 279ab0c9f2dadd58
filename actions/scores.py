"""Reads a score out of words: "4/5", "nine out of ten", "five stars", a bare "3". Pure."""

import re
from dataclasses import dataclass

CSAT, NPS = "csat", "nps"
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_GERMAN = (
    *("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "zehn",
)
_NUMBERS = {word: points for words in (_ENGLISH, _GERMAN) for points, word in enumerate(words)}
_NUMBER = rf"(\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_OUT_OF = re.compile(
    rf"(?<![\d/-]){_NUMBER}\s*(?:/|out of|of|von|aus)\s*(5|10|five|ten|fünf|zehn)\b"
)
_STARS = re.compile(rf"\b{_NUMBER}\s*(?:[- ]?stars?\b|sternen?\b|\*|⭐|★)")
_DRAWN = re.compile(r"[⭐★]")
_BARE = re.compile(rf"(?<![\w/.,-]){_NUMBER}(?![\w/.,-]*\w)")
_RECOMMENDS = re.compile(r"\b(?:recommend|weiterempfehl|empfehl)", re.IGNORECASE)
_MANY = 6
_COUNTED = re.compile(
    r"\s*(?:minutes?|hours?|days?|weeks?|months?|years?|times?|lamps?|eur|€|"
    r"minuten?|stunden?|tage|wochen?)\b"
)


@dataclass(frozen=True, slots=True)
class Score:
    """What was given, on which scale, and the words beside it."""

    kind: str
    points: int
    scale: int
    rest: str = ""

    @property
    def is_possible(self) -> bool:
        return 0 <= self.points <= self.scale and (self.points > 0 or self.kind == NPS)

    @property
    def is_low(self) -> bool:
        """Detractors of the recommendation question; two of five or fewer."""
        return self.points <= 6 if self.kind == NPS else self.points * 5 <= self.scale * 2


def parse_score(text: str) -> Score | None:
    """Return the score in the text; a bare number only counts when it can be nothing else."""
    said = text.casefold()
    for pattern in (_OUT_OF, _STARS):
        found = pattern.search(said)
        if found:
            scale = _number(found.group(2)) if pattern is _OUT_OF else 5
            return _score(found.group(1), scale, text, found)
    if _DRAWN.search(text):
        return Score(CSAT, len(_DRAWN.findall(text)), 5, _rest(text, *_outer(text)))
    bare = [each for each in _BARE.finditer(said) if not _COUNTED.match(said, each.end())]
    numerals = [each for each in bare if each.group(1).isdigit()]
    candidates = numerals or (bare if len(said.split()) <= _MANY else [])
    if len(candidates) != 1:
        return None
    points = _number(candidates[0].group(1))
    scale = 10 if _RECOMMENDS.search(text) or points > 5 else 5
    return _score(candidates[0].group(1), scale, text, candidates[0])


def _score(points: str, scale: int, text: str, found: re.Match[str]) -> Score:
    kind = NPS if scale == 10 else CSAT
    return Score(kind, _number(points), scale, _rest(text, found.start(), found.end()))


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _outer(text: str) -> tuple[int, int]:
    drawn = list(_DRAWN.finditer(text))
    return drawn[0].start(), drawn[-1].end()


def _rest(text: str, start: int, end: int) -> str:
    """Return the words around the score; too few of them say nothing."""
    return f"{text[:start]} {text[end:]}".strip(" ,.;:!-\n")
