"""The table of web chat sessions. Used by channels.web.sessions only."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base


class WebSession(Base):
    """One browser's chat: the digest of its token and the address its conversation has.

    The address is what the rest of the product knows; who reads it there cannot act as the browser.
    `verified` is who the shop says it is, by its signature; a session never changes it.
    """

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    verified: Mapped[str | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
