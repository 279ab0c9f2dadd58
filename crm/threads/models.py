"""Tables of what began where others read along. Used by crm.threads.* only."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class CaseState(StrEnum):
    """How far a public case is: said in public, taken private, solved, and said so in public."""

    OPEN = "open"
    CONTINUED = "continued"
    SOLVED = "solved"
    CLOSED = "closed"


class PublicCase(Base):
    """What one author brought up in one public place, until we have said there that it is solved.

    `conversation_id` is the author's conversation in that place, `place` the address they share
    with everybody there. Its messages come after `begins_after`; those up to `taken_seq` have been
    taken to the private chat.
    `priority` is the highest that the policy gave to what was said in public. `invite_at` is set
    while an agent waits for the customer to be led to a private chat.
    """

    __tablename__ = "public_cases"
    __table_args__ = (
        Index("ix_public_cases_place", "channel", "place"),
        Index(
            "ix_public_cases_due",
            "id",
            postgresql_where=text("state = 'solved' OR invite_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    private_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str]
    place: Mapped[str]
    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    priority: Mapped[int] = mapped_column(default=0)
    begins_after: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    opened_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    invite_at: Mapped[datetime | None]
    continued_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class PrivateLink(Base):
    """A link to the private chat, for the author of a case alone. The token's digest is here."""

    __tablename__ = "private_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("public_cases.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime]
