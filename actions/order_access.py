"""Decides whether a customer may see an order. Pure. The same answer for "unknown" and "not yours".

Used while a journey asks and again when it ends: neither trusts the other.
"""

import hmac

from actions.ports import CustomerContext, OrderView

MOST_TRIES = 3


def may_see(order: OrderView, customer: CustomerContext | None, email: str | None) -> bool:
    """Show an order on the customer's own profile, or one whose e-mail address they know."""
    if customer is not None and customer.customer_id == order.customer_id:
        return True
    return bool(email) and _same_address(email or "", order.email)


def _same_address(given: str, known: str) -> bool:
    return hmac.compare_digest(given.strip().casefold().encode(), known.strip().casefold().encode())
