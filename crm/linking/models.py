"""Tables of who is the same customer: codes, what is to be joined, merges row by row, decisions.

Everything that proves is about accounts (identities); customers are what follows from it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class Proof(StrEnum):
    """What says that two accounts belong to one customer."""

    CODE = "code"
    VERIFIED = "verified"
    EMPLOYEE = "employee"


class Fate(StrEnum):
    """What a merge did with a row: it moved, it gave way to a newer one, or it stayed behind."""

    MOVED = "moved"
    GAVE_WAY = "gave_way"
    STAYED = "stayed"


class Verdict(StrEnum):
    """What an employee said to a suggestion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class LinkCode(Base):
    """A one-time code an account asked for. Only its digest is here."""

    __tablename__ = "link_codes"

    digest: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("identities.id"))


class LinkTries(Base):
    """Wrong codes an account typed lately; guessing is stopped for a while."""

    __tablename__ = "link_tries"

    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), primary_key=True)
    wrong: Mapped[int]
    since: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class PendingLink(Base):
    """Two accounts proved to be one customer's, until their customers have been merged."""

    __tablename__ = "pending_links"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    first_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"), index=True)
    proof: Mapped[Proof]
    proved_at: Mapped[datetime]


class Merge(Base):
    """One customer taken into another: by whom or what, why, when; and, if so, its undoing.

    `profile` holds each field of the kept customer that changed, as [before, after].
    """

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint("kept_id <> absorbed_id", name="two_customers"),
        Index(
            "ix_merges_in_force",
            "absorbed_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    absorbed_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    proof: Mapped[Proof]
    reason: Mapped[str]
    agent_id: Mapped[UUID | None]
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    undone_reason: Mapped[str | None]


class MergedRow(Base):
    """What a merge did with one row of one table."""

    __tablename__ = "merged_rows"

    merge_id: Mapped[UUID] = mapped_column(
        ForeignKey("merges.id", ondelete="CASCADE"), primary_key=True
    )
    table_name: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    fate: Mapped[Fate]


class LinkDecision(Base):
    """What an employee said to a suggestion; the pair is stored with the smaller id first."""

    __tablename__ = "link_decisions"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    first_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    verdict: Mapped[Verdict]
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    agent_id: Mapped[UUID]
    decided_at: Mapped[datetime]


class ProfileChange(Base):
    """A customer's own word that replaced what the profile said; an undone merge needs it."""

    __tablename__ = "profile_changes"
    __table_args__ = (UniqueConstraint("message_id", "field"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    field: Mapped[str]
    value: Mapped[str]
    changed_at: Mapped[datetime]
