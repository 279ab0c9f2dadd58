"""The table of SLA clocks. Used by handoff.sla and handoff.queue."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.sla.classes import ClockKind
from kit.database import Base
from kit.ids import new_id


class SlaClock(Base):
    """One promise to one customer: a first reply, the next one, or the solution of a case.

    Runs while the customer waits for us: `running_since`, `due_at` and `warn_at` are empty while
    it stands. `ended_at` ends it, `met` says how; without a verdict it was overtaken by the end of
    the case. `breached_at` is when the target was reached, whenever that was noticed.
    """

    __tablename__ = "sla_clocks"
    __table_args__ = (
        Index(
            "ix_sla_clocks_open",
            "handoff_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_sla_clocks_due_at", "due_at", postgresql_where=text("breached_at IS NULL")),
        Index("ix_sla_clocks_warn_at", "warn_at", postgresql_where=text("warned_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoffs.id"), index=True)
    kind: Mapped[ClockKind]
    target_s: Mapped[int]
    used_s: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    running_since: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    met: Mapped[bool | None]
