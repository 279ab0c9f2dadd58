"""Gives waiting cases to people who are available, and takes them from people who have gone.

Never commits. Several processes may do it at once: the employee's presence row is locked, with
SKIP LOCKED, before a case is theirs, so nobody is ever given more than their capacity.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Customer
from handoff.models import Agent, Handoff, HandoffState
from handoff.passing import release
from handoff.repository import OPEN_STATES
from handoff.service import claim
from handoff.sla.models import SlaClock
from handoff.workforce.choosing import Candidate, Need, choose
from handoff.workforce.models import AgentPresence, PresenceState
from handoff.workforce.presence import AT_THE_DESK, FRESH, LOST

SHIFT = timedelta(hours=8)  # in which exposure to hostility is counted
_MOST = 50


async def list_assignable(session: AsyncSession, now: datetime) -> list[UUID]:
    """Return the waiting cases that can be given to somebody now, the most pressing first."""
    candidates = {each.agent_id: each for each in await _list_candidates(session, now)}
    if not any(each.load < each.capacity for each in candidates.values()):
        return []
    given = []
    for handoff_id, need in await _list_needs(session, now):
        chosen = choose(need, list(candidates.values()), now)
        if chosen is not None:
            given.append(handoff_id)
            candidates[chosen] = replace(candidates[chosen], load=candidates[chosen].load + 1)
    return given


async def assign(session: AsyncSession, handoff_id: UUID, now: datetime) -> UUID | None:
    """Give the waiting case to whoever should have it; None: to nobody, now.

    Errors: AlreadyClaimedError, HandoffClosedError when somebody was faster.
    """
    need = dict(await _list_needs(session, now, only=handoff_id)).get(handoff_id)
    if need is None:
        return None
    chosen = choose(need, await _list_candidates(session, now), now)
    if chosen is None or not await _hold(session, chosen):
        return None
    if not await _list_candidates(session, now, only=chosen):
        return None  # went home meanwhile, or got a case from another process
    await claim(session, handoff_id, agent_id=chosen, now=now)
    presence = await session.get_one(AgentPresence, chosen)
    presence.assigned_at = now
    return chosen


async def list_abandoned(session: AsyncSession, now: datetime) -> list[UUID]:
    """Return cases whose customer waits for somebody who has gone home, or whose desk is shut."""
    gone = or_(
        AgentPresence.state == PresenceState.OFFLINE, AgentPresence.heartbeat_at < now - LOST
    )
    found = (
        select(Handoff.id)
        .join(AgentPresence, AgentPresence.agent_id == Handoff.agent_id)
        .where(Handoff.state == HandoffState.CLAIMED, Handoff.sla_due_at.is_not(None), gone)
        .order_by(Handoff.sla_due_at, Handoff.id)
        .limit(_MOST)
    )
    return list((await session.execute(found)).scalars())


async def release_abandoned(session: AsyncSession, handoff_id: UUID, now: datetime) -> bool:
    """Put the case back into the queue if it is still abandoned; colleagues read why."""
    if handoff_id not in await list_abandoned(session, now):
        return False
    await release(session, handoff_id, now=now)
    return True


async def _list_needs(
    session: AsyncSession, now: datetime, *, only: UUID | None = None
) -> list[tuple[UUID, Need]]:
    """Return what the waiting cases ask for, in the order of the queue."""
    warned = exists().where(
        SlaClock.handoff_id == Handoff.id,
        SlaClock.ended_at.is_(None),
        SlaClock.warn_at <= now,
    )
    late = case((Handoff.sla_due_at <= now, 0), else_=1)
    found = (
        select(Handoff, Customer.locale, warned)
        .join(Customer, Customer.id == Handoff.customer_id)
        .where(Handoff.state == HandoffState.WAITING, *([Handoff.id == only] if only else []))
        .order_by(late, Handoff.priority.desc(), Handoff.opened_at, Handoff.id)
        .limit(_MOST)
        .execution_options(populate_existing=True)
    )
    return [
        (
            handoff.id,
            Need(
                skill=handoff.skill,
                language=locale.replace("_", "-").partition("-")[0].lower(),
                team_id=handoff.team_id,
                hostile=handoff.hostile,
                late=is_late,
                last_agent_id=handoff.last_agent_id,
            ),
        )
        for handoff, locale, is_late in await session.execute(found)
    ]


async def _hold(session: AsyncSession, agent_id: UUID) -> bool:
    row = select(AgentPresence.agent_id).where(AgentPresence.agent_id == agent_id)
    held = await session.execute(row.with_for_update(skip_locked=True))
    return held.scalar_one_or_none() is not None


async def _list_candidates(
    session: AsyncSession, now: datetime, *, only: UUID | None = None
) -> Sequence[Candidate]:
    open_cases = func.count().filter(Handoff.state == HandoffState.CLAIMED)
    hostile = func.count().filter(and_(Handoff.hostile, Handoff.claimed_at > now - SHIFT))
    counted = (
        select(Handoff.agent_id, open_cases.label("load"), hostile.label("hostile"))
        .where(
            or_(
                Handoff.state.in_(OPEN_STATES),
                and_(Handoff.hostile, Handoff.claimed_at > now - SHIFT),
            )
        )
        .group_by(Handoff.agent_id)
        .subquery()
    )
    found = (
        select(Agent, AgentPresence, counted.c.load, counted.c.hostile)
        .join(AgentPresence, AgentPresence.agent_id == Agent.id)
        .outerjoin(counted, counted.c.agent_id == Agent.id)
        .where(
            Agent.active,
            Agent.role.in_(AT_THE_DESK),
            AgentPresence.state == PresenceState.AVAILABLE,
            AgentPresence.heartbeat_at > now - FRESH,
            *([Agent.id == only] if only else []),
            *([func.coalesce(counted.c.load, 0) < Agent.capacity] if only else []),
        )
        .execution_options(populate_existing=True)
    )
    return [
        Candidate(
            agent_id=agent.id,
            load=load or 0,
            capacity=agent.capacity,
            idle_since=presence.assigned_at or presence.changed_at,
            team_id=agent.team_id,
            skills=frozenset(agent.skills),
            languages=frozenset(agent.languages),
            hostile=hostile_cases or 0,
            calm_until=presence.calm_until,
        )
        for agent, presence, load, hostile_cases in await session.execute(found)
    ]
