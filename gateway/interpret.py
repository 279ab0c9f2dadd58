"""Decides what an inbound message means: words for the engine, an intent, or our own reply."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import EventKind
from crm.models import Button, Message
from crm.schemas import NewButton
from gateway import wording
from gateway.choices import find_choice
from gateway.effects import OpenHandoff
from gateway.file_replies import acknowledge
from gateway.forms import find_open_form
from gateway.phrasing import Part
from kit.clock import utc_now

_INTENT_OF_COMMAND = {"human": "want_human", "start": "greet"}


@dataclass(frozen=True)
class ForEngine:
    """The engine answers: words, or an intent we vouch for."""

    text: str | None = None
    intent: str | None = None
    entities: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ForCustomer:
    """The gateway answers by itself; without parts there is nothing left to say.

    `handoff`: what is said leads to a person.
    """

    parts: tuple[Part, ...]
    buttons: tuple[tuple[str, str] | NewButton, ...] = ()
    handoff: OpenHandoff | None = None


@dataclass(frozen=True)
class Resumed:
    """A start link that brings a request along: what leads to the answer, and what is answered.

    Without `words` the parts are all there is to say.
    """

    parts: tuple[Part, ...]
    words: str | None = None
    said_in_public: bool = False


async def interpret(
    session: AsyncSession, message: Message, *, words: str | None = None
) -> ForEngine | ForCustomer:
    """Return who answers this message and with what; `words` stand for joined messages."""
    match message.kind:
        case EventKind.BUTTON:
            return await _interpret_button(session, message)
        case EventKind.COMMAND:
            return await _interpret_command(session, message)
    if not message.body.strip():
        return await _interpret_media(session, message)
    if message.kind == EventKind.MEDIA:
        return ForEngine(text=message.body)
    return await _interpret_words(session, message, words)


async def _interpret_words(session: AsyncSession, message: Message, words: str | None) -> ForEngine:
    chosen = await find_choice(session, message) if words is None else None
    if chosen is not None:
        _note_press(message, chosen, "chose")
        return parse_payload(chosen.payload)
    return ForEngine(text=words or message.body)


async def _interpret_media(session: AsyncSession, message: Message) -> ForCustomer:
    if message.payload.get("files"):
        return ForCustomer(*await acknowledge(session, message))
    return ForCustomer(wording.say_unreadable(message.payload.get("media")))


async def _interpret_button(session: AsyncSession, message: Message) -> ForEngine | ForCustomer:
    found = select(Button).where(
        Button.token == message.body, Button.conversation_id == message.conversation_id
    )
    button = (await session.execute(found)).scalar_one_or_none()
    if button is None or button.expires_at < utc_now():
        return ForCustomer((wording.EXPIRED_BUTTON,))
    _note_press(message, button, "button")
    return parse_payload(button.payload)


def _note_press(message: Message, button: Button, name: str) -> None:
    """Note what was pressed, or chosen by typing it, and on which message."""
    noted = {name: button.title, "button_of": str(button.message_id)}
    message.payload = {**message.payload, **noted}


async def _interpret_command(session: AsyncSession, message: Message) -> ForEngine | ForCustomer:
    if message.body == "privacy":
        return ForCustomer((wording.PRIVACY,))
    if message.body == "help":
        return ForCustomer((wording.HELP,))
    if message.body == "stop":
        in_form = await find_open_form(session, message) is not None
        return ForEngine(intent="stop" if in_form else "stop_messages")
    intent = _INTENT_OF_COMMAND.get(message.body)
    if intent is not None:
        return ForEngine(intent=intent)
    argument = message.payload.get("argument", "")
    return ForEngine(text=f"{message.body} {argument}".strip())


def parse_payload(payload: str) -> ForEngine:
    """Read a minted `/intent{"entity": value}` payload. Errors: ValueError when it is not one."""
    name, brace, rest = payload.removeprefix("/").partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return ForEngine(intent=name, entities=entities)
