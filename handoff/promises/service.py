"""Making promises and saying what became of them. Never commits.

Called by the desk (what employees promise) and by gateway.promises (what the bot said).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation
from handoff.errors import NotYoursError, UnsuitableTextError
from handoff.models import Handoff, HandoffState
from handoff.promises.errors import PromiseSettledError, UnknownPromiseError
from handoff.promises.models import Maker, Promise, PromiseState
from handoff.repository import announce, find_open_handoff, lock_case
from handoff.service import MAX_KEY, require_words
from kit.database import notify

MAX_WORDS = 500
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Pledge:
    """What is promised and by when."""

    words: str
    due_at: datetime
    client_key: str


async def promise(
    session: AsyncSession, handoff_id: UUID, pledge: Pledge, *, agent_id: UUID, now: datetime
) -> Promise:
    """Record what an employee promised in their case; the same `client_key` records it once.

    It may be theirs no more: what is written to end a case is a promise as well.
    Errors: NotYoursError, UnsuitableTextError, UnknownHandoffError.
    """
    words = require_words(pledge.words, MAX_WORDS)
    if not 0 < len(pledge.client_key) <= MAX_KEY:
        raise UnsuitableTextError("The promise came without a usable key.")
    handoff, conversation = await lock_case(session, handoff_id)
    if handoff.state == HandoffState.WAITING:
        raise NotYoursError("Claim this case first; then you can promise something.")
    if handoff.agent_id != agent_id:
        raise NotYoursError("A colleague is looking after this case.")
    made_key = f"desk:{agent_id}:{pledge.client_key}"
    found = select(Promise).where(Promise.made_key == made_key)
    known = (await session.execute(found)).scalar_one_or_none()
    if known is not None:
        return known
    if not now < pledge.due_at <= now + FURTHEST:
        raise UnsuitableTextError("Choose a time to come, within a year.")
    made = Promise(
        customer_id=conversation.customer_id,
        conversation_id=conversation.id,
        handoff_id=handoff.id,
        made_by=Maker.AGENT,
        agent_id=agent_id,
        made_key=made_key,
        words=words,
        made_at=now,
        due_at=pledge.due_at,
    )
    session.add(made)
    await session.flush()
    await announce(session, handoff)
    return made


async def note_bot_promise(
    session: AsyncSession,
    conversation: Conversation,
    *,
    message_id: UUID,
    words: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Record what the bot committed us to in answer to a message, once. The caller holds the lease.

    It is nobody's in particular; its alarm goes to whoever is given the case.
    """
    made_key = f"bot:{message_id}"
    found = select(Promise.id).where(Promise.made_key == made_key)
    if (await session.execute(found)).scalar_one_or_none() is not None:
        return
    session.add(
        Promise(
            customer_id=conversation.customer_id,
            conversation_id=conversation.id,
            handoff_id=None,
            made_by=Maker.BOT,
            agent_id=None,
            made_key=made_key,
            words=words[:MAX_WORDS],
            made_at=now,
            due_at=due_at,
        )
    )
    await session.flush()
    await notify(session, "message", str(conversation.id))


async def keep(
    session: AsyncSession, promise_id: UUID, *, agent_id: UUID, now: datetime
) -> Promise:
    """Say that it was done; done after it was due, it stays broken and is off the list.

    Errors: UnknownPromiseError, PromiseSettledError.
    """
    made = await _lock_unsettled(session, promise_id)
    late = made.state is PromiseState.BROKEN or made.due_at < now
    made.state = PromiseState.BROKEN if late else PromiseState.KEPT
    return await _settle(session, made, agent_id, now)


async def withdraw(
    session: AsyncSession, promise_id: UUID, *, agent_id: UUID, now: datetime
) -> Promise:
    """Say that it no longer holds, because it was agreed otherwise or noted by mistake.

    A broken one cannot be taken back. Errors: UnknownPromiseError, PromiseSettledError.
    """
    made = await _lock_unsettled(session, promise_id)
    if made.state is PromiseState.BROKEN or made.due_at < now:
        raise PromiseSettledError("Its time has passed; it can only be made good now.")
    made.state = PromiseState.WITHDRAWN
    return await _settle(session, made, agent_id, now)


async def tell_desks(session: AsyncSession, made: Promise) -> None:
    """Have every desk look again at the promise's case, and at what is about to be broken."""
    case = await session.get(Handoff, made.handoff_id) if made.handoff_id else None
    case = await find_open_handoff(session, made.conversation_id) or case
    if case is not None:
        await announce(session, case)
    else:
        await notify(session, "message", str(made.conversation_id))


async def _lock_unsettled(session: AsyncSession, promise_id: UUID) -> Promise:
    made = await session.get(Promise, promise_id, with_for_update=True, populate_existing=True)
    if made is None:
        raise UnknownPromiseError("There is no such promise.")
    if made.settled_at is not None:
        raise PromiseSettledError("This has been settled already.")
    return made


async def _settle(session: AsyncSession, made: Promise, agent_id: UUID, now: datetime) -> Promise:
    made.settled_at, made.settled_by = now, agent_id
    await session.flush()
    await tell_desks(session, made)
    return made
