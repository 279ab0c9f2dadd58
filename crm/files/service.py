"""Writes of files: uploads that wait for their message, and what a message brought along.

Never commits; the edges do. Called by gateway.files and gateway.intake.
"""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm.files.errors import FileRefusedError, Reason
from crm.files.kinds import LARGEST_FILE, recognise, tidy_name
from crm.files.models import Attachment, AttachmentState
from kit.clock import utc_now
from kit.ids import new_token
from kit.pictures import PictureError, redraw

UPLOAD_LIFETIME = timedelta(days=1)
MOST_A_DAY = 40
MOST_BYTES_A_DAY = 200 * 1024 * 1024
MOST_BYTES_UNATTACHED = 2 * 1024 * 1024 * 1024
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bytes:
    """A file that was checked: what it is, and its bytes as they are kept."""

    kind: str
    media_type: str
    name: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of what is kept."""
        return hashlib.sha256(self.data).hexdigest()


async def check(data: bytes, *, name: str | None, claimed: str | None) -> Bytes:
    """Recognise a file, off the loop; pictures are drawn anew, without what cameras write along.

    `claimed` is the kind or media type the sender said; it decides only between kinds of sound.
    Raises FileRefusedError.
    """
    return await asyncio.to_thread(_check, data, name, claimed or "")


def _check(data: bytes, name: str | None, claimed: str) -> Bytes:
    what = recognise(data)
    if what.kind == "audio" and claimed == "voice":
        what = replace(what, kind="voice")
    if what.media_type == "video/webm" and claimed.startswith(("voice", "audio")):
        what = replace(what, kind="voice", media_type="audio/webm")
    if what.kind == "photo":
        try:
            data = redraw(data, moving=True).data
        except PictureError as error:
            raise FileRefusedError(Reason.DAMAGED, error.message) from error
    return Bytes(what.kind, what.media_type, tidy_name(name or what.kind, what.ending), data)


async def keep_upload(session: AsyncSession, found: Bytes, *, channel: str, account: str) -> str:
    """Keep a checked file for the account until a message names it; return its reference.

    Raises FileRefusedError when the account, or all together, have sent too much.
    """
    await _refuse_too_many(session, found, channel=channel, account=account)
    reference = new_token()
    now = utc_now()
    session.add(
        Attachment(
            channel=channel,
            account=account,
            reference=reference,
            kind=found.kind,
            name=found.name,
            media_type=found.media_type,
            size=len(found.data),
            state=AttachmentState.STORED,
            digest=found.digest,
            data=found.data,
            created_at=now,
            settled_at=now,
        )
    )
    await session.flush()
    return reference


async def forget_uploads(session: AsyncSession, *, now: datetime) -> int:
    """Delete uploads that no message named within a day; return how many."""
    due = delete(Attachment).where(
        Attachment.message_id.is_(None), Attachment.created_at < now - UPLOAD_LIFETIME
    )
    return len((await session.execute(due.returning(Attachment.id))).all())


async def _refuse_too_many(
    session: AsyncSession, found: Bytes, *, channel: str, account: str
) -> None:
    """Bound what one account can make us keep in a day, and what everybody's uploads can."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('uploads', 4))"))
    sizes = func.sum(Attachment.size)
    own = select(func.count(), sizes).where(
        Attachment.channel == channel,
        Attachment.account == account,
        Attachment.created_at > utc_now() - _DAY,
    )
    count, size = (await session.execute(own)).one()
    if count >= MOST_A_DAY or int(size or 0) + len(found.data) > MOST_BYTES_A_DAY:
        raise FileRefusedError(Reason.TOO_MANY, "That is too many files for one day.")
    unattached = select(sizes).where(Attachment.message_id.is_(None))
    if (
        int((await session.execute(unattached)).scalar_one() or 0)
        > MOST_BYTES_UNATTACHED - LARGEST_FILE
    ):
        raise FileRefusedError(Reason.TOO_MANY, "We cannot take files at the moment.")
