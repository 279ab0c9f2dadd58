"""Which language a message is in, for the components that differ by language.

The gateway detects it and sends it with the turn; training data carries it as intent metadata
(`metadata: language: de`). What says nothing is English.
"""

from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message

ENGLISH = "en"


def language_of(message: Message) -> str:
    """Return the two-letter code of a customer's message or a training example."""
    metadata = message.get("metadata") or {}
    marked = metadata.get("intent") if isinstance(metadata.get("intent"), dict) else None
    return str((marked or metadata).get("language") or ENGLISH)
