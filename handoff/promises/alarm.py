"""Alarms before a promise is broken, and tells when it was. Never commits; called by the gateway.

Whoever has the case is told. When nobody has it, it goes into the queue; when it is closed, a new
one is opened, which is given first to whoever promised.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation
from crm.queries import lock_conversation
from crm.service import find_open_episode
from handoff import service
from handoff.brief import build_brief
from handoff.models import Handoff, HandoffState
from handoff.policy import Policy, decide_for
from handoff.promises.models import Promise, PromiseState
from handoff.promises.service import tell_desks
from handoff.reasons import HandoffReason
from handoff.repository import announce, find_open_handoff
from handoff.workforce.hours import OpeningHours
from handoff.workforce.teams import find_default_hours, find_hours

_MOST = 100
_OPEN = Promise.state == PromiseState.OPEN


async def plan_warnings(session: AsyncSession, ahead: timedelta) -> None:
    """Say when new promises alarm: so much working time ahead, or at half time if that is later."""
    found = select(Promise).where(_OPEN, Promise.warn_at.is_(None)).limit(_MOST)
    new = (await session.execute(found.with_for_update(skip_locked=True))).scalars().all()
    for made in new:
        made.warn_at = find_warning(made, ahead, await _find_hours(session, made))
    await session.flush()


def find_warning(made: Promise, ahead: timedelta, hours: OpeningHours) -> datetime:
    """Return when a promise alarms, counted in the hours in which somebody can still keep it."""
    wanted = hours.subtract(made.due_at, ahead)
    half = hours.add(made.made_at, hours.count(made.made_at, made.due_at) / 2)
    return max(wanted, half)


async def list_alarming(session: AsyncSession, now: datetime) -> list[UUID]:
    """Return the promises that are to alarm now, or have just been broken, the soonest first."""
    due = or_(Promise.due_at <= now, (Promise.warn_at <= now) & Promise.warned_at.is_(None))
    found = select(Promise.id).where(_OPEN, due).order_by(Promise.due_at, Promise.id).limit(_MOST)
    return list((await session.execute(found)).scalars())


async def alarm(session: AsyncSession, promise_id: UUID, *, policy: Policy, now: datetime) -> bool:
    """Alarm, or mark as broken, and see that somebody knows; False: nothing is to be done any more.

    Takes the conversation's lease first, then the promise, as everybody does.
    """
    conversation = await _lock_conversation(session, promise_id)
    made = await session.get_one(Promise, promise_id, with_for_update=True, populate_existing=True)
    if made.state is not PromiseState.OPEN:
        return False
    if made.due_at <= now:
        made.state = PromiseState.BROKEN
    elif made.warned_at is not None:
        return False
    made.warned_at = made.warned_at or now
    await session.flush()
    await _reach_somebody(session, made, conversation, policy, now)
    await tell_desks(session, made)
    return True


async def _lock_conversation(session: AsyncSession, promise_id: UUID) -> Conversation:
    """Hold the promise's conversation; its case may move to a private chat while we wait."""
    made = await session.get_one(Promise, promise_id, populate_existing=True)
    while True:
        conversation = await lock_conversation(session, made.conversation_id)
        await session.refresh(made)
        if made.conversation_id == conversation.id:
            return conversation


async def _reach_somebody(
    session: AsyncSession,
    made: Promise,
    conversation: Conversation,
    policy: Policy,
    now: datetime,
) -> None:
    """A case that somebody has is only announced; any other goes to the queue, or comes back."""
    current = await find_open_handoff(session, conversation.id)
    if current is not None and current.state == HandoffState.CLAIMED:
        await announce(session, current)
        return
    decision = decide_for(HandoffReason.PROMISE, policy)
    episode = await find_open_episode(session, conversation.id)
    episode_id = episode.id if episode else None
    brief = await build_brief(session, conversation, episode_id, decision)
    handoff, opened = await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=episode_id,
        decision=decision,
        brief=brief,
        now=now,
    )
    if opened and made.agent_id is not None:
        handoff.last_agent_id = made.agent_id
        await session.flush()


async def _find_hours(session: AsyncSession, made: Promise) -> OpeningHours:
    case = await session.get(Handoff, made.handoff_id) if made.handoff_id else None
    if case is not None and case.team_id is not None:
        return await find_hours(session, case.team_id)
    return await find_default_hours(session)
