"""Tables of goodwill: who may give how much, and the ledger. Used by handoff.authority."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models import Role
from kit.database import Base
from kit.ids import new_id


class GoodwillLimit(Base):
    """How much somebody may give one customer within so many days, without asking anybody.

    A row of a role holds for everybody in it who has no row of their own. Amounts are in cents.
    """

    __tablename__ = "goodwill_limits"
    __table_args__ = (
        CheckConstraint("(role IS NULL) <> (agent_id IS NULL)", name="whose"),
        CheckConstraint("amount_cents >= 0 AND window_days > 0", name="sense"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    role: Mapped[Role | None] = mapped_column(unique=True)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), unique=True)
    amount_cents: Mapped[int]
    currency: Mapped[str]
    window_days: Mapped[int]
    changed_at: Mapped[datetime]


class GoodwillKind(StrEnum):
    """What the customer gets."""

    CREDIT = "credit"
    REFUND = "refund"
    GIFT = "gift"


class GrantState(StrEnum):
    """Whether the customer gets it."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class GoodwillGrant(Base):
    """One line of the ledger: what an employee gave, or asked to give, and why.

    `authorised_by` is whose limit it counts against: the employee's own, or that of the lead who
    approved it. Lines are never deleted, and a decided one never changes.
    """

    __tablename__ = "goodwill_grants"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        UniqueConstraint("agent_id", "client_key", name="uq_goodwill_grants_agent_id_client_key"),
        Index("ix_goodwill_grants_authorised", "authorised_by", "customer_id", "decided_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoffs.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    client_key: Mapped[str]
    kind: Mapped[GoodwillKind]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[GrantState] = mapped_column(index=True)
    authorised_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    created_at: Mapped[datetime]
