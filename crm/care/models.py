"""Tables of customer care: requests, refunds, consents, loyalty, products, incidents, ratings.

What a message caused is unique per message, so that no repetition causes it twice.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class RequestKind(StrEnum):
    """What a customer wants done."""

    CANCEL_ORDER = "cancel_order"
    CHANGE_ORDER = "change_order"
    CHANGE_ADDRESS = "change_address"
    SEARCH_PARCEL = "search_parcel"
    RETURN = "return"
    EXCHANGE = "exchange"
    DAMAGE = "damage"
    WARRANTY = "warranty"
    INVOICE = "invoice"
    PAYMENT = "payment"
    ACCOUNT_ACCESS = "account_access"
    CLOSE_ACCOUNT = "close_account"
    CORRECT_DATA = "correct_data"
    EXPORT_DATA = "export_data"
    FORGET_DATA = "forget_data"
    BACK_IN_STOCK = "back_in_stock"


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class RefundState(StrEnum):
    """How far a refund has come."""

    EXPECTED = "expected"
    APPROVED = "approved"
    PAID = "paid"


class Purpose(StrEnum):
    """What a customer may allow us to write to them for."""

    NEWSLETTER = "newsletter"
    SERVICE_MESSAGES = "service_messages"


class RatingKind(StrEnum):
    """What a rating measures: one experience, or the wish to recommend us."""

    CSAT = "csat"
    NPS = "nps"


class ServiceRequest(Base):
    """Something a customer wants done; a person or another system does it."""

    __tablename__ = "service_requests"
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[RequestKind]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    order_number: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Refund(Base):
    """Money on its way back to a customer, as the payment system last told us."""

    __tablename__ = "refunds"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), index=True)
    amount_cents: Mapped[int]
    currency: Mapped[str]
    method: Mapped[str]
    state: Mapped[RefundState]
    requested_at: Mapped[datetime]
    expected_on: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class Consent(Base):
    """One yes or no to a purpose, with the words it answered. Rows are added, never changed."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("message_id", "purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    purpose: Mapped[Purpose]
    granted: Mapped[bool]
    wording: Mapped[str]
    # Where to, if it was given with the consent.
    email: Mapped[str | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    # The account it was given from, where no message said it.
    identity_id: Mapped[UUID | None] = mapped_column(ForeignKey("identities.id"))
    given_at: Mapped[datetime]


class LoyaltyAccount(Base):
    """A customer's membership in the Thread Club, as the loyalty system last told us."""

    __tablename__ = "loyalty_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), unique=True)
    threads: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    level: Mapped[str]
    referral_code: Mapped[str] = mapped_column(unique=True)
    joined_at: Mapped[datetime]
    expires_on: Mapped[datetime | None]


class Product(Base):
    """Something the shop sells, and how much of it is there."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    price_cents: Mapped[int]
    currency: Mapped[str]
    stock: Mapped[int]
    back_on: Mapped[datetime | None]


class Incident(Base):
    """Something that does not work on our side; `summary` tells it in each language."""

    __tablename__ = "incidents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    area: Mapped[str]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class Rating(Base):
    """What a customer gave us, on the scale they used.

    `handoff_id` and `agent_id` where it is about a case and the person who helped; once per case.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("message_id", "kind"),
        CheckConstraint("score >= 0 AND score <= scale", name="score"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    kind: Mapped[RatingKind]
    score: Mapped[int]
    scale: Mapped[int]
    comment: Mapped[str | None]
    given_at: Mapped[datetime]
    handoff_id: Mapped[UUID | None] = mapped_column(unique=True)
    agent_id: Mapped[UUID | None] = mapped_column(index=True)
