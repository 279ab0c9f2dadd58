"""The clocks of a case, from the handoff to its end: who stops them, who cannot, who is alarmed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.models import Author
from crm.queries import lock_conversation
from handoff import service
from handoff.models import HandoffState
from handoff.reasons import HandoffReason
from handoff.repository import get_handoff
from handoff.sla import service as sla
from handoff.sla.classes import ClockKind
from handoff.sla.models import SlaClock
from handoff.workforce.models import Team
from handoff.workforce.teams import keep_default_team
from tests.handoff.scenes import add_agent, answer, decision_for, open_case, say

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


@pytest.fixture
def clock(monkeypatch):
    """Move the service's clock: `clock(minutes)` is that long after noon."""

    def move(minutes=0):
        now = NOON + minutes * MINUTE
        monkeypatch.setattr(service, "utc_now", lambda: now)
        return now

    move()
    return move


async def clocks_of(session, handoff):
    found = select(SlaClock).where(SlaClock.handoff_id == handoff.id).order_by(SlaClock.started_at)
    rows = await session.execute(found.execution_options(populate_existing=True))
    return {row.kind: row for row in rows.scalars()}


async def claimed(session, **case):
    agent = await add_agent(session, "mara")
    handoff, conversation = await open_case(session, now=NOON, **case)
    await service.claim(session, handoff.id, agent_id=agent.id, now=NOON + MINUTE)
    return handoff, conversation, agent


async def test_a_case_promises_a_first_reply_and_a_solution(session):
    handoff, _ = await open_case(session, now=NOON)
    clocks = await clocks_of(session, handoff)
    assert clocks.keys() == {ClockKind.FIRST_REPLY, ClockKind.RESOLUTION}
    assert clocks[ClockKind.FIRST_REPLY].due_at == NOON + 60 * MINUTE
    assert clocks[ClockKind.FIRST_REPLY].warn_at == NOON + 45 * MINUTE
    assert clocks[ClockKind.RESOLUTION].due_at == NOON + 960 * MINUTE
    assert handoff.sla_due_at == NOON + 60 * MINUTE


async def test_what_we_say_automatically_never_stops_a_clock(session, clock):
    handoff, conversation, _agent = await claimed(session)
    for author in (Author.BOT, Author.SYSTEM):
        await answer(session, conversation.id, "One moment, please.", author=author)
    await service.add_note(session, conversation.id, agent_id=_agent.id, body="Looks odd.")
    clocks = await clocks_of(session, handoff)
    assert all(row.running_since == NOON and row.ended_at is None for row in clocks.values())


async def test_a_persons_reply_meets_the_first_and_the_solution_stands(session, clock):
    handoff, _conversation, agent = await claimed(session)
    now = clock(10)
    await service.reply(session, handoff.id, agent_id=agent.id, body="Hello!", client_key="1")
    clocks = await clocks_of(session, handoff)
    first, solution = clocks[ClockKind.FIRST_REPLY], clocks[ClockKind.RESOLUTION]
    assert (first.met, first.ended_at, first.used_s) == (True, now, 600)
    assert (solution.running_since, solution.due_at, solution.used_s) == (None, None, 600)
    assert (await get_handoff(session, handoff.id)).sla_due_at is None


async def test_the_customers_next_words_start_the_next_reply_and_the_solution_goes_on(
    session, clock
):
    handoff, conversation, agent = await claimed(session)
    clock(10)
    await service.reply(session, handoff.id, agent_id=agent.id, body="Hello!", client_key="1")
    await say(session, "Still broken")
    for minutes in (100, 105):  # a second message does not start it anew
        await sla.note_customer_message(session, conversation.id, clock(minutes))
    clocks = await clocks_of(session, handoff)
    assert clocks[ClockKind.NEXT_REPLY].due_at == NOON + 160 * MINUTE
    assert clocks[ClockKind.RESOLUTION].due_at == NOON + (100 + 950) * MINUTE
    assert (await get_handoff(session, handoff.id)).sla_due_at == NOON + 160 * MINUTE


