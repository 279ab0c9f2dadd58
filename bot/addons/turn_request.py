"""Reads and checks the gateway's request. Used by gateway_channel; raises BadTurnError only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain

LONGEST_ID = 200
LONGEST_TEXT = 20_000
FIELDS = frozenset({"episode_id", "message_id", "text", "intent", "slots", "language"})
ENGLISH = "en"
LONGEST_LANGUAGE = 8


class BadTurnError(Exception):
    """The request is not one the gateway may send; the message names the field, never its value."""


@dataclass(frozen=True)
class ButtonPress:
    """An intent from a button we issued."""

    name: str
    entities: dict[str, str]


@dataclass(frozen=True)
class TurnRequest:
    """One message of one episode: a text or a button press, and slots to set before it."""

    episode_id: str
    message_id: str
    text: str | None
    press: ButtonPress | None
    slots: dict[str, Any]
    language: str = ENGLISH


def read_turn(body: bytes, domain: Domain) -> TurnRequest:
    """Return the request. Errors: BadTurnError."""
    data = _read_object(body)
    turn = TurnRequest(
        episode_id=_read_id(data, "episode_id"),
        message_id=_read_id(data, "message_id"),
        text=_read_text(data.get("text")),
        press=_read_press(data.get("intent"), domain),
        slots=_read_slots(data.get("slots"), domain),
        language=read_language(data.get("language")),
    )
    if (turn.text is None) == (turn.press is None):
        raise BadTurnError("exactly one of text and intent must be given")
    return turn


def read_language(value: Any) -> str:
    """Return the code of the message's language. Errors: BadTurnError."""
    if value is None:
        return ENGLISH
    if not isinstance(value, str) or not value.isalpha() or len(value) > LONGEST_LANGUAGE:
        raise BadTurnError("language must be a code like en")
    return value.lower()


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadTurnError("the body is not JSON") from None
    if not isinstance(data, dict) or set(data) - FIELDS:
        raise BadTurnError("the body is not an object with only the known fields")
    return data


def _read_id(data: dict[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        raise BadTurnError(f"{field} must be a text of 1 to {LONGEST_ID} characters")
    if "\x00" in value:
        raise BadTurnError(f"{field} must not hold a null character")
    return value


def _read_text(value: Any) -> str | None:
    if value is None:
        return None
    # First of all: a null in front of a slash must not hide the command.
    value = value.replace("\x00", " ") if isinstance(value, str) else None
    if not value or not value.strip() or len(value) > LONGEST_TEXT:
        raise BadTurnError(f"text must have 1 to {LONGEST_TEXT} characters")
    if value.strip().startswith("/"):
        raise BadTurnError("text must not begin with a slash")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadTurnError("text holds half a character") from None
    return value


def _read_press(value: Any, domain: Domain) -> ButtonPress | None:
    if value is None:
        return None
    known = set(domain.intents) - set(DEFAULT_INTENTS)  # Rasa's own rewind and restart
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in known:
        raise BadTurnError("intent must name a known intent")
    entities = value.get("entities") or {}
    if not isinstance(entities, dict) or set(entities) - set(domain.entities):
        raise BadTurnError("intent.entities must name known entities")
    if not all(isinstance(each, (str, int, float)) for each in entities.values()):
        raise BadTurnError("intent.entities must be texts")
    return ButtonPress(name, {key: str(each) for key, each in entities.items()})


def _read_slots(value: Any, domain: Domain) -> dict[str, Any]:
    slots = value or {}
    if not isinstance(slots, dict) or set(slots) - {slot.name for slot in domain.slots}:
        raise BadTurnError("slots must name known slots")
    return slots
