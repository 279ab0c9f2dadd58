"""Which team a case belongs to, and when that team works. Used by handoff.sla and gateway."""

from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.workforce.hours import OpeningHours, parse_opening_hours
from handoff.workforce.models import Team
from kit.ids import new_id

DEFAULT = "care"
ALWAYS = OpeningHours()

_parse = lru_cache(maxsize=64)(parse_opening_hours)


async def keep_default_team(session: AsyncSession, *, hours: str, zone: str, holidays: str) -> None:
    """Give the team that takes whatever no other does the hours of the settings.

    Raises InvalidInputError when the hours make no sense.
    """
    parse_opening_hours(hours, zone=zone, holidays=holidays)
    values = {"hours": hours, "time_zone": zone, "holidays": holidays}
    new = insert(Team).values(id=new_id(), key=DEFAULT, name="Care", skills=[], **values)
    await session.execute(new.on_conflict_do_update(index_elements=[Team.key], set_=values))


async def find_team(session: AsyncSession, skill: str) -> Team | None:
    """Return the first team (by key) that covers the skill, else the default one, if any."""
    teams = (await session.execute(select(Team).order_by(Team.key))).scalars().all()
    covering = (team for team in teams if skill in team.skills)
    return next(covering, next((team for team in teams if team.key == DEFAULT), None))


async def find_hours(session: AsyncSession, team_id: UUID | None) -> OpeningHours:
    """Return when the team works; without a team somebody is always there."""
    team = await session.get(Team, team_id, populate_existing=True) if team_id else None
    if team is None:
        return ALWAYS
    return _parse(team.hours, zone=team.time_zone, holidays=team.holidays)


async def find_default_hours(session: AsyncSession) -> OpeningHours:
    """Return when the team works that takes whatever no other does."""
    team = await find_team(session, DEFAULT)
    return await find_hours(session, team.id if team else None)
