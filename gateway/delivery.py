"""Deliveries: sends one conversation's outbox in order, re-checking ownership before each send.

Run by gateway.workers. A session-level advisory lock on its own connection is the lease: it
survives the commits between steps and dies with the process. A claim on the desk waits for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from channels.base import (
    AmbiguousSendError,
    Channel,
    ChannelError,
    CustomerGoneError,
    OutboundButton,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.registry import Registry
from crm import service
from crm.models import Author, Conversation, Direction, Message, MessageState, Owner
from gateway.workers import BUSY_DELAY_S, Again
from kit.backoff import backoff_delay
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import NOTIFY_CHANNEL, Database, notify
from kit.errors import NotFoundError
from kit.log import find_place, get_logger
from kit.settings import AmbiguousSends

_log = get_logger(__name__)

_TRY_LEASE = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 3))")
_END_LEASE = text("SELECT pg_advisory_unlock(hashtextextended(:key, 3))")
# One statement, because the connection commits each: a state and its notification go together.
_SETTLE = text(
    "WITH settled AS (UPDATE messages SET state = :state, settled_at = :now, retry_at = NULL, "
    "parts_sent = :parts_sent, platform_ref = :platform_ref, ambiguous = :ambiguous, "
    "error = :error WHERE id = :id RETURNING id) "
    "SELECT pg_notify(:channel, :payload) FROM settled"
)
_UNSENT = (MessageState.PENDING, MessageState.SENDING)
_HEADS = (
    select(Message, Conversation)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.direction == Direction.OUT,
        Message.state.in_(_UNSENT),
    )
    .order_by(Message.seq)
    .limit(2)
)
_MARK_SENDING = text("UPDATE messages SET state = 'sending', ambiguous = :ambiguous WHERE id = :id")


OnLost = Callable[[AsyncSession, Message], Awaitable[None]]


@dataclass(frozen=True)
class DeliveryRules:
    """How long to try, how long to wait, what to do when the outcome of a send is unknown.

    A send that certainly did not happen is tried again until it is `give_up_after` old; one that
    may have happened at most `max_attempts` times.
    """

    max_attempts: int
    give_up_after: timedelta
    retry_base_s: float
    retry_cap_s: float
    ambiguous: AmbiguousSends


class Deliverer:
    """Sends one conversation's outbox, oldest first."""

    def __init__(
        self, database: Database, channels: Registry, on_lost: OnLost, rules: DeliveryRules
    ) -> None:
        self._database = database
        self._channels = channels
        self._on_lost = on_lost
        self._rules = rules

    async def handle(self, conversation_id: UUID) -> Again | None:
        """Send the oldest that is due; say when to look again, if that is known."""
        key = {"key": str(conversation_id)}
        async with self._database.connection() as connection:
            if not (await connection.execute(_TRY_LEASE, key)).scalar_one():
                return Again(BUSY_DELAY_S)
            try:
                session = self._database.session_on(connection)
                return await self._take_one(session, conversation_id)
            finally:
                await _end_lease(connection, key)

    async def _take_one(self, session: AsyncSession, conversation_id: UUID) -> Again | None:
        """Send the head of the outbox. One at a time, so that a claim never waits for many."""
        heads = await _find_heads(session, conversation_id)
        if not heads:
            return None
        message, conversation = heads[0]
        if (wait := _time_left(message)) <= 0:
            await self._deliver(session, conversation, message)
            if message.state not in _UNSENT:
                # What is written from now on brings a hint of its own.
                return Again(0.0) if len(heads) > 1 else None
            wait = _time_left(message)
        return Again(wait)

    async def _deliver(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> None:
        if message.author is Author.BOT and conversation.owner is Owner.AGENT:
            # Part of it may have arrived, or be on its way: the agent has to know.
            message.ambiguous |= message.state is MessageState.SENDING or message.parts_sent > 0
            await self._settle(session, message, MessageState.DISCARDED)
            return
        try:
            channel = self._channels.get_channel(message.channel)
        except NotFoundError as error:
            await self._retry_or_fail(session, message, RetryLaterError(str(error)))
            return
        if message.state is MessageState.SENDING and not channel.capabilities.exact_once:
            message.ambiguous = True
            if self._rules.ambiguous is AmbiguousSends.HOLD:
                await self._lose(message, MessageState.HELD)
                return
        try:
            await self._send_parts(session, channel, conversation, message)
        except ChannelError as error:
            await self._note_error(session, conversation, message, error)
        except SQLAlchemyError:
            raise  # the database is away; the sweep comes back
        except Exception as error:  # a defect of ours must not block what is behind the message
            _log.error("delivery.broken", message=str(message.id), where=find_place(error))
            refused = RefusedMessageError(type(error).__name__)
            await self._note_error(session, conversation, message, refused)

    async def _send_parts(
        self, session: AsyncSession, channel: Channel, conversation: Conversation, message: Message
    ) -> None:
        parts = channel.render(as_outbound(message, conversation.address))
        if not channel.capabilities.exact_once and message.state is not MessageState.SENDING:
            with session.no_autoflush:
                values = {"id": message.id, "ambiguous": message.ambiguous}
                await session.execute(_MARK_SENDING, values)
            set_committed_value(message, "state", MessageState.SENDING)
        crash_point("delivery.before_send")
        for index, part in enumerate(parts):
            if index < message.parts_sent:
                continue
            message.platform_ref = await channel.send(part)
            crash_point("delivery.after_send")
            message.parts_sent = index + 1
            if index + 1 < len(parts):
                await session.commit()
        await self._settle(session, message, MessageState.SENT)
        crash_point("delivery.after_commit")

    async def _note_error(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        error: ChannelError,
    ) -> None:
        message.error = type(error).__name__
        if isinstance(error, AmbiguousSendError):
            message.ambiguous = True
            if self._rules.ambiguous is AmbiguousSends.HOLD:
                await self._lose(message, MessageState.HELD)
                return
            await self._retry_or_fail(session, message, error)
        elif isinstance(error, RetryLaterError):
            await self._retry_or_fail(session, message, error)
        elif isinstance(error, CustomerGoneError):
            await service.mark_unreachable(session, conversation.identity_id)
            await self._settle(session, message, MessageState.FAILED)
        else:
            await self._lose(message)

    async def _retry_or_fail(
        self, session: AsyncSession, message: Message, error: ChannelError
    ) -> None:
        message.attempts += 1
        if self._is_spent(message, error):
            await self._lose(message)
            return
        delay = getattr(error, "retry_after", None) or backoff_delay(
            message.attempts, base=self._rules.retry_base_s, cap=self._rules.retry_cap_s
        )
        if not message.ambiguous:
            message.state = MessageState.PENDING
        message.retry_at = utc_now() + timedelta(seconds=delay)
        await session.commit()
        _log.warning("delivery.postponed", message=str(message.id), error=type(error).__name__)

    def _is_spent(self, message: Message, error: ChannelError) -> bool:
        if isinstance(error, AmbiguousSendError):
            return message.attempts >= self._rules.max_attempts
        return utc_now() - message.created_at > self._rules.give_up_after

    async def _lose(self, message: Message, state: MessageState = MessageState.FAILED) -> None:
        """Set the message aside, which unblocks those behind it, and bring a person."""
        async with self._database.session() as session:
            kept = await session.get_one(Message, message.id)
            kept.state = message.state = state
            kept.settled_at = utc_now()
            kept.ambiguous, kept.error, kept.attempts = (
                message.ambiguous,
                message.error,
                message.attempts,
            )
            await notify(session, "message", str(message.conversation_id))
            await self._on_lost(session, kept)
            await session.commit()
        _log.error("delivery.given_up", message=str(message.id), state=state.value)

    async def _settle(self, session: AsyncSession, message: Message, state: MessageState) -> None:
        note = ("message", str(message.conversation_id))
        message.state, message.settled_at, message.retry_at = state, utc_now(), None
        values = {
            "id": message.id,
            "state": state.value,
            "now": message.settled_at,
            "parts_sent": message.parts_sent,
            "platform_ref": message.platform_ref,
            "ambiguous": message.ambiguous,
            "error": message.error,
            "channel": NOTIFY_CHANNEL,
            "payload": self._database.as_payload(note),
        }
        with session.no_autoflush:
            await session.execute(_SETTLE, values)
        session.expunge(message)  # everything it would flush has just been written
        self._database.tell_ourselves([note])


def as_outbound(message: Message, address: str) -> OutboundMessage:
    """Return the stored message in the channels' terms."""
    buttons = message.payload.get("buttons", [])
    return OutboundMessage(
        id=str(message.id),
        address=address,
        author=message.author.value,
        text=message.body,
        buttons=tuple(OutboundButton(item["title"], item["token"]) for item in buttons),
        links=tuple((label, url) for label, url in message.payload.get("links", [])),
    )


def _time_left(message: Message) -> float:
    """Return the seconds until the message may be tried; 0 when it is due."""
    if message.retry_at is None:
        return 0.0
    return max(0.0, (message.retry_at - utc_now()).total_seconds())


async def _end_lease(connection: AsyncConnection, key: dict[str, str]) -> None:
    """Give the lease back, or close the connection: in the pool it would hold it for ever."""
    try:
        await connection.execute(_END_LEASE, key)
    except BaseException:
        await connection.invalidate()
        raise


async def _find_heads(
    session: AsyncSession, conversation_id: UUID
) -> list[tuple[Message, Conversation]]:
    """Return the head of the outbox and, if there is one, what comes after it."""
    rows = await session.execute(_HEADS, {"conversation_id": conversation_id})
    return [(row[0], row[1]) for row in rows]
