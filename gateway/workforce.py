"""What happens to cases by itself: alarms when a promise is late. Built by gateway.bootstrap."""

from handoff.sla.service import raise_alarms
from handoff.workforce.teams import keep_default_team
from kit.clock import utc_now
from kit.database import Database
from kit.log import get_logger
from kit.periodic import Periodic
from kit.settings import Settings

_log = get_logger(__name__)

ALARMS_EVERY_S = 2.0


def build_alarms(database: Database) -> Periodic:
    """Return the job that notices what is about to be late, and what is."""

    async def sound() -> None:
        async with database.session() as session:
            cases = await raise_alarms(session, utc_now())
            await session.commit()
        if cases:
            _log.warning("sla.alarm", cases=len(cases))

    return Periodic("sla.alarms", sound, every_s=ALARMS_EVERY_S)


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
