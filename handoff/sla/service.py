"""Starts, stops and ends the clocks of a case. Never commits. The caller holds the case's lease.

A reply clock runs until a person has written to the customer; what we say automatically never
stops it. The clock of the solution stands while the customer is awaited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.models import Handoff
from handoff.repository import find_open_handoff
from handoff.sla.classes import ClockKind, SlaClass, urgency
from handoff.sla.clock import Clock
from handoff.sla.models import SlaClock
from handoff.workforce.hours import OpeningHours
from handoff.workforce.teams import ALWAYS, find_hours
from kit.database import notify

REPLIES = (ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY)


async def start_clocks(session: AsyncSession, handoff: Handoff, now: datetime) -> None:
    """Begin to count: the customer waits for a first reply and for the solution."""
    terms = await _find_terms(session, handoff)
    session.add_all(
        _start(handoff, kind, now, terms) for kind in (ClockKind.FIRST_REPLY, ClockKind.RESOLUTION)
    )
    await _note_due(session, handoff)


async def tighten_clocks(
    session: AsyncSession, handoff: Handoff, sla: SlaClass, now: datetime
) -> None:
    """Be sooner where this class asks for it; nothing ever becomes later.

    The class with the sooner first reply is the case's from now on.
    """
    before = await _find_terms(session, handoff)
    handoff.sla = min(before.sla, sla, key=urgency).as_dict()
    terms = await _find_terms(session, handoff)
    for row in await _list_open(session, handoff.id):
        clock = _read(row)
        if row.running_since is not None:  # what has been used was counted in the former hours
            clock = clock.stand(now, before.hours).run(now)
        target = terms.sla.target_of(row.kind)
        _write(row, clock.tighten(target, now, terms.hours), terms.hours)
    await _note_due(session, handoff)


async def note_agent_reply(session: AsyncSession, handoff: Handoff, now: datetime) -> None:
    """A person has written to the customer, who is awaited from now on."""
    hours = (await _find_terms(session, handoff)).hours
    for row in await _list_open(session, handoff.id):
        if row.kind in REPLIES:
            _end(row, now, hours, reached=True)
        elif row.running_since is not None:
            _write(row, _read(row).stand(now, hours), hours)
    await _note_due(session, handoff)


async def note_customer_message(
    session: AsyncSession, conversation_id: UUID, now: datetime
) -> None:
    """The customer has written while people have the conversation, and waits for a reply."""
    handoff = await find_open_handoff(session, conversation_id)
    if handoff is None:
        return
    terms = await _find_terms(session, handoff)
    rows = await _list_open(session, handoff.id)
    for row in rows:
        if row.running_since is None:
            _write(row, _read(row).run(now), terms.hours)
    if not any(row.kind in REPLIES for row in rows):
        session.add(_start(handoff, ClockKind.NEXT_REPLY, now, terms))
    await _note_due(session, handoff)


async def end_clocks(
    session: AsyncSession, handoff: Handoff, now: datetime, *, solved: bool = True
) -> None:
    """The case is over. What nobody replied to has no verdict; nor has a case that only moved."""
    hours = (await _find_terms(session, handoff)).hours
    for row in await _list_open(session, handoff.id):
        _end(row, now, hours, reached=solved and row.kind == ClockKind.RESOLUTION)
    await _note_due(session, handoff)


async def raise_alarms(session: AsyncSession, now: datetime) -> list[UUID]:
    """Mark the clocks whose time has come, warned or breached; return the cases, each told once."""
    cases: set[UUID] = set()
    running = (SlaClock.ended_at.is_(None), SlaClock.running_since.is_not(None))
    for due, marked in (
        (SlaClock.warn_at, SlaClock.warned_at),
        (SlaClock.due_at, SlaClock.breached_at),
    ):
        mark = (
            update(SlaClock)
            .where(*running, due < now, marked.is_(None))
            .values({marked: due})
            .returning(SlaClock.handoff_id)
            .execution_options(synchronize_session=False)
        )
        cases.update((await session.execute(mark)).scalars())
    for handoff_id in cases:
        await notify(session, "queue", str(handoff_id))
    return sorted(cases)


@dataclass(frozen=True)
class _Terms:
    """What was promised, and when the time for it counts."""

    sla: SlaClass
    hours: OpeningHours


async def _find_terms(session: AsyncSession, handoff: Handoff) -> _Terms:
    sla = SlaClass(**handoff.sla)
    hours = ALWAYS if sla.around_the_clock else await find_hours(session, handoff.team_id)
    return _Terms(sla, hours)


async def _list_open(session: AsyncSession, handoff_id: UUID) -> Sequence[SlaClock]:
    found = select(SlaClock).where(SlaClock.handoff_id == handoff_id, SlaClock.ended_at.is_(None))
    rows = await session.execute(
        found.order_by(SlaClock.started_at, SlaClock.kind).execution_options(populate_existing=True)
    )
    return rows.scalars().all()


async def _note_due(session: AsyncSession, handoff: Handoff) -> None:
    """Keep the soonest due time with the case, where the queue is sorted by it."""
    await session.flush()
    running = [
        (row.due_at, row.kind) for row in await _list_open(session, handoff.id) if row.due_at
    ]
    handoff.sla_due_at, handoff.sla_due_kind = min(running, default=(None, None))
    await session.flush()


def _start(handoff: Handoff, kind: ClockKind, now: datetime, terms: _Terms) -> SlaClock:
    row = SlaClock(handoff_id=handoff.id, kind=kind, started_at=now)
    _write(row, Clock(terms.sla.target_of(kind)).run(now), terms.hours)
    return row


def _end(row: SlaClock, now: datetime, hours: OpeningHours, *, reached: bool) -> None:
    used = _read(row).find_used(now, hours)
    if used > timedelta(seconds=row.target_s) and row.breached_at is None:
        row.breached_at = row.due_at or now
    row.used_s, row.running_since, row.ended_at = _seconds(used), None, now
    row.met = row.breached_at is None if reached else None


def _read(row: SlaClock) -> Clock:
    return Clock(timedelta(seconds=row.target_s), timedelta(seconds=row.used_s), row.running_since)


def _write(row: SlaClock, clock: Clock, hours: OpeningHours) -> None:
    row.target_s, row.used_s = _seconds(clock.target), _seconds(clock.used)
    row.running_since = clock.running_since
    row.warn_at, row.due_at = clock.find_warning(hours), clock.find_due(hours)


def _seconds(duration: timedelta) -> int:
    return round(duration.total_seconds())
