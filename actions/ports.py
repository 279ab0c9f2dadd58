"""What actions read through. gateway.adapters implements the protocols; tests fake them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from crm.care.schemas import (
    IncidentView,
    LoyaltyView,
    ProductView,
    ProfileSummary,
    RefundView,
    RequestView,
)
from kit.clock import utc_now

__all__ = [
    "Answer",
    "CareReader",
    "Citation",
    "CustomerContext",
    "CustomerReader",
    "IncidentView",
    "KnowledgeReader",
    "LoyaltyView",
    "NoOffers",
    "OfferReader",
    "OfferView",
    "OrderReader",
    "OrderView",
    "Ports",
    "ProductView",
    "ProfileSummary",
    "RefundView",
    "RequestView",
    "Verdict",
]

Verdict = Literal["sure", "unsure", "unknown"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The published version and passage an answer stands on."""

    article_id: str
    slug: str
    title: str
    version: int
    passage_id: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the knowledge base found; without a citation when the verdict is unknown."""

    verdict: Verdict
    quote: str
    citation: Citation | None
    alternatives: tuple[Citation, ...] = ()
    probability: float = 0.0
    # The sentence of the quote that answers, word for word.
    highlight: str = ""
    # What they show, and their addresses.
    pictures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """The customer behind an episode. Ids are texts."""

    customer_id: str
    conversation_id: str
    display_name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as the bot may tell it. Money in cents of `currency`."""

    number: str
    customer_id: str
    email: str
    status: str
    placed_at: datetime
    items: tuple[str, ...]
    carrier: str | None
    tracking_code: str | None
    expected_on: datetime | None
    delivered_at: datetime | None
    total_cents: int
    currency: str


class KnowledgeReader(Protocol):
    """Searches the published articles."""

    async def ask(self, question: str, *, language: str = "en") -> Answer:
        """Return the best answer, or one whose verdict is unknown."""
        ...


class CustomerReader(Protocol):
    """Reads the CRM."""

    async def find_context(self, episode_id: str) -> CustomerContext | None:
        """Return who is behind the episode."""
        ...


class OrderReader(Protocol):
    """Reads the orders."""

    async def find_order(self, number: str) -> OrderView | None:
        """Return the order with exactly this number (`LL-10042`), whoever's it is."""
        ...

    async def find_orders_of(self, customer_id: str) -> tuple[OrderView, ...]:
        """Return the customer's own orders, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class OfferView:
    """Further content for the customer; in the holdout it is kept, and not said."""

    citation: Citation
    reason: str
    holdout: bool


class OfferReader(Protocol):
    """Chooses content for a customer."""

    async def find_offer(self, customer_id: str, *, language: str) -> OfferView | None:
        """Return what to offer in advice that was asked for, or None."""
        ...


class NoOffers:
    """Where nothing is ever offered."""

    async def find_offer(self, customer_id: str, *, language: str) -> OfferView | None:  # noqa: ARG002  the protocol's
        """Return None."""
        return None


class CareReader(Protocol):
    """Reads what the company does for its customers. The caller checks who may see what."""

    async def find_refunds(self, order_number: str) -> tuple[RefundView, ...]:
        """Return the refunds of an order, newest first."""
        ...

    async def find_requests(self, customer_id: str) -> tuple[RequestView, ...]:
        """Return the customer's open requests, newest first."""
        ...

    async def find_loyalty(self, customer_id: str) -> LoyaltyView | None:
        """Return the customer's membership in the Thread Club."""
        ...

    async def find_products(self, words: tuple[str, ...]) -> tuple[ProductView, ...]:
        """Return the products whose names hold the most of these words, at most five."""
        ...

    async def find_incidents(self) -> tuple[IncidentView, ...]:
        """Return what does not work on our side at the moment."""
        ...

    async def find_profile(self, customer_id: str) -> ProfileSummary:
        """Return everything we hold about the customer, in short."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the actions need from outside."""

    knowledge: KnowledgeReader
    customers: CustomerReader
    orders: OrderReader
    care: CareReader
    offers: OfferReader = field(default_factory=NoOffers)
    clock: Callable[[], datetime] = field(default=utc_now)
