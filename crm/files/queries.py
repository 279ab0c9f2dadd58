"""Reads of files: what a message brought along, and the bytes for whoever may have them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.files.models import Attachment, AttachmentState
from crm.files.schemas import FileBytes, FileView
from crm.models import Conversation, Message
from kit.clock import utc_now

_MOST_WAITING = 200
_VIEW = (
    Attachment.id,
    Attachment.message_id,
    Attachment.kind,
    Attachment.name,
    Attachment.media_type,
    Attachment.size,
    Attachment.state,
    Attachment.reason,
    Attachment.created_at,
)


async def list_files(
    session: AsyncSession, message_ids: Iterable[UUID]
) -> dict[UUID, tuple[FileView, ...]]:
    """Return the files of these messages, each message's in the order they were sent."""
    wanted = tuple(message_ids)
    if not wanted:
        return {}
    found = select(*_VIEW).where(Attachment.message_id.in_(wanted)).order_by(Attachment.position)
    files: defaultdict[UUID, tuple[FileView, ...]] = defaultdict(tuple)
    for row in await session.execute(found):
        files[row.message_id] += (FileView(*row),)
    return dict(files)


async def list_files_of_customer(session: AsyncSession, customer_id: UUID) -> list[FileView]:
    """Return every file the customer sent, oldest first, for a copy of their data."""
    found = select(*_VIEW).where(_is_of(customer_id)).order_by(Attachment.created_at)
    return [FileView(*row) for row in await session.execute(found)]


async def list_files_of_episode(session: AsyncSession, episode_id: UUID) -> list[FileView]:
    """Return the files sent in an episode that are there or on their way, oldest first."""
    sent = (
        select(*_VIEW)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.episode_id == episode_id,
            Attachment.state.in_((AttachmentState.STORED, AttachmentState.WAITING)),
        )
        .order_by(Message.seq, Attachment.position)
    )
    return [FileView(*row) for row in await session.execute(sent)]


async def count_files_of_customer(session: AsyncSession, customer_id: UUID) -> int:
    """Return how many files of the customer we have the bytes of."""
    stored = select(func.count()).where(
        _is_of(customer_id), Attachment.state == AttachmentState.STORED
    )
    return (await session.execute(stored)).scalar_one()


async def list_waiting(
    session: AsyncSession, channels: Collection[str], *, among: bool
) -> list[UUID]:
    """Return messages of these channels, or of all others, with files that are to be fetched."""
    named = Attachment.channel.in_(channels)
    due = (
        select(Attachment.message_id)
        .where(
            Attachment.state == AttachmentState.WAITING,
            Attachment.message_id.is_not(None),
            Attachment.retry_at.is_(None) | (Attachment.retry_at <= utc_now()),
            named if among else ~named,
        )
        .limit(_MOST_WAITING)
    )
    return [found for found in (await session.execute(due)).scalars() if found is not None]


async def find_file(session: AsyncSession, file_id: UUID) -> FileBytes | None:
    """Return a stored file that belongs to a message. For staff: it asks not whose it is."""
    return await _read(session, file_id, Attachment.message_id.is_not(None))


async def find_file_at(
    session: AsyncSession, file_id: UUID, *, channel: str, address: str
) -> FileBytes | None:
    """Return a stored file that the customer at this address sent there, and no other."""
    there = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.channel == channel, Conversation.address == address)
    )
    return await _read(session, file_id, Attachment.message_id.in_(there))


async def _read(
    session: AsyncSession, file_id: UUID, whose: ColumnElement[bool]
) -> FileBytes | None:
    stored = select(Attachment.name, Attachment.media_type, Attachment.data).where(
        Attachment.id == file_id, Attachment.state == AttachmentState.STORED, whose
    )
    row = (await session.execute(stored)).one_or_none()
    return FileBytes(row.name or "file", row.media_type or "", row.data or b"") if row else None


def _is_of(customer_id: UUID) -> ColumnElement[bool]:
    theirs = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.customer_id == customer_id)
    )
    return Attachment.message_id.in_(theirs)
