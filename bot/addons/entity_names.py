"""Finds products (misspelt ones too) and places by name. Used by `entities`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml
from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from addons.entity_spans import Span, Word

PRODUCTS = Path(__file__).resolve().parents[2] / "nlu_data" / "products.yml"
# The European Union, the United Kingdom, Switzerland and Norway.
_SERVED = (
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE GB CH NO"
)
# People ask about these too; the answer is no.
_ASKED_FOR = "US CA AU NZ JP TR UA IS RS LI"
_ALSO_CALLED = {
    "GB": (
        *("uk", "u k", "great britain", "britain", "england", "scotland", "wales"),
        *("northern ireland", "vereinigtes königreich", "schottland", "nordirland"),
    ),
    "NL": ("holland", "the netherlands"),
    "CZ": ("czech republic", "tschechische republik"),
    "US": ("usa", "u s a", "united states of america", "amerika"),
}
_CITIES = (
    "Amsterdam Antwerp=Antwerpen Athens=Athen Barcelona Basel Belfast Bergen Berlin Bern Bilbao "
    "Birmingham Bologna Bonn Bordeaux Bratislava Bremen Bristol Bruges=Brügge Brussels=Brüssel "
    "Bucharest=Bukarest Budapest Cambridge Cardiff Cologne=Köln Copenhagen=Kopenhagen Cork "
    "Dortmund Dresden Dublin Düsseldorf Edinburgh Eindhoven Essen Florence=Florenz Frankfurt "
    "Freiburg Galway Gdansk=Danzig Geneva=Genf Genoa=Genua Ghent=Gent Glasgow "
    "Gothenburg=Göteborg Graz Hamburg Hanover=Hannover Heidelberg Helsinki Innsbruck Karlsruhe "
    "Krakow=Krakau Lausanne Leeds Leicester Leipzig Lille Limerick Linz Lisbon=Lissabon "
    "Liverpool Ljubljana London Lucerne=Luzern Luxembourg=Luxemburg Lyon Madrid Malaga=Málaga "
    "Malmö=Malmo Manchester Mannheim Marseille Milan=Mailand Munich=München=Muenchen Münster "
    "Nantes Naples=Neapel Newcastle Nice=Nizza Nottingham Nuremberg=Nürnberg Oslo Oxford "
    "Palermo Paris Porto Prague=Prag Reading Riga Rome=Rom Rotterdam Salzburg Seville=Sevilla "
    "Sheffield Sofia Stavanger Stockholm Strasbourg=Straßburg Stuttgart Tallinn Toulouse "
    "Trondheim Turin Utrecht Valencia Venice=Venedig Vienna=Wien Vilnius Warsaw=Warschau "
    "Winterthur Wroclaw=Breslau York Zagreb Zurich=Zürich "
)
# Also words or first names: only capitalised and after "in", "to", "nach" ... or standing alone.
_DOUBTFUL = frozenset({"cork", "essen", "nice", "reading", "florence", "sofia", "rom", "gent"})
_BEFORE_PLACES = frozenset({"in", "to", "from", "near", "at", "nach", "aus", "bei", "für", "for"})
_LONGEST_TEXT_WORDS = 600
# Every second word of a message is "older" or "order"; they are no misspelt wood.
_PLAIN = frozenset({"older", "elder", "order", "alter", "ferns", "lamb", "wood", "look", "rug"})

Words = tuple[str, ...]


class Names:
    """Names made of words, found wherever the words follow each other."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._known: dict[Words, str] = {}
        for name, others in names.items():
            for words in map(_words, (name, *others)):
                self._known.setdefault(words, name)
                if len(words) > 2:  # "desklamp"
                    self._known.setdefault((*words[:-2], words[-2] + words[-1]), name)
        self._longest = max(map(len, self._known), default=0)
        self._first = {words[0] for words in self._known}

    @property
    def phrases(self) -> frozenset[Words]:
        """Every known name as words."""
        return frozenset(self._known)

    def find(self, words: list[Word], folded: list[str]) -> Iterator[tuple[str, int, int]]:
        """Yield (name, first word, behind the last word); the longest name wins."""
        at = 0
        while at < len(folded):
            length = self._match(folded, at) if folded[at] in self._first else 0
            if length and _are_close(words[at : at + length]):
                yield self._known[tuple(folded[at : at + length])], at, at + length
            at += length or 1

    def _match(self, folded: list[str], at: int) -> int:
        for length in range(min(self._longest, len(folded) - at), 0, -1):
            if tuple(folded[at : at + length]) in self._known:
                return length
        return 0


class Products:
    """The shop's products, with one slip of the finger a word, two in long words."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._names = Names(names)
        phrases = [phrase for phrase in self._names.phrases if len(phrase) > 1]
        self._vocabulary = sorted({word for phrase in phrases for word in phrase if len(word) > 3})
        self._vocabulary_set = frozenset(self._vocabulary)
        self._correct = lru_cache(maxsize=20_000)(self._correct_word)

    @classmethod
    def load(cls, path: Path = PRODUCTS) -> Products:
        """Read the list; without one nothing is found."""
        if not path.is_file():
            return cls({})
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")) or {})

    def find(self, words: list[Word]) -> Iterator[Span]:
        """Yield products by the name orders use."""
        words = words[:_LONGEST_TEXT_WORDS]
        typed = [word.folded for word in words]
        corrected = [self._correct(each) for each in typed]
        for name, first, end in self._names.find(words, corrected):
            if end - first > 1 or typed[first] == corrected[first]:
                yield Span("product", name, words[first].start, words[end - 1].end)

    def _correct_word(self, word: str) -> str:
        if word in self._vocabulary_set or word in _PLAIN or not 4 <= len(word) <= 24:
            return word
        slips = 1 if len(word) < 7 else 2
        near = process.extractOne(word, self._vocabulary, scorer=OSA.distance, score_cutoff=slips)
        return str(near[0]) if near else word


class Places:
    """Countries and larger cities, by their English names."""

    def __init__(self) -> None:
        self._names = Names({**_country_names(), **_city_names()})

    def find(self, words: list[Word]) -> Iterator[Span]:
        """Yield places; "nice" is one only in "to Nice"."""
        words = words[:_LONGEST_TEXT_WORDS]
        folded = [word.folded for word in words]
        for name, first, end in self._names.find(words, folded):
            if end - first > 1 or folded[first] not in _DOUBTFUL or _is_meant(words, first):
                yield Span("place", name, words[first].start, words[end - 1].end)


def _is_meant(words: list[Word], at: int) -> bool:
    capital = words[at].typed[:1].isupper()
    return capital and (len(words) == 1 or (at > 0 and words[at - 1].folded in _BEFORE_PLACES))


def _country_names() -> dict[str, list[str]]:
    english, german = Locale("en").territories, Locale("de").territories
    return {
        english[code]: [german[code], *_ALSO_CALLED.get(code, ())]
        for code in f"{_SERVED} {_ASKED_FOR}".split()
    }


def _city_names() -> dict[str, list[str]]:
    groups = [entry.split("=") for entry in _CITIES.split()]
    return {names[0]: names[1:] for names in groups if names[0] != "Luxembourg"}


def _words(name: str) -> Words:
    return tuple(re.findall(r"\w+", name.casefold()))


def _are_close(words: list[Word]) -> bool:
    return all(0 <= b.start - a.end <= 3 for a, b in pairwise(words))
