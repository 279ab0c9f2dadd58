"""Who is at work: what they said, and whether their desk is still open. Never commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.models import Agent, Handoff, HandoffState, Role
from handoff.workforce.models import AgentPresence, PresenceState
from kit.database import notify

TOPIC = "presence"
FRESH = timedelta(seconds=90)  # a desk that is open tells so every BEAT_S
BEAT_S = 25.0
LOST = timedelta(minutes=15)  # after which waiting customers go to somebody else
COOL_DOWN = timedelta(minutes=15)
AT_THE_DESK = (Role.AGENT, Role.LEAD)


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the desk, and how much they have."""

    agent_id: UUID
    name: str
    state: PresenceState
    here: bool
    cases: int
    capacity: int
    skills: tuple[str, ...]


async def come(session: AsyncSession, agent_id: UUID, now: datetime) -> PresenceState:
    """Open the desk: whoever had gone home is away from now on, not yet given cases."""
    fresh = insert(AgentPresence).values(
        agent_id=agent_id, state=PresenceState.AWAY, heartbeat_at=now, changed_at=now
    )
    gone = AgentPresence.state == PresenceState.OFFLINE
    stored = fresh.on_conflict_do_update(
        index_elements=[AgentPresence.agent_id],
        set_={
            "heartbeat_at": now,
            "state": case((gone, PresenceState.AWAY), else_=AgentPresence.state),
            "changed_at": case((gone, now), else_=AgentPresence.changed_at),
        },
    ).returning(AgentPresence.state)
    state: PresenceState = (await session.execute(stored)).scalar_one()
    return state


async def beat(session: AsyncSession, agent_id: UUID, now: datetime) -> None:
    """Tell that the desk is still open; whoever has gone home stays so."""
    presence = await session.get(AgentPresence, agent_id, with_for_update=True)
    if presence is not None:
        presence.heartbeat_at = now


async def declare(
    session: AsyncSession, agent_id: UUID, state: PresenceState, now: datetime
) -> None:
    """Say whether one is given cases (available), only claims them (away), or has gone home."""
    await come(session, agent_id, now)
    presence = await session.get_one(
        AgentPresence, agent_id, populate_existing=True, with_for_update=True
    )
    if presence.state != state:
        presence.state, presence.changed_at = state, now
    await session.flush()
    await notify(session, TOPIC, str(agent_id))


async def find_presence(session: AsyncSession, agent_id: UUID) -> PresenceState:
    """Return what somebody said last; whoever never came is offline."""
    presence = await session.get(AgentPresence, agent_id, populate_existing=True)
    return presence.state if presence else PresenceState.OFFLINE


async def rest_after(session: AsyncSession, handoff: Handoff, now: datetime) -> None:
    """Spare whoever has been with a hostile customer another one for a while."""
    if not handoff.hostile or handoff.agent_id is None:
        return
    presence = await session.get(AgentPresence, handoff.agent_id)
    if presence is not None:
        presence.calm_until = now + COOL_DOWN


async def list_colleagues(session: AsyncSession, now: datetime) -> list[Colleague]:
    """Return everybody who may take cases, those who are here first, then by name."""
    cases = (
        select(Handoff.agent_id, func.count().label("cases"))
        .where(Handoff.state == HandoffState.CLAIMED)
        .group_by(Handoff.agent_id)
        .subquery()
    )
    here = and_(
        AgentPresence.heartbeat_at > now - FRESH, AgentPresence.state != PresenceState.OFFLINE
    )
    found = (
        select(Agent, AgentPresence.state, here, cases.c.cases)
        .outerjoin(AgentPresence, AgentPresence.agent_id == Agent.id)
        .outerjoin(cases, cases.c.agent_id == Agent.id)
        .where(Agent.active, Agent.role.in_(AT_THE_DESK))
        .order_by(here.desc().nulls_last(), Agent.display_name, Agent.id)
    )
    return [
        Colleague(
            agent_id=agent.id,
            name=agent.display_name,
            state=state or PresenceState.OFFLINE,
            here=bool(is_here),
            cases=count or 0,
            capacity=agent.capacity,
            skills=tuple(agent.skills),
        )
        for agent, state, is_here, count in await session.execute(found)
    ]
