"""The words of the help centre's own interface, in every language there is a file for.

Read once at start; a broken file must stop the start. Used by all modules of the help centre.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from gateway.formats import find_locale

FOLDER = Path(__file__).parent / "words"
ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """One language's words."""

    language: str
    phrases: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return the phrase with its values. Errors: KeyError, a defect of ours."""
        return self.phrases[key].format(company=self.phrases["company"], **values)

    @property
    def locale(self) -> str:
        """The language and where it is at home, as Open Graph writes it."""
        return str(find_locale(self.language, self.language))

    def show_day(self, day: date) -> str:
        """Return a date in full."""
        return format_date(day, "long", locale=find_locale(self.language, self.language))


@cache
def load_words() -> Mapping[str, Words]:
    """Return every language's words. Errors: ValueError when they do not say the same things."""
    loaded = {
        path.stem: Words(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.yml"))
    }
    for words in loaded.values():
        if words.phrases.keys() != loaded[ENGLISH].phrases.keys():
            raise ValueError(f"the help centre's words in {words.language} lack or add keys")
    return loaded


def words_in(language: str) -> Words:
    """Return the language's words; English ones where there are none."""
    return load_words().get(language, load_words()[ENGLISH])


def words_for(accepted: str) -> Words:
    """Return the words a visitor likes best, by their Accept-Language."""
    return words_in(choose_language(accepted, load_words()))


def choose_language(accepted: str, offered: Iterable[str]) -> str:
    """Return the offered language the visitor likes best, by their Accept-Language; else English.

    A region is no matter: whoever reads de-AT reads de.
    """
    choices = set(offered)
    ranked = sorted(_read_wishes(accepted), key=lambda wish: -wish[1])
    for language, weight in ranked:
        if weight > 0 and language in choices:
            return language
    return ENGLISH


def name_language(language: str) -> str:
    """Return what a language calls itself."""
    try:
        name = Locale.parse(language.replace("-", "_")).get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def _read_wishes(accepted: str) -> list[tuple[str, float]]:
    wishes = []
    for part in accepted[:200].split(","):
        name, _, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2] or 1) if quality else 1.0
        except ValueError:
            continue
        wishes.append((name.strip().partition("-")[0].lower(), weight))
    return wishes
