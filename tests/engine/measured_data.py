"""Reads the sentences that understanding is measured with. Used by tests of the engine's data."""

import re
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parents[2] / "nlu_data"


def read_measured(kind: str, language: str = "en") -> list[tuple[str, str]]:
    """Return (sentence, intent) of every file of `heldout` or `calibration`."""
    folder = DATA if language == "en" else DATA / language
    found: list[tuple[str, str]] = []
    for path in sorted((folder / "tests" / kind).glob("*.yml")):
        groups = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(text, intent) for intent, texts in groups.items() for text in texts]
    return found


def read_trained() -> set[str]:
    """Return every training sentence of every language, folded."""
    blocks = [
        block
        for path in [*DATA.glob("nlu/*.yml"), *DATA.glob("??/nlu/*.yml")]
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if "intent" in block
    ]
    lines = [line for block in blocks for line in block["examples"].splitlines()]
    return {fold(re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", line[2:])) for line in lines}


def read_trained_intents() -> set[str]:
    """Return the intents the English data trains."""
    parsed = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in DATA.glob("nlu/*.yml")]
    return {block["intent"] for each in parsed for block in each["nlu"] if "intent" in block}


def fold(text: str) -> str:
    """Return a sentence without case, punctuation and apostrophes; an emoji alone stays itself."""
    words = re.findall(r"\w+", re.sub(r"['’]", "", text.casefold()))
    return " ".join(words) or text.strip()
