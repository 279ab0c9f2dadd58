"""Says what texts mean without holding a conversation: no tracker is read or written.

The gateway asks before a turn, to tell two requests in one message apart. Used by gateway_channel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from addons.ladder import shown_readings
from addons.turn_request import LONGEST_TEXT, BadTurnError, read_language

MOST_TEXTS = 20
_ENTITY_FIELDS = ("entity", "value", "start", "end")


@dataclass(frozen=True)
class ParseRequest:
    """The texts to understand, all in one language."""

    texts: tuple[str, ...]
    language: str


def read_parse(body: bytes) -> ParseRequest:
    """Return the request. Errors: BadTurnError."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadTurnError("the body is not JSON") from None
    if not isinstance(data, dict) or set(data) - {"texts", "language"}:
        raise BadTurnError("the body is not an object with only the known fields")
    texts = data.get("texts")
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise BadTurnError(f"texts must be a list of 1 to {MOST_TEXTS}")
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT for text in texts):
        raise BadTurnError(f"each text must have 1 to {LONGEST_TEXT} characters")
    return ParseRequest(tuple(texts), read_language(data.get("language")))


async def parse_texts(agent: Agent, request: ParseRequest) -> dict[str, Any]:
    """Return what each text means, in order."""
    return {"parses": [await _parse(agent, text, request.language) for text in request.texts]}


async def _parse(agent: Agent, text: str, language: str) -> dict[str, Any]:
    # A slash in front would be run as an intent: it is only looked at here, never acted on.
    plain = text.replace("\x00", " ").lstrip().lstrip("/") or " "
    message = UserMessage(plain, metadata={"language": language})
    found = await agent.processor.parse_message(message)
    moved = len(text) - len(plain)
    return {
        "intent": found["intent"].get("name") or "nlu_fallback",
        "confidence": float(found["intent"].get("confidence") or 0.0),
        "ranking": shown_readings(found.get("intent_ranking") or []),
        "entities": [_entity(each, moved) for each in found.get("entities") or []],
    }


def _entity(found: dict[str, Any], moved: int) -> dict[str, Any]:
    entity = {field: found.get(field) for field in _ENTITY_FIELDS}
    for place in ("start", "end"):
        if isinstance(entity[place], int):
            entity[place] += moved
    return entity
