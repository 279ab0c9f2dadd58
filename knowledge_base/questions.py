"""Our own questions with the articles that answer them: for fitting, and held out for measuring.

Read by knowledge_base.calibrate, the tests and the benchmarks.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "calibration"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the slugs that answer it; none when nothing does."""

    text: str
    slugs: frozenset[str]
    group: str
    """`answerable`, `on_topic` or `off_topic`."""


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """A question, the article that answers it and words its quote must contain."""

    text: str
    slug: str
    says: str


def fit_questions() -> list[Question]:
    """What coefficients and thresholds are chosen on."""
    return _answerable(_read("answerable.yml")) + _unanswerable(_read("unanswerable.yml"))


def held_out_questions() -> list[Question]:
    """What figures are measured on; never fitted, and no phrasing was written after them."""
    content = _read("heldout.yml")
    return _answerable(content["answerable"]) + _unanswerable(content["unanswerable"])


def quote_checks() -> list[QuoteCheck]:
    """Which passage of an article must be quoted."""
    return [QuoteCheck(each["ask"], each["slug"], each["says"]) for each in _read("quotes.yml")]


def _answerable(content: dict[str, list[str]]) -> list[Question]:
    return [
        Question(text, frozenset(slugs.split(" | ")), "answerable")
        for slugs, texts in content.items()
        for text in texts
    ]


def _unanswerable(content: dict[str, list[str]]) -> list[Question]:
    return [
        Question(text, frozenset(), group) for group, texts in content.items() for text in texts
    ]


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
