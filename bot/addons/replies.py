"""Collects what the bot says in a turn, and finds what it said in an earlier one. Used by turn."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class ReplyCollector(OutputChannel):
    """Keeps text, buttons and custom payload of one bot message together; stock channels split."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:  # noqa: ARG002  Rasa's signature
        reply = as_reply(message.get("text"), message)
        if reply is not None:
            self.messages.append(reply)


def as_reply(text: str | None, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return one bot message in the gateway's shape; None when there is nothing in it."""
    buttons = [
        {"title": button["title"], "payload": button["payload"]}
        for button in data.get("buttons") or []
    ]
    reply = {"text": text or None, "buttons": buttons, "custom": data.get("custom") or None}
    return reply if any(reply.values()) else None


def find_handled(tracker: DialogueStateTracker, message_id: str) -> UserUttered | None:
    """Return the user's message with this id when the tracker already holds it."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered) and event.message_id == message_id:
            return event
    return None


def replies_to(tracker: DialogueStateTracker, handled: UserUttered) -> list[dict[str, Any]]:
    """Return what the bot answered to a message that was handled before."""
    answers = _events_after(tracker.events, handled)
    said = [as_reply(e.text, e.data) for e in answers if isinstance(e, BotUttered)]
    return [reply for reply in said if reply is not None]


def _events_after(events: Iterable[Event], handled: UserUttered) -> list[Event]:
    listed = list(events)
    start = next(i for i, event in enumerate(listed) if event is handled) + 1
    return list(takewhile(lambda event: not _is_message(event), listed[start:]))


def _is_message(event: Event) -> bool:
    """Tell a message of the customer's from one that an action put in its place: it has no id."""
    return isinstance(event, UserUttered) and event.message_id is not None
