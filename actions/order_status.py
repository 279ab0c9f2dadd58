"""Puts an order's state into plain sentences. Pure; used by track_order."""

from datetime import datetime, timedelta

from actions.dates import say_date
from actions.ports import OrderView
from actions.wording import name_order

_ON_ITS_WAY = frozenset({"shipped", "in_transit", "sent", "dispatched"})
_BEING_PREPARED = frozenset({"placed", "paid", "processing", "packed", "preparing", "confirmed"})
_OVER = {
    "cancelled": "was cancelled",
    "canceled": "was cancelled",
    "returned": "has come back to us as a return",
    "refunded": "has been refunded",
    "lost": "was reported as lost on the way",
}


def is_late(order: OrderView, now: datetime) -> bool:
    """True when the expected day has passed and the parcel is still under way."""
    if order.expected_on is None or order.delivered_at is not None:
        return False
    if order.status in _OVER or order.status == "delivered":
        return False
    return order.expected_on.date() < now.date()


def tell_status(order: OrderView, now: datetime) -> str:
    """Return where the order is, when it was placed and when it is expected."""
    sentences = [f"{name_order(order)} {_state(order, now)}.", _tracking(order)]
    sentences.append(_expectation(order, now))
    return " ".join(sentence for sentence in sentences if sentence)


def _state(order: OrderView, now: datetime) -> str:
    placed = say_date(order.placed_at, now)
    if order.status == "delivered" or order.delivered_at is not None:
        day = f" on {say_date(order.delivered_at, now)}" if order.delivered_at else ""
        return f"was delivered{day}"
    if order.status in _OVER:
        return f"{_OVER[order.status]}. It was placed on {placed}"
    if order.status == "out_for_delivery":
        return f"is out for delivery{_with_carrier(order)}. It was placed on {placed}"
    if order.status in _ON_ITS_WAY:
        return f"is on its way{_with_carrier(order)}. It was placed on {placed}"
    if order.status in _BEING_PREPARED:
        return f"was placed on {placed} and is being prepared. It has not been sent yet"
    return f'was placed on {placed}. Its state in our system is "{order.status.replace("_", " ")}"'


def _with_carrier(order: OrderView) -> str:
    return f" with {order.carrier}" if order.carrier else ""


def _tracking(order: OrderView) -> str:
    if not order.tracking_code or order.status in _OVER or order.status in _BEING_PREPARED:
        return ""
    whose = f"{order.carrier}'s tracking code" if order.carrier else "Its tracking code"
    return f"{whose} is {order.tracking_code}."


def _expectation(order: OrderView, now: datetime) -> str:
    if order.expected_on is None or order.delivered_at is not None:
        return ""
    if order.status in _OVER or order.status == "delivered":
        return ""
    if is_late(order, now):
        return f"It was expected on {say_date(order.expected_on, now)} and is late. I am sorry."
    return f"It is expected {_say_near(order.expected_on, now)}."


def _say_near(day: datetime, now: datetime) -> str:
    if day.date() == now.date():
        return f"today, {say_date(day, now)}"
    if day.date() == (now + timedelta(days=1)).date():
        return f"tomorrow, {say_date(day, now)}"
    return f"on {say_date(day, now)}"
