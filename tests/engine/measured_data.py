"""Reads the sentences that understanding is measured with. Used by tests of the engine's data."""

import re
from pathlib import Path

from insights.understanding.labelled import read_labelled

DATA = Path(__file__).resolve().parents[2] / "nlu_data"


def read_measured(kind: str, language: str = "en") -> list[tuple[str, str]]:
    """Return (sentence, intent) of every file of `heldout` or `calibration`."""
    folder = DATA if language == "en" else DATA / language
    return [(each.text, each.intent) for each in read_labelled(folder / "tests" / kind)]


def read_trained() -> set[str]:
    """Return every training sentence of every language, folded."""
    folders = [DATA / "nlu", *DATA.glob("??/nlu")]
    return {fold(each.text) for folder in folders for each in read_labelled(folder)}


def fold(text: str) -> str:
    """Return a sentence without case, punctuation and apostrophes; an emoji alone stays itself."""
    words = re.findall(r"\w+", re.sub(r"['’]", "", text.casefold()))
    return " ".join(words) or text.strip()
