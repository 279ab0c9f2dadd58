"""Writes to the CRM: what came in, what goes out, episodes. Never commits; the edges do."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from crm.errors import UnknownConversationError, UnsuitableInPublicError
from crm.inbox import (
    LOCK_LOG,
    RECORD,
    SETTLE,
    bind_inbound,
    bind_settled,
    name_log,
    read_stored,
)
from crm.linking.proofs import find_verified, lock_verified, note_verified
from crm.models import (
    PUBLIC,
    Author,
    Conversation,
    Customer,
    Direction,
    Episode,
    EpisodeEnd,
    Identity,
    Message,
    MessageState,
)
from crm.outbox import APPEND, bind_outbound
from crm.schemas import NewInbound, NewOutbound, Stored
from crm.threads.checks import Fault, Finding, find_fault
from kit.clock import utc_now
from kit.database import NOTIFY_CHANNEL, notify, take_payloads
from kit.ids import new_id

_OPEN_EPISODE = select(Episode).where(
    Episode.conversation_id == bindparam("conversation_id"), Episode.ended_at.is_(None)
)


async def record_inbound(session: AsyncSession, event: NewInbound) -> Stored:
    """Store a customer's event once and wake the turn workers; makes the customer when new.

    A known `event_key` stores nothing and reports the message it became the first time.
    """
    values = bind_inbound(event)
    connection = await session.connection()
    await connection.exec_driver_sql(LOCK_LOG, values)
    stored = await _record(connection, values)
    if stored is None:
        await _open(session, event)
        stored = await _record(connection, values)
    if stored is None:
        raise UnknownConversationError("The conversation was opened and is not there.")
    if not stored.duplicate:
        if event.verified:
            message = await session.get_one(Message, stored.message_id)
            await note_verified(session, message.identity_id, event.verified, now=utc_now())
        await notify(session, "turn", str(stored.conversation_id))
    return stored


async def _record(connection: AsyncConnection, values: dict[str, Any]) -> Stored | None:
    return read_stored((await connection.exec_driver_sql(RECORD, values)).one_or_none())


async def settle_inbound(session: AsyncSession, message: Message) -> None:
    """Write what a turn changed in its message and its episode, and send its notifications.

    Whatever else the transaction changed is written by its commit, as always.
    """
    changed = (row for row in session.dirty if isinstance(row, Episode))
    episode = next((row for row in changed if row.id == message.episode_id), None)
    values = {
        **bind_settled(message, episode),
        "notify_channel": NOTIFY_CHANNEL,
        "notes": take_payloads(session),
    }
    await (await session.connection()).exec_driver_sql(SETTLE, values)


async def record_edit(
    session: AsyncSession, channel: str, event_key: str, *, edit_key: str, body: str
) -> Stored:
    """Put the edited words in place of the message's; the earlier ones stay in its payload.

    Raises LookupError when the edited message was never stored. A message still waiting for its
    turn is answered in its new words; an answered one is not answered again.
    """
    found = select(Message).where(Message.channel == channel, Message.event_key == event_key)
    message = (await session.execute(found.with_for_update(key_share=True))).scalar_one_or_none()
    if message is None:
        raise LookupError(event_key)
    edits = message.payload.get("edits", [])
    if edit_key not in edits:  # a platform may repeat an older edit after a newer one
        earlier = [*message.payload.get("earlier", []), message.body]
        message.payload = {**message.payload, "earlier": earlier, "edits": [*edits, edit_key]}
        message.body = body
        message.edited_at = utc_now()
        await notify(session, "message", str(message.conversation_id))
    return Stored(message.id, message.conversation_id, duplicate=True)


async def append_outbound(
    session: AsyncSession, conversation: Conversation, episode_id: UUID | None, new: NewOutbound
) -> UUID:
    """Put a message for the customer into the outbox and wake the deliverers; return its id.

    Errors: UnsuitableInPublicError for words that others must not read, whoever wrote them.
    """
    if conversation.audience == PUBLIC:
        await _require_suitable(session, conversation, new)
    values = bind_outbound(conversation, episode_id, new)
    with session.no_autoflush:  # what else the transaction changed is written once, at its end
        await (await session.connection()).exec_driver_sql(APPEND, values)
    await notify(session, "delivery", str(conversation.id))
    await notify(session, f"delivery/{conversation.channel}", str(conversation.id))
    return UUID(str(values["id"]))


async def append_note(
    session: AsyncSession, conversation: Conversation, author_id: UUID | None, body: str
) -> Message:
    """Write an internal note into the log; it is never delivered to anybody outside."""
    await _serialise_log(session, conversation.channel, conversation.address)
    message = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction=Direction.NOTE,
        author=Author.AGENT if author_id else Author.SYSTEM,
        agent_id=author_id,
        kind="note",
        body=body,
        state=MessageState.KEPT,
        created_at=utc_now(),
    )
    session.add(message)
    await session.flush()
    await notify(session, "message", str(conversation.id))
    return message


async def enter_episode(
    session: AsyncSession, conversation: Conversation, *, now: datetime, idle: timedelta
) -> tuple[Episode, bool]:
    """Return the conversation's open episode and whether it was just begun.

    An episode silent for longer than `idle` ends and a new one begins. The caller holds the lease.
    """
    open_one = await find_open_episode(session, conversation.id)
    if open_one is not None:
        last = open_one.last_turn_at or open_one.started_at
        if now - last <= idle:
            return open_one, open_one.last_turn_at is None
        end_episode(open_one, EpisodeEnd.IDLE, now)
        await session.flush()
    return await begin_episode(session, conversation.id, now=now), True


async def find_open_episode(session: AsyncSession, conversation_id: UUID) -> Episode | None:
    """Return the episode that has not ended, if there is one."""
    found = await session.execute(_OPEN_EPISODE, {"conversation_id": conversation_id})
    return found.scalar_one_or_none()


async def begin_episode(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    now: datetime,
    human_outcome: str | None = None,
) -> Episode:
    """Begin a new episode; `human_outcome` is what a person did in the one before."""
    highest = select(func.coalesce(func.max(Episode.number), 0)).where(
        Episode.conversation_id == conversation_id
    )
    number = (await session.execute(highest)).scalar_one()
    episode = Episode(
        conversation_id=conversation_id,
        number=number + 1,
        started_at=now,
        human_outcome=human_outcome,
    )
    session.add(episode)
    await session.flush()
    return episode


def end_episode(episode: Episode, reason: EpisodeEnd, now: datetime) -> None:
    """Close the episode; its engine tracker is never spoken to again."""
    episode.ended_at = now
    episode.end_reason = reason


async def mark_unreachable(session: AsyncSession, identity_id: UUID) -> None:
    """Remember that the customer cannot be reached at this account any more."""
    await session.execute(
        update(Identity).where(Identity.id == identity_id).values(reachable=False)
    )


async def note_source(session: AsyncSession, customer_id: UUID, *, source: str) -> bool:
    """Note where a customer came from, unless that is known; say whether it was new."""
    unknown = (
        update(Customer)
        .where(Customer.id == customer_id, Customer.source.is_(None))
        .values(source=source)
        .returning(Customer.id)
    )
    return (await session.execute(unknown)).scalar_one_or_none() is not None


async def _require_suitable(
    session: AsyncSession, conversation: Conversation, new: NewOutbound
) -> None:
    names: tuple[str, ...] = ()
    if new.author is Author.AGENT:
        customer = await session.get_one(Customer, conversation.customer_id)
        names = (customer.display_name or "",)
    finding = find_fault(new.body, names=names)
    if new.buttons and finding is None:
        finding = Finding(Fault.BUTTON, new.buttons[0].title)
    if finding is not None:
        raise UnsuitableInPublicError(finding.sentence)


async def _serialise_log(session: AsyncSession, channel: str, address: str) -> None:
    """Let one writer at a time append to a conversation's log; see crm.inbox."""
    log = {"log": name_log(channel, address)}
    await (await session.connection()).exec_driver_sql(LOCK_LOG, log)


