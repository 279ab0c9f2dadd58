"""Recognises the intent, with one head for English and one for every other language.

Named in config.yml's pipeline after the two featurizers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from addons import multilingual_featurizer, sentence_featurizer
from addons.confidence import Confidence, learn_confidence
from addons.encoder import clean, encoder_folder, has_words, load_encoder
from addons.intent_head import IntentHead
from addons.languages import ENGLISH, language_of
from addons.multilingual import load_multilingual

OTHERS = "others"
RANKED = 10


class UntrainedClassifierError(Exception):
    """The stored classifier cannot be loaded: the model must be trained again."""


@dataclass(frozen=True)
class Recognizer:
    """A head and what its votes are worth."""

    head: IntentHead
    confidence: Confidence

    def rank(self, text: str, vector: np.ndarray) -> list[dict[str, Any]]:
        """Return the likeliest intents, best first."""
        chances = self.confidence.adjust(self.head.score([clean(text)], vector))[0]
        order = np.argsort(-chances, kind="stable")[:RANKED]
        return [{"name": self.head.intents[i], "confidence": float(chances[i])} for i in order]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(GraphComponent, IntentClassifier):
    """Two recognizers; other languages than English share one on the multilingual vectors."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        recognizers: dict[str, Recognizer] | None = None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._recognizers = recognizers or {}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003  nothing can be configured
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  Rasa's signature
    ) -> SentenceIntentClassifier:
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [each for each in training_data.intent_examples if each.get(TEXT)]
        english = [each for each in examples if language_of(each) == ENGLISH]
        self._recognizers = {ENGLISH: _learn(english, sentence_featurizer.ORIGIN, _encode_english)}
        if len(english) < len(examples):
            origin = multilingual_featurizer.ORIGIN
            self._recognizers[OTHERS] = _learn(examples, origin, _encode_any)
        self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._recognize(message)
        return messages

    def _recognize(self, message: Message) -> None:
        ranking = self._rank(message)
        best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
        message.set(INTENT, best, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        language = language_of(message)
        text = message.get(TEXT)
        if not text or not has_words(text):
            return []
        if language == ENGLISH:
            vector = _vector_of(message, sentence_featurizer.ORIGIN)
            return self._recognizers[ENGLISH].rank(text, vector)
        if OTHERS not in self._recognizers:
            return self._recognizers[ENGLISH].rank(text, _encode_english([text]))
        vector = _vector_of(message, multilingual_featurizer.ORIGIN)
        return self._recognizers[OTHERS].rank(text, vector)

    def persist(self) -> None:
        """Store arrays and JSON, nothing that runs code on loading."""
        with self._model_storage.write_to(self._resource) as folder:
            for name, recognizer in self._recognizers.items():
                recognizer.head.save(folder / name)
                about = json.dumps(asdict(recognizer.confidence))
                (folder / name / "confidence.json").write_text(about, encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],  # noqa: ARG003  nothing can be configured
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  Rasa's signature
        **_kwargs: Any,
    ) -> SentenceIntentClassifier:
        try:
            with model_storage.read_from(resource) as folder:
                recognizers = {each.name: _read(each) for each in sorted(folder.iterdir())}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UntrainedClassifierError("The stored intent classifier is broken.") from error
        if ENGLISH not in recognizers:
            raise UntrainedClassifierError("The stored intent classifier knows no English.")
        if OTHERS in recognizers:
            load_multilingual()  # now, not at the first customer's message
        return cls(model_storage, resource, recognizers)


def _learn(
    examples: Sequence[Message], origin: str, encode: Callable[[list[str]], np.ndarray]
) -> Recognizer:
    """Train on the examples and on the intents' own names, which are their shortest description."""
    texts = [clean(each.get(TEXT)) for each in examples]
    english = [language_of(each) == ENGLISH for each in examples]
    intents = [str(each.get(INTENT)) for each in examples]
    names = sorted(set(intents))
    spoken = [name.lower().replace("_", " ") for name in names]
    vectors = np.vstack([*(_vector_of(each, origin) for each in examples), encode(spoken)])
    texts, intents = [*texts, *spoken], [*intents, *names]
    # Customers who write English have a head of their own: the other one is not judged by theirs.
    asked = None if all(english) else ~np.asarray([*english, *(True for _ in names)])
    confidence = learn_confidence(texts, vectors, intents, asked=asked)
    return Recognizer(IntentHead.train(texts, vectors, intents), confidence)


def _vector_of(message: Message, origin: str) -> np.ndarray:
    features = message.get_dense_features(TEXT, [origin])[1]
    if features is None:
        raise ValueError(f"A message has no {origin} vector: its featurizer is missing.")
    return np.asarray(features.features)


def _encode_english(texts: list[str]) -> np.ndarray:
    encoder = load_encoder(encoder_folder())
    return np.vstack([encoder.encode(text) for text in texts])


def _encode_any(texts: list[str]) -> np.ndarray:
    return load_multilingual().encode_all(texts)


def _read(folder: Path) -> Recognizer:
    about = json.loads((folder / "confidence.json").read_text(encoding="utf-8"))
    return Recognizer(IntentHead.load(folder), Confidence(**about))
