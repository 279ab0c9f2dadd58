"""Logistic regression over the sentence vector. Named in config.yml's pipeline.

Rasa's own classifier cannot set C, and silently returns an untrained model when it cannot load.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


class UntrainedClassifierError(Exception):
    """The stored classifier was refused on loading: the model must be trained again."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(LogisticRegressionClassifier):
    """Rasa's logistic regression with C, and loud when it is untrained."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**LogisticRegressionClassifier.get_default_config(), "C": 20.0, "max_iter": 1000}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"])

    def _create_X(self, messages: list[Message]) -> np.ndarray:  # noqa: N802  Rasa's name
        """One dense row a message: the pattern features, then the sentence vector.

        Rasa stacks sparse matrices here, which costs more than the encoder's own work.
        """
        return np.vstack([_as_row(message) for message in messages])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        loaded = super().load(config, model_storage, resource, execution_context, **kwargs)
        if not hasattr(loaded.clf, "classes_"):
            raise UntrainedClassifierError("The stored intent classifier could not be loaded.")
        return loaded


def _as_row(message: Message) -> np.ndarray:
    patterns = message.get_sparse_features(TEXT)[1]
    vector = message.get_dense_features(TEXT)[1]
    parts = [patterns.features.toarray()] if patterns is not None else []
    return np.hstack([*parts, vector.features])
