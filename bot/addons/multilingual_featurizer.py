"""Gives messages that are not English their sentence vector. Named in config.yml's pipeline.

While training English examples get one, too: the head for other languages learns from both.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from addons.languages import ENGLISH, language_of
from addons.multilingual import PINNED, load_multilingual

ORIGIN = "multilingual"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MultilingualFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense sentence vector a message in another language."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be configured."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003  Rasa passes it to every component
        resource: Resource,  # noqa: ARG003  likewise
        execution_context: ExecutionContext,
    ) -> MultilingualFeaturizer:
        return cls(execution_context.node_name, config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:  # noqa: ARG003  Rasa's signature
        return "".join(PINNED.values())

    def process(self, messages: list[Message]) -> list[Message]:
        self._add_vectors([each for each in messages if language_of(each) != ENGLISH])
        return messages

    # Rasa wires the training graph by this parameter's name.
    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = training_data.training_examples
        if any(language_of(each) != ENGLISH for each in examples):
            self._add_vectors(examples)
        return training_data

    def _add_vectors(self, messages: list[Message]) -> None:
        written = [each for each in messages if each.get(TEXT)]
        if not written:
            return
        vectors = load_multilingual().encode_all([each.get(TEXT) for each in written])
        for message, vector in zip(written, vectors, strict=True):
            features = Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, ORIGIN)
            message.add_features(features)
