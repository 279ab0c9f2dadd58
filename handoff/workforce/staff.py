"""What employees can do and may give, and which teams there are. Never commits; used by the CLI."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.authority.models import GoodwillLimit
from handoff.authority.queries import find_limit
from handoff.models import Agent
from handoff.repository import find_agent
from handoff.workforce.hours import parse_opening_hours
from handoff.workforce.models import Team
from handoff.workforce.teams import DEFAULT
from kit.errors import InvalidInputError, NotFoundError
from kit.ids import new_id
from kit.money import tell_money

_MOST_CASES = 100
_MOST_DAYS = 3660


@dataclass(frozen=True)
class Abilities:
    """What is to be changed about an employee; None stays as it is, an empty list means all."""

    skills: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    capacity: int | None = None
    team: str | None = None


@dataclass(frozen=True)
class TeamHours:
    """A team's name, working hours (as in OPENING_HOURS) and the skills it covers."""

    name: str
    hours: str
    time_zone: str
    holidays: str
    skills: Sequence[str]


async def equip(session: AsyncSession, login: str, abilities: Abilities) -> Agent:
    """Change what an employee is given cases for. Errors: NotFoundError, InvalidInputError."""
    agent = await _get_agent(session, login)
    if abilities.skills is not None:
        agent.skills = list(abilities.skills)
    if abilities.languages is not None:
        agent.languages = [language.lower() for language in abilities.languages]
    if abilities.capacity is not None:
        if not 0 <= abilities.capacity <= _MOST_CASES:
            raise InvalidInputError(f"Between 0 and {_MOST_CASES} cases at a time, please.")
        agent.capacity = abilities.capacity
    if abilities.team is not None:
        agent.team_id = (await _get_team(session, abilities.team)).id
    await session.flush()
    return agent


async def limit_goodwill(
    session: AsyncSession, login: str, *, cents: int, days: int, now: datetime
) -> None:
    """Give an employee a limit of their own. Errors: NotFoundError, InvalidInputError."""
    agent = await _get_agent(session, login)
    if cents < 0 or not 0 < days <= _MOST_DAYS:
        raise InvalidInputError("A limit is an amount of at least 0 within at least one day.")
    values = {
        "amount_cents": cents,
        "currency": (await find_limit(session, agent.id)).currency,
        "window_days": days,
        "changed_at": now,
    }
    new = insert(GoodwillLimit).values(id=new_id(), agent_id=agent.id, **values)
    await session.execute(
        new.on_conflict_do_update(index_elements=[GoodwillLimit.agent_id], set_=values)
    )


async def keep_team(session: AsyncSession, key: str, team: TeamHours) -> None:
    """Add or change a team. Errors: InvalidInputError when its hours make no sense."""
    if key == DEFAULT:
        raise InvalidInputError(f"The team {DEFAULT} works as OPENING_HOURS says; set that.")
    if not key.strip() or not team.name.strip():
        raise InvalidInputError("A team needs a key and a name.")
    parse_opening_hours(team.hours, zone=team.time_zone, holidays=team.holidays)
    values = {
        "name": team.name,
        "hours": team.hours,
        "time_zone": team.time_zone,
        "holidays": team.holidays,
        "skills": list(team.skills),
    }
    new = insert(Team).values(id=new_id(), key=key, **values)
    await session.execute(new.on_conflict_do_update(index_elements=[Team.key], set_=values))


async def describe(session: AsyncSession) -> list[str]:
    """Return teams and employees as lines for a terminal."""
    teams = (await session.execute(select(Team).order_by(Team.key))).scalars().all()
    names: dict[UUID | None, str] = {team.id: team.key for team in teams}
    lines = [
        f"team {team.key}: {team.hours or 'at any time'} ({team.time_zone}), "
        f"skills: {', '.join(team.skills) or 'what no other team covers'}"
        for team in teams
    ]
    agents = await session.execute(select(Agent).where(Agent.active).order_by(Agent.login))
    for agent in agents.scalars().all():
        limit = await find_limit(session, agent.id)
        lines.append(
            f"{agent.login} ({agent.role.value}): team {names.get(agent.team_id, 'any')}, "
            f"skills: {', '.join(agent.skills) or 'all'}, "
            f"languages: {', '.join(agent.languages) or 'all'}, {agent.capacity} cases, "
            f"{tell_money(limit.amount_cents, limit.currency)} in {limit.window_days} days"
        )
    return lines


async def _get_agent(session: AsyncSession, login: str) -> Agent:
    agent = await find_agent(session, login)
    if agent is None:
        raise NotFoundError(f"There is no employee {login}.")
    return agent


async def _get_team(session: AsyncSession, key: str) -> Team:
    found = await session.execute(select(Team).where(Team.key == key))
    team = found.scalar_one_or_none()
    if team is None:
        raise NotFoundError(f"There is no team {key}.")
    return team
