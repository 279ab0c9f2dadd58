"""Reads labelled messages: CSV, Rasa's YAML, or a plain mapping from intent to sentences.

In a folder of a language (`nlu_data/de/...`) sentences are of that language; else English.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit.errors import InvalidInputError

_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_LANGUAGE_FOLDER = re.compile(r"nlu_data/([a-z]{2})(?:/|$)")


@dataclass(frozen=True)
class Labelled:
    """A message and what it means."""

    text: str
    intent: str
    language: str


def read_labelled(path: Path) -> list[Labelled]:
    """Return the messages of a file, or of every file in a folder. Errors: InvalidInputError."""
    files = sorted(f for f in path.rglob("*") if f.suffix in _READERS) if path.is_dir() else [path]
    found = [each for file in files for each in _read_file(file)]
    if not found:
        raise InvalidInputError(f"There are no labelled messages in {path}.")
    return found


def _read_file(path: Path) -> list[Labelled]:
    reader = _READERS.get(path.suffix)
    if reader is None:
        raise InvalidInputError(f"{path} is neither CSV nor YAML.")
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {type(error).__name__}.") from error
    language = _LANGUAGE_FOLDER.search(path.resolve().as_posix())
    try:
        return list(reader(content, language.group(1) if language else "en"))
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise InvalidInputError(f"{path} holds no labelled messages that can be read.") from error


def _read_csv(content: str, language: str) -> Iterator[Labelled]:
    """Read columns `text` and `intent` (or `label`, `category`), and `language` when given."""
    for row in csv.DictReader(content.splitlines()):
        intent = row.get("intent") or row.get("label") or row.get("category")
        if intent is None:
            raise KeyError("intent")
        yield Labelled(row["text"], intent, row.get("language") or language)


def parse_yaml(content: str, language: str = "en") -> Iterator[Labelled]:
    """Yield the sentences of Rasa's YAML, without annotations, or of a mapping from intents."""
    loaded: Any = yaml.safe_load(content) or {}
    if "nlu" in loaded:
        for block in loaded["nlu"]:
            if "intent" in block:
                own = (block.get("metadata") or {}).get("language") or language
                for text in _examples(block["examples"]):
                    yield Labelled(text, str(block["intent"]), str(own))
        return
    for intent, texts in loaded.items():
        for text in texts:
            yield Labelled(str(text), str(intent), language)


def _examples(examples: str) -> Iterator[str]:
    for line in examples.splitlines():
        text = _ANNOTATED.sub(r"\1", line.strip().removeprefix("- ")).strip()
        if text:
            yield text


_READERS = {".csv": _read_csv, ".yml": parse_yaml, ".yaml": parse_yaml}
