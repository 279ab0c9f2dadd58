"""validate_track_order_form: which order is meant, and may this customer see it?

An order that is not on the customer's own profile needs its e-mail address. An unknown number and a
wrong address get the same words, and three wrong tries in an episode end it.
"""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.conversation import (
    Events,
    ask_for,
    find_entity,
    find_slot,
    is_beginning,
    latest_intent,
    set_slot,
)
from actions.order_access import MOST_TRIES, look_up_order
from actions.order_numbers import parse_order_number
from actions.ports import Ports

FORM = "track_order_form"
# These end the form, whatever else the message holds.
_LEAVING = frozenset({"want_human", "stop"})


@dataclass(frozen=True, slots=True)
class Given:
    """What the customer has told: an order number, the address it was ordered with."""

    number: str | None
    email: str | None


class ValidateTrackOrderForm:
    """Runs before the form asks for anything, and after each answer."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "validate_track_order_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        given = _read_message(tracker)
        if is_beginning(tracker, FORM):
            known = Given(find_slot(tracker, "last_order_number"), None)
        elif given == Given(None, None):
            # Not an answer: the form steps back, and a rule answers instead.
            return [ask_for(find_slot(tracker, "requested_slot"))]
        else:
            known = Given(find_slot(tracker, "order_number"), find_slot(tracker, "order_email"))
        return await self._check(
            dispatcher,
            tracker,
            number=given.number or known.number,
            email=given.email or known.email,
        )

    async def _check(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        *,
        number: str | None,
        email: str | None,
    ) -> Events:
        wanted = parse_order_number(number) if number else None
        if wanted is None:
            if number is not None:
                dispatcher.utter_message(text=wording.NOT_A_NUMBER)
            return _fill(None, email, ask="order_number")
        found = await look_up_order(self._ports, tracker.sender_id, number=wanted, email=email)
        if found.order is not None:
            return _fill(wanted, email, ask=None)
        tries = int(float(tracker.slots.get("order_tries") or 0))
        if tries >= MOST_TRIES:
            return _fill(None, None, ask=None)
        if email is None:
            return _fill(wanted, None, ask="order_email")
        return _refuse(dispatcher, tries + 1)


def _read_message(tracker: Tracker) -> Given:
    """Return the order number and address in this message, unless it leaves the form."""
    if latest_intent(tracker) in _LEAVING:
        return Given(None, None)
    return Given(find_entity(tracker, "order_number"), find_entity(tracker, "email"))


def _refuse(dispatcher: CollectingDispatcher, tries: int) -> Events:
    counted = set_slot("order_tries", float(tries))
    if tries >= MOST_TRIES:
        return [counted, *_fill(None, None, ask=None)]
    dispatcher.utter_message(text=wording.NO_MATCH)
    return [counted, *_fill(None, None, ask="order_number")]


def _fill(number: str | None, email: str | None, *, ask: str | None) -> Events:
    return [set_slot("order_number", number), set_slot("order_email", email), ask_for(ask)]
