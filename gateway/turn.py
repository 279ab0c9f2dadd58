"""Turns: takes a conversation's unanswered messages in order, each in one transaction.

Run by gateway.workers. The conversation's row lock is the lease: it dies with the process.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import EventKind
from crm.models import DELETED, PUBLIC, Conversation, Direction, Message, MessageState, Owner
from crm.queries import lock_conversation
from crm.service import find_open_episode, settle_inbound
from gateway.agenda import is_in_form
from gateway.answer import Answerer
from gateway.dialogue import EngineError, EngineRefusedError
from gateway.fragments import MOST_JOINED, find_wait, gather, is_fragment, join_words
from gateway.interpret import interpret
from gateway.linking import is_for_us
from gateway.start_links import read_payload
from gateway.typing_sign import TypingSign
from gateway.workers import BUSY_DELAY_S, Again
from handoff.sla.service import note_customer_message
from kit.backoff import backoff_delay
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import Database, notify
from kit.log import get_logger

_log = get_logger(__name__)

_NEXT = Again(0.0)

# Built once: they run for every turn, and building costs as much as running.
# The commit of a turn need not wait for the disk: the message it answers is on it, and no reply
# leaves before the deliverer's own commit, which waits, has put both there (the log is in order).
_TRY_LEASE = (
    select(Conversation, func.set_config("synchronous_commit", "off", True))
    .where(Conversation.id == bindparam("conversation_id"))
    .with_for_update(key_share=True, skip_locked=True)
)
_PENDING = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.direction == Direction.IN,
        Message.state == MessageState.PENDING,
    )
    .order_by(Message.seq)
    .limit(bindparam("most"))
)


class TurnTaker:
    """Works through one conversation's pending messages, oldest first."""

    def __init__(
        self,
        database: Database,
        answerer: Answerer,
        *,
        max_attempts: int,
        retry_base_s: float,
        retry_cap_s: float,
        coalesce_s: float = 0.0,
        typing: TypingSign | None = None,
    ) -> None:
        self._database = database
        self._answerer = answerer
        self._max_attempts = max_attempts
        self._retry_base_s = retry_base_s
        self._retry_cap_s = retry_cap_s
        self._within = timedelta(seconds=coalesce_s)
        self._typing = typing

    async def handle(self, conversation_id: UUID) -> Again | None:
        """Take every message that is due; say when to look again, if that is known."""
        while True:
            try:
                verdict = await self._take_one(conversation_id)
            except Exception as error:
                await self._note_failure(conversation_id, error)
                raise
            if verdict is not _NEXT:
                return verdict

    async def _take_one(self, conversation_id: UUID) -> Again | None:
        """Take the first pending message. `_NEXT`: there is another; None: there is none."""
        async with self._database.session() as session:
            conversation = await _try_lease(session, conversation_id)
            most = MOST_JOINED + 1 if self._within else 2
            pending = await _find_pending(session, conversation_id, most=most)
            if not pending:
                return None
            if conversation is None:
                return Again(BUSY_DELAY_S)
            now = utc_now()
            joined, wait = await self._gather(session, conversation, pending, now=now)
            message = joined[-1]
            if message.retry_at is not None and message.retry_at > now:
                return Again((message.retry_at - now).total_seconds())
            if wait:
                return Again(wait)
            crash_point("turn.leased")
            await self._answer(session, conversation, message, join_words(joined))
            _settle_alike(joined)
            await settle_inbound(session, message)
            crash_point("turn.before_commit")
            await session.commit()
            crash_point("turn.after_commit")
        # What arrives from now on brings a hint of its own.
        left = len(pending) > len(joined)
        return _NEXT if left or message.state is MessageState.PENDING else None

    async def _gather(
        self,
        session: AsyncSession,
        conversation: Conversation,
        pending: Sequence[Message],
        *,
        now: datetime,
    ) -> tuple[list[Message], float]:
        """Return the messages of this turn, and for how long to wait for the rest of them.

        One message is a turn, unless it is only the beginning of one. Nothing is joined inside a
        form, where a word may be the whole answer, nor while a person has the conversation, nor in
        public, where everything is taken along to the private chat anyway.
        """
        first = pending[0]
        joins = self._within and conversation.owner is Owner.BOT and first.attempts == 0
        joins = joins and conversation.audience != PUBLIC
        if not joins or not is_fragment(first) or await _is_in_form(session, conversation.id):
            return [first], 0.0
        joined = gather(pending, within=self._within)
        return joined, find_wait(joined, pending, within=self._within, now=now)

    async def _answer(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        words: str | None,
    ) -> None:
        if message.kind == DELETED:  # taken back while an earlier try was at work
            message.state, message.settled_at = MessageState.KEPT, utc_now()
            return
        if conversation.owner is not Owner.BOT:
            if message.kind == EventKind.BUTTON:
                await interpret(session, message)  # notes the button's title for the desk
            if conversation.audience == PUBLIC or read_payload(message) or is_for_us(message):
                await self._answerer.pass_by(session, conversation, message)
                if conversation.audience == PUBLIC:
                    await note_customer_message(session, conversation.id, utc_now())
                return
            message.state = MessageState.WITH_HUMAN
            message.settled_at = utc_now()
            await note_customer_message(session, conversation.id, message.settled_at)
            await notify(session, "message", str(conversation.id))
            return
        typing = self._typing.shown(conversation) if self._typing else nullcontext()
        try:
            with typing:
                await self._answerer.answer(session, conversation, message, words=words)
        except EngineError as error:
            await self._postpone(session, conversation, message, error)

    async def _postpone(
        self, session: AsyncSession, conversation: Conversation, message: Message, error: Exception
    ) -> None:
        """Plan another try, or give up: the conversation is unblocked and goes to a person."""
        message.attempts += 1
        message.error = f"{type(error).__name__}: {error}"[:200]
        final = message.attempts >= self._max_attempts or isinstance(error, EngineRefusedError)
        if final:
            await self._answerer.give_up(session, conversation, message)
            _log.error("turn.given_up", message=str(message.id), attempts=message.attempts)
            return
        delay = backoff_delay(message.attempts, base=self._retry_base_s, cap=self._retry_cap_s)
        message.retry_at = utc_now() + timedelta(seconds=delay)
        _log.warning("turn.postponed", message=str(message.id), attempts=message.attempts)

    async def _note_failure(self, conversation_id: UUID, error: Exception) -> None:
        """Count a failure of our own, so that one poisonous message cannot block for ever."""
        async with self._database.session() as session:
            conversation = await lock_conversation(session, conversation_id)
            message = await find_first_pending(session, conversation_id)
            if message is not None and conversation.owner is Owner.BOT:
                wrapped = EngineError(type(error).__name__)
                await self._postpone(session, conversation, message, wrapped)
                await session.commit()


