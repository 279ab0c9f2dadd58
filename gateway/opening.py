"""Opening hours and expected wait: implements channels.ports.Opening. Built by gateway.bootstrap.

The wait is an estimate from what really happened, or nothing at all: too few people were claimed
lately, and we say that we do not know.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from channels.ports import OpeningView
from handoff.models import Handoff, HandoffState
from handoff.workforce.hours import OpeningHours, parse_opening_hours
from kit.clock import utc_now
from kit.database import Database
from kit.settings import Settings

LOOK_BACK = timedelta(hours=4)
FEWEST = 5
MOST_READ = 500
SHARE = 0.75  # of those who waited, so many waited no longer than we say
STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120)
_KEPT_S = 20.0


@dataclass(frozen=True)
class Waits:
    """How long those took who were claimed lately, and how long others have waited up to now."""

    claimed: Sequence[timedelta]
    waiting: Sequence[timedelta]
    over: timedelta = LOOK_BACK


def estimate_minutes(waits: Waits) -> int | None:
    """Return how long a newcomer should expect to wait, rounded up; None: we do not know.

    Three voices, and the slowest counts: how long it took lately, how long those in the queue have
    been there already, and how long the queue takes at the rate people were claimed lately.
    """
    if len(waits.claimed) < FEWEST:
        return None
    lately = _find_quantile(waits.claimed)
    with_open_ends = _find_quantile([*waits.claimed, *waits.waiting])
    queue = waits.over / len(waits.claimed) * len(waits.waiting)
    minutes = max(lately, with_open_ends, queue) / timedelta(minutes=1)
    return next((step for step in STEPS if minutes <= step), math.ceil(minutes / 60) * 60)


def _find_quantile(all_waits: Sequence[timedelta]) -> timedelta:
    return sorted(all_waits)[math.ceil(SHARE * len(all_waits)) - 1]


class OpeningDesk:
    """Says whether people are at the desk and how long it takes; remembered for some seconds."""

    def __init__(self, database: Database, hours: OpeningHours) -> None:
        self._database = database
        self._hours = hours
        self._minutes: int | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def read(self) -> OpeningView:
        """Return when people are there and the wait to expect now; no wait while they are not."""
        now, hours = utc_now(), self._hours
        is_open = hours.is_open(now)
        return OpeningView(
            is_open=is_open,
            opens_at=hours.find_opening(now),
            closes_at=hours.find_closing(now),
            time_zone=hours.zone.key,
            week=tuple((span.day, span.start, span.end) for span in hours.spans),
            wait_minutes=await self._read_wait() if is_open else None,
        )

    async def _read_wait(self) -> int | None:
        async with self._reading:
            if time.monotonic() - self._read_at > _KEPT_S:
                self._minutes = estimate_minutes(await self._read_waits(utc_now()))
                self._read_at = time.monotonic()
        return self._minutes

    async def _read_waits(self, now: datetime) -> Waits:
        lately = (
            select(Handoff.opened_at, Handoff.claimed_at)
            .where(Handoff.claimed_at > now - LOOK_BACK)
            .order_by(Handoff.claimed_at.desc())
            .limit(MOST_READ)
        )
        waiting = select(Handoff.opened_at).where(Handoff.state == HandoffState.WAITING)
        async with self._database.session() as session:
            claimed = (await session.execute(lately)).all()
            opened = (await session.execute(waiting.limit(MOST_READ))).scalars().all()
        return Waits(
            # Who came in the night waited for the morning; that says nothing about the day.
            [row[1] - row[0] for row in claimed if row[1] and self._hours.is_open(row[0])],
            [now - at for at in opened if self._hours.is_open(at)],
        )


def build_opening(settings: Settings, database: Database) -> OpeningDesk:
    """Read the opening hours of the settings. Raises InvalidInputError when they make no sense."""
    hours = parse_opening_hours(
        settings.opening_hours, zone=settings.opening_time_zone, holidays=settings.opening_holidays
    )
    return OpeningDesk(database, hours)
