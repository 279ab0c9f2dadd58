"""Gathers what was heard and known, from the engine's tracker and the ports. Used by form."""

from typing import Any

from rasa_sdk import Tracker

from actions.conversation import (
    find_customer,
    find_slot,
    is_beginning,
    latest_intent,
    latest_text,
    latest_words,
)
from actions.journeys.model import End, Facts, Heard, State, Values
from actions.journeys.words import hide_card_numbers
from actions.order_numbers import find_order_number, parse_order_number
from actions.ports import OrderView, Ports

_PROFILE = ("customer_name", "customer_email", "last_order_number", "relationship_stage", "mood")


def listen(tracker: Tracker) -> Heard:
    """Return the latest message without payment card numbers, which nobody here may keep."""
    text, had_card = hide_card_numbers(_words(tracker))
    message: dict[str, Any] = tracker.latest_message
    return Heard(
        text=text,
        intent=latest_intent(tracker),
        confidence=float((message.get("intent") or {}).get("confidence") or 0.0),
        entities=_entities(message),
        message_id=str(message.get("message_id") or tracker.sender_id),
        offered=str(tracker.slots.get("pending_offer") or "nothing"),
        card_number=had_card,
    )


def _words(tracker: Tracker) -> str:
    """A picked reading opens a journey with the words it was picked for, and answers nothing."""
    form = (tracker.active_loop or {}).get("name")
    begins = form is not None and is_beginning(tracker, str(form))
    return latest_words(tracker) if begins else latest_text(tracker)


async def gather(ports: Ports, tracker: Tracker, heard: Heard, values: Values) -> Facts:
    """Return the customer, their orders and every order that was spoken of."""
    customer = await find_customer(ports, tracker)
    own = await ports.orders.find_orders_of(customer.customer_id) if customer else ()
    profile = {name: value for name in _PROFILE if (value := find_slot(tracker, name))}
    profile |= _discussed(tracker)
    if customer is not None and customer.email:
        profile.setdefault("customer_email", customer.email)
    return Facts(
        now=ports.clock(),
        customer=customer,
        own_orders=tuple(own),
        spoken_of=await _look_up(ports, own, _numbers(heard, values, profile)),
        profile=profile,
        wrong_pairs=int(float(tracker.slots.get("order_tries") or 0)),
    )


async def _look_up(
    ports: Ports, own: tuple[OrderView, ...], numbers: set[str]
) -> dict[str, OrderView]:
    found = {order.number: order for order in own}
    for number in numbers - set(found):
        order = await ports.orders.find_order(number)
        if order is not None:
            found[number] = order
    return found


def _numbers(heard: Heard, values: Values, profile: Values) -> set[str]:
    typed = [parse_order_number(each) for each in heard.entities.get("order_number", ())]
    typed += [parse_order_number(each) for each in heard.entities.get("option", ())]
    told = [find_order_number(heard.text), values.get("order_number")]
    known = [profile.get("last_order_number"), profile.get("discussed_order")]
    return {number for number in (*typed, *told, *known) if number}


def _discussed(tracker: Tracker) -> dict[str, str]:
    """Return the order the last journey of this episode was about, and the address it took."""
    values = (tracker.slots.get("last_journey") or {}).get("values") or {}
    names = {"discussed_order": "order_number", "discussed_email": "order_email"}
    return {name: str(values[slot]) for name, slot in names.items() if values.get(slot)}


def _entities(message: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in message.get("entities") or []:
        name, value = str(each.get("entity")), each.get("value")
        if value is not None:
            found[name] = (*found.get(name, ()), str(value))
    return found


def read_state(kept: dict[str, Any] | None) -> State:
    """Return the state kept in the engine's slot."""
    kept = kept or {}
    return State(
        values=dict(kept.get("values") or {}),
        rejected={slot: tuple(each) for slot, each in (kept.get("rejected") or {}).items()},
        tries={slot: int(count) for slot, count in (kept.get("tries") or {}).items()},
        asked=kept.get("asked"),
        end=End(kept["end"]) if kept.get("end") else None,
    )


def keep_state(form: str, state: State) -> dict[str, Any]:
    """Return the state as the engine's slot keeps it: plain JSON."""
    return {
        "form": form,
        "values": dict(state.values),
        "rejected": {slot: list(each) for slot, each in state.rejected.items()},
        "tries": dict(state.tries),
        "asked": state.asked,
        "end": state.end.value if state.end else None,
    }
