"""The table of promises. Used by handoff.promises and the desk."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class Maker(StrEnum):
    """Who committed us."""

    AGENT = "agent"
    BOT = "bot"


class PromiseState(StrEnum):
    """What became of a promise. A broken one stays broken, also when it is made good later."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class Promise(Base):
    """Something the customer was told would happen by a moment.

    `warn_at` is when it alarms, set by the alarm itself; `warned_at` when it did. It is settled
    when somebody has said what became of it; a broken one lies open until then. `made_key` names
    what it came from, so that nothing is promised twice.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "ix_promises_warn_at",
            "warn_at",
            postgresql_where=text("state = 'open' AND warned_at IS NULL"),
        ),
        Index("ix_promises_due_at", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_promises_unsettled", "agent_id", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    handoff_id: Mapped[UUID | None] = mapped_column(ForeignKey("handoffs.id"))
    made_by: Mapped[Maker]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    made_key: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.OPEN)
    warn_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
