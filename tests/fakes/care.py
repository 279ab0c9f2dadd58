"""Customer care as actions read it, from plain values. `actions.ports.CareReader` in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm.care.schemas import (
    IncidentView,
    LoyaltyView,
    ProductView,
    ProfileSummary,
    RefundView,
    RequestView,
)

SINCE = datetime(2025, 3, 1, tzinfo=UTC)
PRODUCTS = (
    ProductView("Alder floor lamp", 18900, "EUR", 14, None),
    ProductView("Fern desk lamp", 6400, "EUR", 0, datetime(2026, 12, 8, tzinfo=UTC)),
    ProductView("Birch side table", 21000, "EUR", 0, None),
    ProductView("Linen cushion", 2900, "EUR", 60, None),
    ProductView("Velvet cushion", 2900, "EUR", 0, None),
)


@dataclass
class FakeCare:
    """Everything is empty unless a test says otherwise; the products are always there."""

    refunds: tuple[RefundView, ...] = ()
    requests: tuple[RequestView, ...] = ()
    loyalty: dict[str, LoyaltyView] = field(default_factory=dict)
    incidents: tuple[IncidentView, ...] = ()
    products: tuple[ProductView, ...] = PRODUCTS
    profile: ProfileSummary = ProfileSummary("Mara", None, None, "retention", SINCE)  # noqa: RUF009 - frozen

    async def find_refunds(self, order_number: str) -> tuple[RefundView, ...]:
        return tuple(refund for refund in self.refunds if refund.order_number == order_number)

    async def find_requests(self, customer_id: str) -> tuple[RequestView, ...]:
        return self.requests

    async def find_loyalty(self, customer_id: str) -> LoyaltyView | None:
        return self.loyalty.get(customer_id)

    async def find_products(self, words: tuple[str, ...]) -> tuple[ProductView, ...]:
        scored = [(sum(w in p.name.casefold() for w in words), p) for p in self.products]
        best = max((score for score, _ in scored), default=0)
        return tuple(p for score, p in scored if score == best) if best else ()

    async def find_incidents(self) -> tuple[IncidentView, ...]:
        return self.incidents

    async def find_profile(self, customer_id: str) -> ProfileSummary:
        return self.profile
