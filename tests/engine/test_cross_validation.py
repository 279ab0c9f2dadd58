"""Rasa's own cross-validation of the pipeline. Its exit code says nothing: its report is judged.

By default on a sample, in two folds: it notices a pipeline that has stopped learning. `make
nlu-cross` runs it on every sentence (minutes).
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from insights.understanding.labelled import read_labelled
from tests.engine.measured_data import DATA
from tests.engine.test_data import run_rasa
from tests.engine_process import ROOT

pytestmark = pytest.mark.engine

# Sentences of each intent; 0 takes all of them, in both languages.
EXAMPLES = int(os.environ.get("NLU_CROSS_EXAMPLES", "6"))
FOLDS = os.environ.get("NLU_CROSS_FOLDS", "2")
# Measured: 0.83 with all sentences of both languages, 0.63 with three of each intent to learn from.
FLOOR = 0.80 if EXAMPLES == 0 else 0.55
WORST_INTENT = 0.60
# It is not the ladder that is asked here: what is likeliest counts, however unsure.
LEFT_OUT = ("addons.ladder.LadderClassifier", "addons.entity_extractor.EntityExtractor")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Rasa found, by intent and in all."""
    folder = tmp_path_factory.mktemp("cross")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    config["pipeline"] = [each for each in config["pipeline"] if each["name"] not in LEFT_OUT]
    config["policies"] = []
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    done = run_rasa(
        *("test", "nlu", "--cross-validation", "--folds", FOLDS, "--no-plot", "--no-errors"),
        *("--config", folder / "config.yml", "--nlu", write_sentences(folder)),
        *("--out", folder / "out"),
        limit_s=180 if EXAMPLES else 3600,
    )
    written = folder / "out" / "intent_report.json"
    assert written.is_file(), done.stderr[-2000:]
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return found


def write_sentences(folder: Path) -> Path:
    """Write the sentences as JSON, where nothing in them is taken for an annotation."""
    examples = [
        {"text": text, "intent": intent, "metadata": {"intent": {"language": language}}}
        for language, root in choose_languages().items()
        for intent, texts in read_sentences(root).items()
        for text in (texts[:: max(1, len(texts) // EXAMPLES)][:EXAMPLES] if EXAMPLES else texts)
    ]
    path = folder / "nlu.json"
    path.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8")
    return path


def choose_languages() -> dict[str, Path]:
    english = {"en": DATA / "nlu"}
    if EXAMPLES:
        return english
    return english | {each.parent.name: each for each in DATA.glob("[a-z][a-z]/nlu")}


def read_sentences(root: Path) -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = defaultdict(list)
    for each in read_labelled(root):
        sentences[each.intent].append(each.text)
    return sentences


def test_what_is_left_out_of_training_is_recognised(report: dict[str, Any]):
    assert report["macro avg"]["f1-score"] >= FLOOR, report["macro avg"]


@pytest.mark.skipif(EXAMPLES > 0, reason="three sentences of an intent say nothing about it")
def test_every_intent_is_recognised(report: dict[str, Any]):
    weak = {
        name: round(each["f1-score"], 2)
        for name, each in report.items()
        if isinstance(each, dict) and "avg" not in name and each["f1-score"] < WORST_INTENT
    }
    assert weak == {}