async def _open(session: AsyncSession, event: NewInbound) -> None:
    """Make whatever of customer, identity and conversation does not exist yet."""
    identity = await _ensure_identity(session, event)
    values = {
        "id": new_id(),
        "customer_id": identity.customer_id,
        "identity_id": identity.id,
        "channel": event.channel,
        "address": event.address,
        "audience": event.audience,
        "owner": "bot",
        "created_at": utc_now(),
    }
    await session.execute(insert(Conversation).values(values).on_conflict_do_nothing())


async def _ensure_identity(session: AsyncSession, event: NewInbound) -> Identity:
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 2))"),
        {"name": f"{event.channel}:{event.account}"},
    )
    # Shared: who merges its customer waits until the conversation is there, and moves it along.
    found = (
        select(Identity)
        .where(Identity.channel == event.channel, Identity.account == event.account)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    identity = (await session.execute(found)).scalar_one_or_none()
    if identity is not None:
        return identity
    now = utc_now()
    identity = Identity(
        customer_id=await _find_or_make_customer(session, event, now),
        channel=event.channel,
        account=event.account,
        verified=event.verified,
        handle=event.handle,
        created_at=now,
    )
    session.add(identity)
    await session.flush()
    return identity


async def _find_or_make_customer(session: AsyncSession, event: NewInbound, now: datetime) -> UUID:
    """Return the customer whom the account's verified name belongs to already, or a new one."""
    if event.verified:
        await lock_verified(session, event.verified)
        same = await find_verified(session, event.verified)
        if same is not None:
            return same.customer_id
    customer = Customer(
        display_name=event.display_name, locale=event.locale or "en", created_at=now
    )
    session.add(customer)
    await session.flush()
    return customer.id
