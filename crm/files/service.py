"""Writes of files: uploads that wait for their message, what a message brought, erasure.

Never commits; the edges do. Called by gateway.files, gateway.fetching and gateway.intake.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.files.checking import Bytes
from crm.files.errors import FileRefusedError, Reason
from crm.files.kinds import LARGEST_FILE, LONGEST_NAME
from crm.files.models import Attachment, AttachmentState
from crm.files.schemas import Claim
from crm.models import Conversation, Identity, Message
from kit.clock import utc_now
from kit.database import notify
from kit.ids import new_token

UPLOAD_LIFETIME = timedelta(days=1)
MOST_A_DAY = 60
MOST_BYTES_A_DAY = 300 * 1024 * 1024
MOST_BYTES_UNATTACHED = 2 * 1024 * 1024 * 1024
_DAY = timedelta(days=1)
_LARGEST_CLAIM = 2**31 - 1


async def keep_upload(session: AsyncSession, found: Bytes, *, channel: str, account: str) -> str:
    """Keep a checked file for the account until a message names it; return its reference.

    Raises FileRefusedError when the account, or all together, have sent too much.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('uploads', 4))"))
    unattached = select(func.sum(Attachment.size)).where(Attachment.message_id.is_(None))
    kept = (await session.execute(unattached)).scalar_one() or 0
    if kept > MOST_BYTES_UNATTACHED - LARGEST_FILE:
        raise FileRefusedError(Reason.TOO_MANY, "We cannot take files at the moment.")
    upload = Attachment(
        channel=channel,
        account=account,
        reference=new_token(),
        kind=found.kind,
        created_at=utc_now(),
        state=AttachmentState.WAITING,
    )
    await store(session, upload, found)
    session.add(upload)
    await session.flush()
    return upload.reference


async def forget_uploads(session: AsyncSession, *, now: datetime) -> int:
    """Delete uploads that no message named within a day; return how many."""
    due = delete(Attachment).where(
        Attachment.message_id.is_(None), Attachment.created_at < now - UPLOAD_LIFETIME
    )
    return len((await session.execute(due.returning(Attachment.id))).all())


async def attach(
    session: AsyncSession, message_id: UUID, claims: Sequence[Claim], *, channel: str, account: str
) -> None:
    """Note the files of a new message: uploads are there already, others are to be fetched."""
    for position, claim in enumerate(claims):
        own = (
            Attachment.message_id.is_(None),
            Attachment.channel == channel,
            Attachment.account == account,
            Attachment.reference == claim.reference,
        )
        found = update(Attachment).where(*own).values(message_id=message_id, position=position)
        if (await session.execute(found.returning(Attachment.id))).first() is None:
            session.add(_announce(message_id, position, claim, channel=channel, account=account))
    await session.flush()
    await notify(session, f"file/{channel}", str(message_id))


async def lock_waiting(session: AsyncSession, message_id: UUID) -> Attachment | None:
    """Return the message's first file whose turn to be fetched it is, with its row held.

    None: there is none, or others are at work on it.
    """
    due = (
        select(Attachment)
        .where(
            Attachment.message_id == message_id,
            Attachment.state == AttachmentState.WAITING,
            Attachment.retry_at.is_(None) | (Attachment.retry_at <= utc_now()),
        )
        .order_by(Attachment.position)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(due)).scalar_one_or_none()


async def store(session: AsyncSession, attachment: Attachment, found: Bytes) -> None:
    """Put the bytes into the row, and what they are in place of what was claimed.

    Raises FileRefusedError when the account has sent too much for one day.
    """
    own = select(func.count(), func.sum(Attachment.size)).where(
        Attachment.channel == attachment.channel,
        Attachment.account == attachment.account,
        Attachment.created_at > utc_now() - _DAY,
        Attachment.digest.is_not(None),
    )
    with session.no_autoflush:
        count, size = (await session.execute(own)).one()
    if count >= MOST_A_DAY or (size or 0) + len(found.data) > MOST_BYTES_A_DAY:
        raise FileRefusedError(Reason.TOO_MANY, "That is too many files for one day.")
    attachment.state, attachment.settled_at = AttachmentState.STORED, utc_now()
    attachment.kind, attachment.media_type = found.kind, found.media_type
    attachment.name, attachment.size = found.name, len(found.data)
    attachment.data, attachment.digest = found.data, found.digest


def give_up(attachment: Attachment, state: AttachmentState, reason: Reason) -> None:
    """Say why there will be no bytes."""
    attachment.state, attachment.reason = state, reason.value
    attachment.settled_at = utc_now()


async def erase_files_of_customer(session: AsyncSession, customer_id: UUID) -> None:
    """Delete the bytes and the names of everything the customer sent; uploads go altogether."""
    conversations = select(Conversation.id).where(Conversation.customer_id == customer_id)
    messages = select(Message.id).where(Message.conversation_id.in_(conversations))
    await _erase(session, Attachment.message_id.in_(messages))
    accounts = select(Identity.id).where(
        Identity.customer_id == customer_id,
        Identity.channel == Attachment.channel,
        Identity.account == Attachment.account,
    )
    await session.execute(
        delete(Attachment)
        .where(Attachment.message_id.is_(None), accounts.exists())
        .execution_options(synchronize_session=False)
    )


async def erase_old_files(session: AsyncSession, *, before: datetime) -> None:
    """Delete the bytes and the names of files that were kept as long as we keep any."""
    await _erase(
        session, (Attachment.created_at < before) & (Attachment.state != AttachmentState.GONE)
    )


async def erase_files_of_message(session: AsyncSession, message_id: UUID) -> None:
    """Delete the bytes and the names of what a message brought: its sender took it back."""
    await _erase(session, Attachment.message_id == message_id)


async def _erase(session: AsyncSession, which: ColumnElement[bool]) -> None:
    nothing = {"data": None, "digest": None, "name": None, "size": None, "reference": ""}
    gone = {"state": AttachmentState.GONE, "reason": Reason.ERASED.value, "settled_at": utc_now()}
    await session.execute(
        update(Attachment)
        .where(which, Attachment.message_id.is_not(None))
        .values({**nothing, **gone})
        .execution_options(synchronize_session=False)
    )


def _announce(
    message_id: UUID, position: int, claim: Claim, *, channel: str, account: str
) -> Attachment:
    return Attachment(
        message_id=message_id,
        position=position,
        channel=channel,
        account=account,
        reference=claim.reference,
        kind=claim.kind,
        name=claim.name[:LONGEST_NAME] if claim.name else None,
        media_type=claim.media_type,
        size=_believable(claim.size),
        state=AttachmentState.WAITING,
        created_at=utc_now(),
    )


def _believable(size: int | None) -> int | None:
    return None if size is None or size < 0 else min(size, _LARGEST_CLAIM)
