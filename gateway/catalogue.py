"""Reads the wording catalogues `nlu_data/<language>/wording/*.yml` and checks them. Pure otherwise.

Read once at start by gateway.phrasing: a broken catalogue must stop the start, not a customer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "nlu_data"
ENGLISH = "en"
TEXT = "text"
VARIANTS = frozenset(
    {TEXT, "again", "upset", "grieving", "acquisition", "retention", "termination"}
)


class CatalogueError(Exception):
    """A catalogue cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class Phrase:
    """One phrase in one language: its text and the variants of it, by name."""

    variants: Mapping[str, str]
    source: str

    @property
    def placeholders(self) -> frozenset[str]:
        """Names of the values any variant shows."""
        return frozenset().union(*(find_placeholders(text) for text in self.variants.values()))


Catalogue = Mapping[str, Phrase]


def load_catalogues(folder: Path = FOLDER) -> dict[str, Catalogue]:
    """Return every language's phrases, checked. Errors: CatalogueError."""
    languages = sorted(path.parent.name for path in folder.glob("*/wording") if path.is_dir())
    if ENGLISH not in languages:
        raise CatalogueError(f"{folder}: there is no English wording")
    loaded = {language: _load(folder / language / "wording") for language in languages}
    for catalogue in loaded.values():
        _compare(catalogue, loaded[ENGLISH])
    return loaded


def find_placeholders(text: str) -> frozenset[str]:
    """Return the names in braces. Errors: ValueError when braces hold anything but a name."""
    names = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain name")
        names.add(name)
    return frozenset(names)


def _load(folder: Path) -> Catalogue:
    phrases: dict[str, Phrase] = {}
    for path in sorted(folder.glob("*.yml")):
        for key, phrase in _read(path):
            if key in phrases:
                raise CatalogueError(f"{phrase.source}: {key} is also in {phrases[key].source}")
            phrases[key] = phrase
    return phrases


def _read(path: Path) -> Iterator[tuple[str, Phrase]]:
    source = "/".join(path.parts[-3:])
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise CatalogueError(f"{source}: {error}") from error
    if not isinstance(data, dict):
        raise CatalogueError(f"{source}: it must map keys to phrases")
    for key, value in data.items():
        yield str(key), Phrase(_check(source, str(key), value), source)


def _check(source: str, key: str, value: Any) -> Mapping[str, str]:
    variants = {TEXT: value} if isinstance(value, str) else value
    if not isinstance(variants, dict) or TEXT not in variants:
        raise CatalogueError(f"{source}: {key} has no text")
    for name, text in variants.items():
        if name not in VARIANTS:
            raise CatalogueError(f"{source}: {key} has an unknown variant {name!r}")
        if not isinstance(text, str) or not text.strip():
            raise CatalogueError(f"{source}: {key}.{name} is not a text")
        try:
            find_placeholders(text)
        except ValueError as error:
            raise CatalogueError(f"{source}: {key}.{name}: {error}") from error
    return {name: text.strip() for name, text in variants.items()}


def _compare(catalogue: Catalogue, english: Catalogue) -> None:
    """A translation may lack a key (English is said then), but never show other values."""
    for key, phrase in catalogue.items():
        original = english.get(key)
        if original is None:
            raise CatalogueError(f"{phrase.source}: {key} is not a phrase of the English wording")
        unknown = phrase.placeholders - original.placeholders
        missing = find_placeholders(original.variants[TEXT]) - find_placeholders(
            phrase.variants[TEXT]
        )
        if unknown or missing:
            names = ", ".join(sorted(unknown | missing))
            raise CatalogueError(
                f"{phrase.source}: {key} differs from {original.source} in {names}"
            )
