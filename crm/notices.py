"""What platforms tell about what was said before: taken back, unreachable, moved. Never commits.

Called by gateway.intake and gateway.moving. None of it is a turn.
"""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.files.service import erase_files_of_message
from crm.inbox import LOCK_LOG, name_log
from crm.models import (
    DELETED,
    Button,
    Conversation,
    Episode,
    EpisodeEnd,
    Identity,
    Message,
    MessageState,
)
from crm.schemas import Stored
from crm.service import end_episode, find_open_episode
from crm.threads.models import PublicCase
from kit.clock import utc_now
from kit.database import notify

_KEPT_OF_PAYLOAD = ("audience", "files")


async def record_deletion(session: AsyncSession, channel: str, event_key: str) -> Stored | None:
    """Remove the words and files of a message its customer took back; None: we never saw it.

    That there was a message, and what we answered, stays. One that still waits is not answered.
    """
    message = await _lock(session, channel, event_key)
    if message is None:
        return None
    if message.kind != DELETED:
        message.kind, message.body = DELETED, ""
        kept = {name: message.payload[name] for name in _KEPT_OF_PAYLOAD if name in message.payload}
        message.payload, message.signals = kept, []
        if message.state is MessageState.PENDING:
            message.state, message.settled_at = MessageState.KEPT, utc_now()
        await erase_files_of_message(session, message.id)
        await notify(session, "message", str(message.conversation_id))
    return Stored(message.id, message.conversation_id, duplicate=True)


async def find_deleted(session: AsyncSession, channel: str, event_key: str) -> Stored | None:
    """Return the message if its customer took it back; an edit must not bring its words back.

    The message stays as it is until the transaction ends.
    """
    message = await _lock(session, channel, event_key)
    if message is None or message.kind != DELETED:
        return None
    return Stored(message.id, message.conversation_id, duplicate=True)


async def _lock(session: AsyncSession, channel: str, event_key: str) -> Message | None:
    found = select(Message).where(Message.channel == channel, Message.event_key == event_key)
    return (await session.execute(found.with_for_update(key_share=True))).scalar_one_or_none()


async def set_reachable(
    session: AsyncSession, channel: str, account: str, *, reachable: bool
) -> None:
    """Note whether an account can be written to; one we do not know is none of ours."""
    known = Identity.channel == channel, Identity.account == account
    changed = update(Identity).where(*known, Identity.reachable.is_not(reachable))
    found = await session.execute(changed.values(reachable=reachable).returning(Identity.id))
    for identity_id in found.scalars().all():
        theirs = select(Conversation.id).where(Conversation.identity_id == identity_id)
        for conversation_id in (await session.execute(theirs)).scalars():
            await notify(session, "message", str(conversation_id))


async def list_conversations_at(
    session: AsyncSession, channel: str, place: str
) -> list[tuple[UUID, str]]:
    """Return id and address of every conversation at a place: its topics and authors, too."""
    rest = func.substr(Conversation.address, len(place) + 1, 1)
    found = (
        select(Conversation.id, Conversation.address)
        .where(
            Conversation.channel == channel,
            Conversation.address.startswith(place, autoescape=True),
            rest.in_(("", "/", "@", "#")),
        )
        .order_by(Conversation.id)
    )
    return [(row.id, row.address) for row in await session.execute(found)]


async def find_conversation_at(
    session: AsyncSession, channel: str, address: str
) -> Conversation | None:
    """Return the conversation at exactly this address."""
    found = select(Conversation).where(
        Conversation.channel == channel, Conversation.address == address
    )
    return (await session.execute(found)).scalar_one_or_none()


async def lock_log(session: AsyncSession, channel: str, address: str) -> None:
    """Let nobody append to what is said at an address until the transaction ends."""
    log = {"log": name_log(channel, address)}
    await (await session.connection()).exec_driver_sql(LOCK_LOG, log)


async def join_conversation(session: AsyncSession, left: Conversation, into: Conversation) -> None:
    """Put all that was said in one conversation into the other. The caller holds both leases.

    The row that was left stays, with nothing of its own.
    """
    open_one = await find_open_episode(session, left.id)
    if open_one is not None:
        end_episode(open_one, EpisodeEnd.IDLE, utc_now())
        await session.flush()
    highest = select(func.coalesce(func.max(Episode.number), 0)).where(
        Episode.conversation_id == into.id
    )
    taken = (await session.execute(highest)).scalar_one()
    moved = {"conversation_id": into.id}
    of_left = update(Episode).where(Episode.conversation_id == left.id)
    await session.execute(of_left.values(moved | {"number": Episode.number + taken}))
    for table in (Message, Button, PublicCase):
        await session.execute(update(table).where(table.conversation_id == left.id).values(moved))
    private = update(PublicCase).where(PublicCase.private_id == left.id)
    await session.execute(private.values(private_id=into.id))


async def move_cases(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """Let public cases of a place be found where the place is now."""
    rest = func.substr(PublicCase.place, len(old) + 1)
    await session.execute(
        update(PublicCase)
        .where(
            PublicCase.channel == channel,
            PublicCase.place.startswith(old, autoescape=True),
            func.substr(PublicCase.place, len(old) + 1, 1).in_(("", "/", "@")),
        )
        .values(place=func.concat(new, rest))
        .execution_options(synchronize_session=False)
    )
