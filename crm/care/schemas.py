"""Frozen values that cross the border of customer care; actions, gateway and console use these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cause:
    """Whose wish it was and the message that said it; nothing is done twice for one message."""

    customer_id: UUID
    message_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestView:
    """Something a customer wants done."""

    number: str
    kind: str
    order_number: str | None
    details: Mapping[str, str]
    state: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back. State: expected (we wait for the parcel), approved or paid."""

    order_number: str
    amount_cents: int
    currency: str
    method: str
    state: str
    requested_at: datetime
    expected_on: datetime | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The latest word of a customer on one purpose."""

    purpose: str
    granted: bool
    wording: str
    given_at: datetime
    email: str | None = None


@dataclass(frozen=True, slots=True)
class LoyaltyView:
    """A membership in the Thread Club; `waiting` threads cannot be spent yet."""

    threads: int
    waiting: int
    level: str
    referral_code: str
    joined_at: datetime
    expires_on: datetime | None


@dataclass(frozen=True, slots=True)
class ProductView:
    """Something the shop sells. `back_on`: when more of it comes, if that is known."""

    name: str
    price_cents: int
    currency: str
    stock: int
    back_on: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Something that does not work on our side; `summary` by language."""

    area: str
    summary: Mapping[str, str]
    started_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class RatingView:
    """What a customer gave us, on the scale they used."""

    kind: str
    score: int
    scale: int
    comment: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """Everything the company holds about one customer, in short; nothing of other people."""

    display_name: str | None
    email: str | None
    phone: str | None
    stage: str
    since: datetime
    channels: tuple[str, ...] = ()
    order_numbers: tuple[str, ...] = ()
    messages: int = 0
    loyalty: LoyaltyView | None = None
    consents: tuple[ConsentView, ...] = ()
    requests: tuple[RequestView, ...] = field(default=())
    ratings: int = 0
    files: int = 0
    source: str | None = None
