"""The training data that labels become: one file a language, shown as a difference first.

The file belongs to the repository like all training data, so the team reviews it there as well.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from insights.understanding.labelled import parse_yaml
from insights.understanding.labels import LabelView

HEADER = "# Learned from real messages on the review page, without personal data.\n"
NAME = "reviewed.yml"


@dataclass(frozen=True)
class Change:
    """What one file would become."""

    path: Path
    before: str
    after: str

    @property
    def difference(self) -> str:
        """Return the unified difference, as a reviewer reads it; empty when nothing changes."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.path.name}",
            f"b/{self.path.name}",
        )
        return "".join(lines)

    def apply(self) -> None:
        """Write the file: whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        draft.write_text(self.after, encoding="utf-8")
        draft.replace(self.path)


def plan_changes(data: Path, labels: Iterable[LabelView]) -> list[Change]:
    """Return one change for each language with labels; `data` is the folder nlu_data.

    A sentence that is in the training data already is left out, whatever its intent: the same
    words under two intents would be refused.
    """
    by_language: dict[str, list[LabelView]] = {}
    for label in labels:
        by_language.setdefault(label.language, []).append(label)
    found = [_plan(data, language, given) for language, given in sorted(by_language.items())]
    return [change for change in found if change.after != change.before]


def folder_of(data: Path, language: str) -> Path:
    """Return the folder of a language's sentences."""
    return data / "nlu" if language == "en" else data / language / "nlu"


def _plan(data: Path, language: str, labels: list[LabelView]) -> Change:
    path = folder_of(data, language) / NAME
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    intents = _read_examples(before)
    known = _known_sentences(path.parent)
    for label in labels:
        if (key := _key(label.text)) not in known:
            known.add(key)
            intents.setdefault(label.intent, []).append(label.text)
    after = _write(intents, language) if intents else before
    return Change(path, before, after)


def _write(intents: dict[str, list[str]], language: str) -> str:
    blocks = []
    for intent in sorted(intents):
        mark = "" if language == "en" else f"    metadata:\n      language: {language}\n"
        lines = "".join(f"      - {_plain(text)}\n" for text in intents[intent])
        blocks.append(f"  - intent: {intent}\n{mark}    examples: |\n{lines}")
    return f'version: "3.1"\n{HEADER}nlu:\n{"".join(blocks)}'


def _plain(text: str) -> str:
    """Keep Rasa from reading an annotation or a synonym into a customer's brackets."""
    return text.translate(str.maketrans("[]{}", "()()"))


def _read_examples(content: str) -> dict[str, list[str]]:
    intents: dict[str, list[str]] = {}
    for each in parse_yaml(content):
        intents.setdefault(each.intent, []).append(each.text)
    return intents


def _known_sentences(folder: Path) -> set[str]:
    """Return every sentence of the language's training data, comparable."""
    contents = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))]
    return {_key(each.text) for content in contents for each in parse_yaml(content)}


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
