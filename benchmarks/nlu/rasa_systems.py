"""Pipelines that Rasa trains and parses with: ours as shipped, and DIET twice.

A system is trained on sentences and then parses one at a time; used by benchmarks.nlu.cell only,
which runs each in a process of its own.
"""

# ruff: noqa: PLC0415  Rasa is imported once the process is prepared

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.nlu.data import OWN, ROOT, Split

SEED = 42
# Ours without what is made for the shop's sentences only, or changes the classifier's answer.
SHOP_ONLY = ("addons.entity_extractor.EntityExtractor", "addons.ladder.LadderClassifier")
TOKENIZER: dict[str, Any] = {"name": "WhitespaceTokenizer"}
DIET: dict[str, Any] = {
    "name": "DIETClassifier",
    "epochs": 100,
    "constrain_similarities": True,
    "random_seed": SEED,
}
# What `rasa init` writes, comments removed; the response selector has nothing to do here.
STOCK = [
    TOKENIZER,
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    DIET,
]
DENSE = [TOKENIZER, {"name": "addons.sentence_featurizer.SentenceFeaturizer"}, *STOCK[1:]]


def our_pipeline() -> list[dict[str, Any]]:
    """Return config.yml's pipeline up to the classifier."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return [each for each in pipeline if each["name"] not in SHOP_ONLY]


class RasaSystem:
    """Any pipeline, through Rasa's own training and parsing."""

    def __init__(self, pipeline: list[dict[str, Any]]) -> None:
        self._pipeline = pipeline
        self._agent: Any = None
        self._language = "en"

    def train(self, split: Split) -> None:
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu

        self._language = split.language
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            model = train_nlu(
                config=str(_write_config(folder, self._pipeline)),
                nlu_data=str(_write_data(folder, split)),
                output=str(folder),
            )
            self._agent = Agent.load(str(model))

    def parse(self, text: str) -> list[tuple[str, float]]:
        """Return the readings, best first."""
        from rasa.core.channels.channel import UserMessage

        message = UserMessage(text.lstrip("/"), metadata={"language": self._language})
        found = asyncio.run(self._agent.processor.parse_message(message))
        return [(each["name"], float(each["confidence"])) for each in found["intent_ranking"]]


def _write_config(folder: Path, pipeline: list[dict[str, Any]]) -> Path:
    config = {"recipe": "default.v1", "language": "en", "assistant_id": "bench"}
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump({**config, "pipeline": pipeline, "policies": []}))
    return path


def _write_data(folder: Path, split: Split) -> Path:
    """Write the examples as JSON: nothing in them is taken for Rasa's annotations."""
    data = folder / "data"
    data.mkdir()
    if not split.train:  # our own, as they are
        for source in (OWN / "nlu", *OWN.glob("[a-z][a-z]/nlu")):
            target = data / source.parent.name
            target.mkdir()
            for path in source.glob("*.yml"):
                (target / path.name).write_bytes(path.read_bytes())
        return data
    examples = [{"text": text, "intent": intent} for text, intent in split.train]
    written = json.dumps({"rasa_nlu_data": {"common_examples": examples}})
    (data / "nlu.json").write_text(written, encoding="utf-8")
    return data
