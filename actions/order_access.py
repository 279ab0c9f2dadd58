"""Decides whether a customer may see an order. The same answer for "unknown" and "not yours".

Used by the form that asks and again by the action that tells: neither trusts the other.
"""

import hmac
from dataclasses import dataclass

from actions.ports import OrderView, Ports

MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class OrderLookup:
    """What was found: the order only when this customer may see it."""

    order: OrderView | None
    is_own: bool


async def look_up_order(
    ports: Ports, episode_id: str, *, number: str, email: str | None
) -> OrderLookup:
    """Show an order on the customer's own profile, or one whose e-mail address they know."""
    order = await ports.orders.find_order(number)
    customer = await ports.customers.find_context(episode_id)
    if order is None:
        return OrderLookup(None, is_own=False)
    if customer is not None and customer.customer_id == order.customer_id:
        return OrderLookup(order, is_own=True)
    if email and _same_address(email, order.email):
        return OrderLookup(order, is_own=False)
    return OrderLookup(None, is_own=False)


def _same_address(given: str, known: str) -> bool:
    return hmac.compare_digest(given.strip().casefold().encode(), known.strip().casefold().encode())
