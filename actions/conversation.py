"""Reads what an action needs from Rasa's tracker, and names the events it returns."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.ports import CustomerContext, Ports

Events = list[dict[str, Any]]
NEUTRALISER = "\u200b"
# What was typed before the clarifying question; its buttons carry it.
SAID = "said"


def find_entity(tracker: Tracker, entity: str) -> str | None:
    """Return the entity of the latest message; the last one when there are several."""
    entities = tracker.latest_message.get("entities") or []
    values = [each.get("value") for each in entities if each.get("entity") == entity]
    return str(values[-1]) if values and values[-1] is not None else None


def latest_text(tracker: Tracker) -> str:
    """Return what the customer typed, without the mark the gateway puts before a slash."""
    text = str(tracker.latest_message.get("text") or "")
    return "" if text.startswith("/") else text.replace(NEUTRALISER, "").strip()


def latest_words(tracker: Tracker) -> str:
    """Return what the customer typed; for a reading picked from a question, what it was about."""
    return latest_text(tracker) or find_entity(tracker, SAID) or ""


def latest_intent(tracker: Tracker) -> str:
    """Return the intent of the latest message."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def find_slot(tracker: Tracker, name: str) -> str | None:
    """Return a text slot, or None when it is empty."""
    value = tracker.slots.get(name)
    return str(value) if value not in (None, "") else None


async def find_customer(ports: Ports, tracker: Tracker) -> CustomerContext | None:
    """Return who is behind the episode.

    The gateway says so in slots: an episode's first turn is not committed while its actions run,
    so the database may not know the episode yet.
    """
    customer_id = find_slot(tracker, "customer_id")
    if customer_id is None:
        return await ports.customers.find_context(tracker.sender_id)
    name, email = find_slot(tracker, "customer_name"), find_slot(tracker, "customer_email")
    return CustomerContext(customer_id, "", name, email)


def is_beginning(tracker: Tracker, form: str) -> bool:
    """True while the form is being entered: it became active after the latest message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "active_loop" and event.get("name") == form:
            return True
    return False


def is_resuming(tracker: Tracker, form: str) -> bool:
    """True when something else has answered the latest message and the form goes on after it."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        # Rasa notes the form itself before it asks the form's validation.
        if event.get("event") == "action" and event.get("name") != form:
            return True
    return False


def set_slot(name: str, value: Any) -> dict[str, Any]:
    """Return the event that sets a slot."""
    return dict(SlotSet(name, value))


def ask_for(slot: str | None) -> dict[str, Any]:
    """Return the event that makes the form ask for this slot; None ends the form."""
    return set_slot("requested_slot", slot)


def offer(what: str) -> dict[str, Any]:
    """Return the event after which a plain yes or no answers this offer: person or settled."""
    return set_slot("pending_offer", what)
