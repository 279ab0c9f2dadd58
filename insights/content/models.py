"""The table of gaps people have seen: what keeps a gap the same from day to day."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class GapState(StrEnum):
    """What somebody did about a gap."""

    OPEN = "open"
    DRAFTED = "drafted"
    PHRASED = "phrased"
    DISMISSED = "dismissed"


class ContentGap(Base):
    """A cluster of badly answered questions; `slug` is the article meant to answer it."""

    __tablename__ = "content_gaps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    questions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[GapState] = mapped_column(default=GapState.OPEN)
    slug: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
