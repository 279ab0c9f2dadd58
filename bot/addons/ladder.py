"""Decides what an understood message is sure enough for: act, ask back, or ask the knowledge base.

Named in config.yml after the classifier. Its steps are in bot/thresholds.json, which calibrate.py
writes from held-out sentences; what this component leaves behind is one of the intents
`nlu_close_call` and `nlu_fallback`, or the sure reading itself.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from addons.languages import language_of
from addons.scoring import HARMLESS

logger = logging.getLogger(__name__)

FALLBACK = "nlu_fallback"
CLOSE_CALL = "nlu_close_call"
NOT_A_READING = frozenset({FALLBACK, CLOSE_CALL})
THRESHOLDS = Path(__file__).resolve().parents[1] / "thresholds.json"
# How many readings the gateway and the clarifying question get to see.
SHOWN = 3


@dataclass(frozen=True)
class Steps:
    """The heights of the ladder for one language; `talk` is for what does nothing but talk."""

    sure: float = 0.5
    talk: float = 0.5
    close: float = 0.35
    margin: float = 0.1

    def choose(self, readings: list[dict[str, Any]]) -> str:
        """Return the intent to act on: the likeliest reading, a close call or the fallback."""
        best = _confidence(readings, 0)
        if not readings or best < self.close:
            return FALLBACK
        name = str(readings[0]["name"])
        needed = self.talk if name in HARMLESS else self.sure
        if best >= needed and best - _confidence(readings, 1) >= self.margin:
            return name
        return CLOSE_CALL


@dataclass(frozen=True)
class Ladder:
    """The steps of every language; languages without their own use the common ones."""

    common: Steps
    languages: dict[str, Steps]

    @classmethod
    def load(cls, path: Path = THRESHOLDS) -> Ladder:
        """Read the thresholds; the defaults hold until they have been measured."""
        if not path.is_file():
            return cls(Steps(), {})
        data = json.loads(path.read_text(encoding="utf-8"))
        languages = {code: _read(steps) for code, steps in (data.get("languages") or {}).items()}
        return cls(_read(data), languages)

    def steps_for(self, language: str) -> Steps:
        """Return the steps of a language."""
        return self.languages.get(language, self.common)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LadderClassifier(GraphComponent, IntentClassifier):
    """Replaces Rasa's FallbackClassifier, which knows neither close calls nor languages."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003  Rasa's signature
        model_storage: ModelStorage,  # noqa: ARG003  as above
        resource: Resource,  # noqa: ARG003  as above
        execution_context: ExecutionContext,  # noqa: ARG003  as above
    ) -> LadderClassifier:
        return cls(Ladder.load())

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the chosen intent in front; what the classifier ranked stays behind it."""
        for message in messages:
            readings = real_readings(message.data.get(INTENT_RANKING_KEY) or [])
            chosen = self._ladder.steps_for(language_of(message)).choose(readings)
            intent = {"name": chosen, "confidence": _confidence(readings, 0)}
            message.data[INTENT] = intent
            front = [intent] if chosen in NOT_A_READING else []
            message.data[INTENT_RANKING_KEY] = [*front, *readings]
        return messages


def real_readings(ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the ranking without what only says that there is no sure reading."""
    return [reading for reading in ranking if reading.get("name") not in NOT_A_READING]


def shown_readings(ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the likeliest real readings as the gateway sees them."""
    return [
        {"name": str(reading["name"]), "confidence": float(reading.get("confidence") or 0.0)}
        for reading in real_readings(ranking)[:SHOWN]
    ]


def _confidence(readings: list[dict[str, Any]], place: int) -> float:
    return float(readings[place].get("confidence") or 0.0) if len(readings) > place else 0.0


def _read(steps: dict[str, Any]) -> Steps:
    return Steps(*(float(steps[name]) for name in ("sure", "talk", "close", "margin")))