def _settle_alike(joined: Sequence[Message]) -> None:
    """What happened to the last of several joined messages happened to all of them."""
    *earlier, last = joined
    if not earlier or last.state is MessageState.PENDING:
        return
    for message in earlier:
        message.state, message.settled_at = last.state, last.settled_at
        message.episode_id, message.intent = last.episode_id, last.intent
    last.payload = {**last.payload, "joined": [str(message.id) for message in earlier]}


async def _is_in_form(session: AsyncSession, conversation_id: UUID) -> bool:
    episode = await find_open_episode(session, conversation_id)
    return episode is not None and is_in_form(episode)


async def find_first_pending(session: AsyncSession, conversation_id: UUID) -> Message | None:
    """Return the oldest customer message of the conversation that has not had its turn."""
    pending = await _find_pending(session, conversation_id, most=1)
    return pending[0] if pending else None


async def _find_pending(
    session: AsyncSession, conversation_id: UUID, *, most: int
) -> Sequence[Message]:
    values = {"conversation_id": conversation_id, "most": most}
    return (await session.execute(_PENDING, values)).scalars().all()


async def _try_lease(session: AsyncSession, conversation_id: UUID) -> Conversation | None:
    found = await session.execute(_TRY_LEASE, {"conversation_id": conversation_id})
    return found.scalar_one_or_none()
