"""Puts phrases into words: language, locale, mood, stage, and what was said before decide how.

The only place where words for customers are made, from the catalogues. Used by gateway.compose.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any

from babel import Locale

from gateway import formats
from gateway.catalogue import ENGLISH, TEXT, Catalogue, Phrase, load_catalogues
from kit.clock import utc_now


class PhraseError(ValueError):
    """A phrase that cannot be said: unknown key, missing or malformed value. A defect of ours."""


class Mood(StrEnum):
    """How the customer feels, as far as it changes how one speaks to them."""

    CALM = "calm"
    UPSET = "upset"
    GRIEVING = "grieving"


@dataclass(frozen=True)
class Voice:
    """Whom we speak to, and what they have heard from us in this episode."""

    language: str = ENGLISH
    locale: str = ENGLISH
    mood: Mood = Mood.CALM
    stage: str = "acquisition"
    said_keys: frozenset[str] = frozenset()
    said_texts: frozenset[str] = frozenset()
    name: str | None = None


@dataclass(frozen=True)
class Part:
    """A piece of a message: a phrase with its values, or a quote that is passed on as it is."""

    key: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    quote: str | None = None
    paragraph: bool = False


# What nobody in anger or grief should read: emoji, and marks of cheerfulness.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_VARIANTS = 3


class Phrasebook:
    """Every language's phrases. A key a language lacks is said in English; a test forbids that."""

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        self._catalogues = catalogues

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there is wording in."""
        return tuple(sorted(self._catalogues))

    def has(self, key: str) -> bool:
        """Say whether there is such a phrase."""
        return key in self._catalogues[ENGLISH]

    def say(self, key: str, voice: Voice | None = None, **values: Any) -> str:
        """Return one phrase in words. Errors: PhraseError."""
        return self.render((Part(key, values),), voice or Voice())

    def render(self, parts: Iterable[Part], voice: Voice) -> str:
        """Return the parts in words, a blank or a blank line between them. Errors: PhraseError."""
        text = ""
        for part in parts:
            gap = "" if not text else "\n\n" if part.paragraph else " "
            text += gap + self._say_part(part, voice)
        return text.strip()

    def reword(self, text: str, voice: Voice) -> str:
        """Return the text such that the customer has not read exactly this in this episode."""
        if text not in voice.said_texts:
            return text
        kind = "question" if text.rstrip().endswith("?") else "text"
        for number in range(1, _VARIANTS + 1):
            other = self.say(f"again_{kind}_{number}", voice, text=text)
            if other not in voice.said_texts:
                return other
        count = _VARIANTS + 2
        while (other := self.say("again_often", voice, text=text, count=count)) in voice.said_texts:
            count += 1
        return other

    def _say_part(self, part: Part, voice: Voice) -> str:
        if part.key is None:
            return part.quote or ""
        language = voice.language if self._knows(part.key, voice.language) else ENGLISH
        phrase = self._catalogues[language].get(part.key)
        if phrase is None:
            raise PhraseError(f"there is no phrase {part.key!r}")
        locale = formats.find_locale(language, voice.locale)
        shown = {name: self._show(value, voice, locale) for name, value in part.values.items()}
        template = _choose(phrase, part.key, voice)
        if voice.mood is not Mood.CALM:
            template = _sober(template)
        try:
            return template.format_map(shown)
        except KeyError as error:
            raise PhraseError(f"{part.key} lacks the value {error}") from error

    def _knows(self, key: str, language: str) -> bool:
        return key in self._catalogues.get(language, {})

    def _show(self, value: Any, voice: Voice, locale: Locale) -> str:
        match value:
            case str():
                return value
            case bool():
                raise PhraseError("a truth value cannot be shown")
            case int() | float():
                return formats.show_number(value, locale)
            case list() | tuple():
                return formats.show_list([self._show(one, voice, locale) for one in value], locale)
            case {"key": str(key)}:
                return self._say_part(Part(key, value.get("values") or {}), voice)
            case dict():
                return _show_typed(value, locale)
        raise PhraseError(f"a {type(value).__name__} cannot be shown")


@lru_cache(maxsize=1)
def load_phrasebook() -> Phrasebook:
    """Return the product's phrasebook, read and checked once. Errors: CatalogueError."""
    return Phrasebook(load_catalogues())


def parse_part(item: Mapping[str, Any]) -> Part:
    """Read one part of a bot message's `say`. Errors: PhraseError."""
    paragraph = bool(item.get("paragraph"))
    match item:
        case {"key": str(key)}:
            values = item.get("values") or {}
            if not isinstance(values, dict):
                raise PhraseError(f"the values of {key} are no mapping")
            return Part(key, values, paragraph=paragraph)
        case {"quote": str(quote)}:
            return Part(quote=quote, paragraph=paragraph)
    raise PhraseError("a part has neither key nor quote")


def _choose(phrase: Phrase, key: str, voice: Voice) -> str:
    """Return the first that fits and is there: mood, said again, stage, the plain text."""
    again = "again" if key in voice.said_keys else ""
    moods = {Mood.GRIEVING: ("grieving", "upset"), Mood.UPSET: ("upset",), Mood.CALM: ()}
    for name in (*moods[voice.mood], again, voice.stage):
        if name in phrase.variants:
            return phrase.variants[name]
    return phrase.variants[TEXT]


def _sober(template: str) -> str:
    return _EMOJI.sub("", template).replace("!", ".").strip()


def _show_typed(value: Mapping[str, Any], locale: Locale) -> str:
    try:
        match value:
            case {"date": str(day)}:
                shown = date.fromisoformat(day[:10])
                return formats.show_date(shown, locale, today=utc_now().date())
            case {"time": str(moment)}:
                is_day = "T" in moment or " " in moment
                parsed = datetime.fromisoformat(moment) if is_day else time.fromisoformat(moment)
                return formats.show_time(parsed, locale)
            case {"money": int(cents), "currency": str(currency)}:
                return formats.show_money(cents, currency, locale)
    except ValueError as error:
        raise PhraseError("a date or time is not in ISO form") from error
    raise PhraseError("a value of an unknown type")
