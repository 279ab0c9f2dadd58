"""What happens to cases by themselves: they are given to people, taken back, and become late.

Built by gateway.bootstrap; the rules are in handoff.workforce and handoff.sla.
"""

from uuid import UUID

from gateway.workers import Again, Workers
from handoff.errors import AlreadyClaimedError, HandoffClosedError
from handoff.sla.service import raise_alarms
from handoff.workforce.assignment import (
    assign,
    list_abandoned,
    list_assignable,
    release_abandoned,
)
from handoff.workforce.teams import keep_default_team
from kit.clock import utc_now
from kit.database import Database
from kit.log import get_logger
from kit.periodic import Periodic
from kit.settings import Settings

_log = get_logger(__name__)

WATCH_EVERY_S = 2.0


class Assigner:
    """Gives waiting cases to people who are available, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def handle(self, handoff_id: UUID) -> Again | None:
        """Give this case to somebody, if it waits and somebody can take it."""
        async with self._database.session() as session:
            try:
                chosen = await assign(session, handoff_id, utc_now())
            except (AlreadyClaimedError, HandoffClosedError):
                return None  # somebody was faster
            await session.commit()
        if chosen is not None:
            _log.info("case.assigned", case=str(handoff_id))
        return None

    async def find_due(self) -> list[UUID]:
        """Return the cases that somebody can take now."""
        async with self._database.session() as session:
            return await list_assignable(session, utc_now())


def build_assigning(database: Database) -> Workers:
    """Return the worker that assigns; one by one, so that every case sees the last one's load."""
    assigner = Assigner(database)
    return Workers("assigning", handle=assigner.handle, find_due=assigner.find_due, count=1)


def build_watch(database: Database) -> Periodic:
    """Return the job that notices promises that are late, and cases whose owner has gone."""

    async def watch() -> None:
        async with database.session() as session:
            late = await raise_alarms(session, utc_now())
            await session.commit()
        if late:
            _log.warning("sla.alarm", cases=len(late))
        async with database.session() as session:
            abandoned = await list_abandoned(session, utc_now())
        for handoff_id in abandoned:
            await _release(database, handoff_id)

    return Periodic("workforce.watch", watch, every_s=WATCH_EVERY_S)


async def keep_team(database: Database, settings: Settings) -> None:
    """Let the default team work when the settings say so."""
    async with database.session() as session:
        await keep_default_team(
            session,
            hours=settings.opening_hours,
            zone=settings.opening_time_zone,
            holidays=settings.opening_holidays,
        )
        await session.commit()


async def _release(database: Database, handoff_id: UUID) -> None:
    async with database.session() as session:
        try:
            released = await release_abandoned(session, handoff_id, utc_now())
        except HandoffClosedError:
            return
        await session.commit()
    if released:
        _log.warning("case.released", case=str(handoff_id))
