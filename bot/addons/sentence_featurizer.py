"""Gives each English message the encoder's sentence vector. Named in config.yml's pipeline."""

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

from addons.encoder import SentenceEncoder, encoder_folder, encoder_sha256, load_encoder
from addons.languages import ENGLISH, language_of

# What the classifier finds the vector by; Rasa's own name differs between training and running.
ORIGIN = "english"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense sentence vector a message; no token vectors, nothing here reads them."""

    def __init__(self, config: dict[str, Any], name: str, encoder: SentenceEncoder) -> None:
        super().__init__(name, config)
        self._encoder = encoder

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "tokenizers"]

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
    ) -> SentenceFeaturizer:
        return cls(config, execution_context.node_name, load_encoder(encoder_folder()))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:  # noqa: ARG003  Rasa's signature
        """Make another encoder invalidate Rasa's training cache: its code would be the same."""
        return encoder_sha256(encoder_folder())

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._add_vector(message)
        return messages

    # Rasa wires the training graph by this parameter's name.
    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _add_vector(self, message: Message) -> None:
        text = message.get(TEXT)
        if text is None or language_of(message) != ENGLISH:
            return
        vector = self._encoder.encode(text)
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
