"""What an order's status means for the customer, in the four states our articles speak of. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from actions.ports import OrderView


class OrderState(StrEnum):
    """The states customers read of, and the ways an order can be over."""

    RECEIVED = "received"
    PACKED = "packed"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    REFUNDED = "refunded"
    LOST = "lost"
    OTHER = "other"


_STATES = {
    **dict.fromkeys(
        ("placed", "paid", "received", "confirmed", "processing", "new"), OrderState.RECEIVED
    ),
    **dict.fromkeys(("packed", "preparing", "in_production"), OrderState.PACKED),
    **dict.fromkeys(
        ("shipped", "in_transit", "sent", "dispatched", "out_for_delivery", "delayed"),
        OrderState.ON_ITS_WAY,
    ),
    "delivered": OrderState.DELIVERED,
    **dict.fromkeys(("cancelled", "canceled"), OrderState.CANCELLED),
    "returned": OrderState.RETURNED,
    "refunded": OrderState.REFUNDED,
    "lost": OrderState.LOST,
}
_OPEN = frozenset({OrderState.RECEIVED, OrderState.PACKED, OrderState.ON_ITS_WAY, OrderState.OTHER})


def state_of(order: OrderView) -> OrderState:
    """Return the state; a delivery date counts more than the status."""
    state = _STATES.get(order.status, OrderState.OTHER)
    if order.delivered_at is not None and state in _OPEN:
        return OrderState.DELIVERED
    return state


def is_open(order: OrderView) -> bool:
    """True until it has been delivered or is over in another way."""
    return state_of(order) in _OPEN


def is_late(order: OrderView, now: datetime) -> bool:
    """True when the expected day has passed and the parcel has not come."""
    if order.expected_on is None or not is_open(order):
        return False
    return order.expected_on.date() < now.date()


def days_since_delivery(order: OrderView, now: datetime) -> int | None:
    """Return whole days since the delivery day; None when there is no such day."""
    return (now.date() - order.delivered_at.date()).days if order.delivered_at else None


def add_working_days(day: datetime, count: int) -> datetime:
    """Return the day `count` working days later; Monday to Friday."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
