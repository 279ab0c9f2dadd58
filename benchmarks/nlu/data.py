"""The sentences that intent pipelines are compared on: our own held-out ones, and public sets.

Public data is read from ../shared/data and never trained into the product.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ROOT.parent / "shared" / "data"
OWN = ROOT / "nlu_data"
NONE = "none"
Labelled = list[tuple[str, str]]


class DataMissingError(Exception):
    """A data set is not on this machine; the message says which."""


@dataclass(frozen=True)
class Split:
    """What is trained and what is asked; `none` in the test part: no intent fits."""

    name: str
    train: Labelled
    test: Labelled
    language: str = "en"


def load(name: str, seed: int) -> Split:
    """Return a split by its name. Errors: DataMissingError."""
    try:
        return SETS[name](seed)
    except FileNotFoundError as error:
        raise DataMissingError(f"{name}: {error.filename} is not there") from error


def _own(_seed: int) -> Split:
    return _own_split("own", OWN, "en")


def _own_german(_seed: int) -> Split:
    return _own_split("own_german", OWN / "de", "de")


def _own_split(name: str, root: Path, language: str) -> Split:
    groups = [yaml.safe_load(path.read_text()) for path in _yaml(root / "tests" / "heldout")]
    test = [
        (str(text), str(intent)) for group in groups for intent in group for text in group[intent]
    ]
    return Split(name, [], test, language)  # trained from nlu_data's own files


def _yaml(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.yml"))
    if not found:
        raise DataMissingError(f"no held-out sentences in {folder.name}")
    return found


def _banking77(_seed: int) -> Split:
    train, test = (
        _table("banking77", f"{part}.csv", "text", "category") for part in ("train", "test")
    )
    return Split("banking77", train, test)


def _few(count: int) -> Callable[[int], Split]:
    def load_few(seed: int) -> Split:
        whole = _banking77(seed)
        return Split(f"banking77_{count}", _sample(whole.train, count, seed), whole.test)

    return load_few


def _sample(examples: Labelled, count: int, seed: int) -> Labelled:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in examples:
        by_intent[intent].append(text)
    chosen = random.Random(seed)
    return [
        (text, intent)
        for intent in sorted(by_intent)
        for text in chosen.sample(by_intent[intent], count)
    ]


def _hwu64(_seed: int) -> Split:
    train = _lines("hwu64", "train") + _lines("hwu64", "valid")
    return Split("hwu64", train, _lines("hwu64", "test"))


def _hint3(_seed: int) -> Split:
    train = _table("hint3", "train/curekart_train.csv", "sentence", "label")
    test = _table("hint3", "test/curekart_test.csv", "sentence", "label")
    known = [(text, NONE if label == "NO_NODES_DETECTED" else label) for text, label in test]
    return Split("hint3", train, known)


def _banking77_oos(_seed: int) -> Split:
    foreign = [
        (text, NONE)
        for part in ("id-oos/test", "ood-oos/test")
        for text in (PUBLIC / "banking77_oos" / part / "seq.in").read_text().splitlines()
    ]
    test = _lines("banking77_oos", "test") + foreign
    return Split("banking77_oos", _lines("banking77_oos", "train"), test)


def _table(folder: str, name: str, text: str, label: str) -> Labelled:
    with (PUBLIC / folder / name).open(encoding="utf-8", newline="") as stream:
        return [(row[text].strip(), row[label]) for row in csv.DictReader(stream)]


def _lines(folder: str, part: str) -> Labelled:
    base = PUBLIC / folder / part
    texts = (base / "seq.in").read_text(encoding="utf-8").splitlines()
    labels = (base / "label").read_text(encoding="utf-8").splitlines()
    return [(t.strip(), i.strip()) for t, i in zip(texts, labels, strict=True)]


SETS: dict[str, Callable[[int], Split]] = {
    "own": _own,
    "own_german": _own_german,
    "banking77": _banking77,
    "banking77_10": _few(10),
    "banking77_5": _few(5),
    "hwu64": _hwu64,
    "hint3": _hint3,
    "banking77_oos": _banking77_oos,
}
SEEDED = frozenset({"banking77_10", "banking77_5"})