async def test_a_reply_that_comes_too_late_is_a_breach_since_it_was_due(session, clock):
    handoff, _conversation, agent = await claimed(session)
    clock(61)
    await service.reply(session, handoff.id, agent_id=agent.id, body="Sorry!", client_key="1")
    first = (await clocks_of(session, handoff))[ClockKind.FIRST_REPLY]
    assert (first.met, first.breached_at) == (False, NOON + 60 * MINUTE)


@pytest.mark.parametrize("end", [service.return_to_bot, service.resolve])
async def test_the_end_of_the_case_ends_every_clock(session, clock, end):
    handoff, _conversation, agent = await claimed(session)
    now = clock(30)
    await end(session, handoff.id, agent_id=agent.id, outcome="Replaced.")
    clocks = await clocks_of(session, handoff)
    assert {row.ended_at for row in clocks.values()} == {now}
    assert clocks[ClockKind.RESOLUTION].met is True
    assert clocks[ClockKind.FIRST_REPLY].met is None
    assert (await get_handoff(session, handoff.id)).sla_due_at is None


async def test_a_worse_reason_makes_it_sooner(session):
    handoff, conversation = await open_case(session, now=NOON)
    await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=None,
        decision=decision_for(HandoffReason.SAFETY),
        brief={},
        now=NOON + 10 * MINUTE,
    )
    clocks = await clocks_of(session, handoff)
    assert clocks[ClockKind.FIRST_REPLY].due_at == NOON + 15 * MINUTE
    assert clocks[ClockKind.RESOLUTION].due_at == NOON + 130 * MINUTE
    assert handoff.skill == "safety"


async def test_time_counts_while_the_team_works_unless_it_is_an_emergency(session):
    await keep_default_team(session, hours="mon-fri 09:00-12:30", zone="UTC", holidays="")
    calm, _ = await open_case(session, now=NOON)
    danger, _ = await open_case(session, now=NOON, reason=HandoffReason.SAFETY, account="other")
    assert calm.sla_due_at == NOON.replace(hour=9, minute=30) + timedelta(days=1)
    assert danger.sla_due_at == NOON + 5 * MINUTE


async def test_what_becomes_an_emergency_in_the_night_is_due_five_minutes_later(session):
    await keep_default_team(session, hours="mon-fri 09:00-12:30", zone="UTC", holidays="")
    handoff, conversation = await open_case(session, now=NOON)
    night = NOON + timedelta(hours=10)
    await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=None,
        decision=decision_for(HandoffReason.SAFETY),
        brief={},
        now=night,
    )
    assert handoff.sla_due_at == night + 5 * MINUTE


async def test_a_case_goes_to_the_team_that_covers_its_skill(session):
    await keep_default_team(session, hours="", zone="UTC", holidays="")
    night = Team(
        key="night", name="Night", hours="mon-sun 18:00-24:00", time_zone="UTC", skills=["care"]
    )
    session.add(night)
    await session.flush()
    handoff, _ = await open_case(session, now=NOON)
    other, _ = await open_case(session, now=NOON, reason=HandoffReason.LEGAL, account="other")
    assert (handoff.team_id, handoff.sla_due_at) == (night.id, NOON.replace(hour=19))
    assert other.team_id != night.id


async def test_each_alarm_is_raised_once(session):
    handoff, conversation = await open_case(session, now=NOON)
    assert await sla.raise_alarms(session, NOON + 44 * MINUTE) == []
    assert await sla.raise_alarms(session, NOON + 46 * MINUTE) == [handoff.id]
    assert await sla.raise_alarms(session, NOON + 47 * MINUTE) == []
    assert await sla.raise_alarms(session, NOON + 61 * MINUTE) == [handoff.id]
    assert await sla.raise_alarms(session, NOON + 62 * MINUTE) == []
    first = (await clocks_of(session, handoff))[ClockKind.FIRST_REPLY]
    assert first.breached_at == NOON + 60 * MINUTE
    assert (await lock_conversation(session, conversation.id)).id == handoff.conversation_id
    assert handoff.state is HandoffState.WAITING
