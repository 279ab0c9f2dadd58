"""Gives each message its entities. Named in config.yml's pipeline; `entities` finds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from addons.entities import find_entities, warm_up
from addons.languages import language_of

# "Tomorrow" is the shop's tomorrow.
SHOP_TIME = ZoneInfo("Europe/Berlin")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent, EntityExtractorMixin):
    """Order numbers, products, dates, amounts, e-mail addresses, phone numbers and places."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003  Rasa passes it to every component
        model_storage: ModelStorage,  # noqa: ARG003  likewise
        resource: Resource,  # noqa: ARG003  likewise
        execution_context: ExecutionContext,  # noqa: ARG003  likewise
    ) -> EntityExtractor:
        warm_up()
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        return ["babel", "dateparser", "phonenumbers", "rapidfuzz"]

    def process(self, messages: list[Message]) -> list[Message]:
        today = datetime.now(SHOP_TIME).date()
        for message in messages:
            text = message.get(TEXT) or ""
            spans = find_entities(text, today=today, language=language_of(message))
            found = self.add_extractor_name([span._asdict() for span in spans])
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
