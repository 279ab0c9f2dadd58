"""The table of files customers sent. Used by crm.files.* only."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class AttachmentState(StrEnum):
    """Whether we have the bytes: not yet, yes, not wanted, or not to be had (any more)."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    GONE = "gone"


class Attachment(Base):
    """One file. Without a message it was uploaded and waits for the message that names it.

    `kind`, `name`, `media_type` and `size` are what the sender claimed until the bytes are stored,
    and what the bytes are from then on. `reason` says in a word why there are none.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index(
            "ix_attachments_uploads",
            "channel",
            "account",
            "reference",
            unique=True,
            postgresql_where=text("message_id IS NULL"),
        ),
        Index(
            "ix_attachments_waiting",
            "created_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_attachments_account", "channel", "account", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str]
    account: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    state: Mapped[AttachmentState]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    data: Mapped[bytes | None] = mapped_column(deferred=True)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
