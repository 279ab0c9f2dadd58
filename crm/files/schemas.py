"""Frozen values that cross the border of crm.files."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crm.files.models import AttachmentState

# Drawn anew when they were kept, so that a browser may show them in a page.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True)
class Claim:
    """A file as its platform announced it."""

    kind: str
    reference: str
    name: str | None = None
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class FileView:
    """A file as it is shown; the bytes are there only when it is `stored`."""

    id: UUID
    message_id: UUID | None
    kind: str
    name: str | None
    media_type: str | None
    size: int | None
    state: AttachmentState
    reason: str | None
    created_at: datetime

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it as a picture."""
        return self.state is AttachmentState.STORED and self.media_type in SHOWN_INLINE


@dataclass(frozen=True)
class FileBytes:
    """A stored file, ready to be served."""

    name: str
    media_type: str
    data: bytes

    @property
    def is_picture(self) -> bool:
        """Whether a browser may show it in a page."""
        return self.media_type in SHOWN_INLINE
