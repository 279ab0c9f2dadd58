"""The alarm: in time, in working hours, once, to whoever can do something, also after the case."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.models import Conversation, Owner
from handoff import service
from handoff.models import Handoff, HandoffState
from handoff.moving import move_open_handoff
from handoff.promises import service as promises
from handoff.promises.alarm import alarm, list_alarming, plan_warnings
from handoff.promises.models import Promise, PromiseState
from handoff.promises.queries import list_alarms
from handoff.promises.service import Pledge
from handoff.reasons import HandoffReason
from handoff.repository import find_open_handoff
from handoff.workforce.teams import keep_default_team
from kit.listener import Listener
from tests.handoff.scenes import POLICY, add_agent, open_case

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
HOUR = timedelta(hours=1)
AHEAD = 2 * HOUR


async def promised(session, due_at=NOON + 24 * HOUR, account="guest"):
    agent = await add_agent(session, "mara")
    handoff, _ = await open_case(session, account=account)
    await service.claim(session, handoff.id, agent_id=agent.id, now=NOON)
    made = await promises.promise(
        session, handoff.id, Pledge("We call.", due_at, "1"), agent_id=agent.id, now=NOON
    )
    return made, handoff, agent


async def watch(session, now):
    """What the job does: return the promises it alarmed for."""
    await plan_warnings(session, AHEAD)
    due = await list_alarming(session, now)
    return [one for one in due if await alarm(session, one, policy=POLICY, now=now)]


async def open_case_in(session, conversation_id):
    found = await find_open_handoff(session, conversation_id)
    assert found is not None
    return found


async def cases_of(session, handoff):
    found = select(Handoff).where(Handoff.conversation_id == handoff.conversation_id)
    rows = await session.execute(found.order_by(Handoff.opened_at))
    return list(rows.scalars())


async def test_it_alarms_once_in_time_and_tells_when_it_was_broken(session):
    made, handoff, agent = await promised(session)
    assert await watch(session, NOON + 22 * HOUR - timedelta(seconds=1)) == []
    assert await list_alarms(session, agent.id) == ()
    assert await watch(session, NOON + 22 * HOUR) == [made.id]
    assert (made.state, made.warned_at) == (PromiseState.OPEN, NOON + 22 * HOUR)
    assert await watch(session, NOON + 23 * HOUR) == []
    assert await watch(session, NOON + 24 * HOUR) == [made.id]
    assert made.state is PromiseState.BROKEN
    assert await watch(session, NOON + 25 * HOUR) == []
    (told,) = await list_alarms(session, agent.id)
    assert (told.state, told.handoff_id) == ("broken", handoff.id)
    assert handoff.reasons == ["human_wanted"]  # whoever has the case needs no other one
    await promises.keep(session, made.id, agent_id=agent.id, now=NOON + 26 * HOUR)
    assert await list_alarms(session, agent.id) == ()


async def test_it_alarms_while_people_work(session):
    await keep_default_team(session, hours="mon-fri 09:00-17:00", zone="UTC", holidays="")
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    made, _, _ = await promised(session, monday)
    await plan_warnings(session, AHEAD)
    assert made.warn_at == datetime(2026, 11, 27, 15, 30, tzinfo=UTC)  # on Friday


@pytest.mark.parametrize(("minutes", "after"), [(60, 30), (20, 10)])
async def test_what_is_due_sooner_alarms_at_half_time(session, minutes, after):
    made, _, _ = await promised(session, NOON + timedelta(minutes=minutes))
    await plan_warnings(session, AHEAD)
    assert made.warn_at == NOON + timedelta(minutes=after)


async def test_what_is_settled_alarms_no_more(session):
    made, _, agent = await promised(session)
    await promises.keep(session, made.id, agent_id=agent.id, now=NOON + HOUR)
    assert await watch(session, NOON + 30 * HOUR) == []
    assert made.state is PromiseState.KEPT


async def test_a_closed_case_comes_back_first_to_whoever_promised(session):
    made, handoff, agent = await promised(session)
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="We will call.")
    jonas, (between, _) = await add_agent(session, "jonas"), await open_case(session)
    await service.claim(session, between.id, agent_id=jonas.id, now=NOON)
    await service.resolve(session, between.id, agent_id=jonas.id, outcome="Another matter.")
    assert await watch(session, NOON + 22 * HOUR) == [made.id]
    again = await open_case_in(session, handoff.conversation_id)
    assert {handoff.state, between.state} == {HandoffState.RESOLVED}
    assert (again.reason, again.last_agent_id) == (HandoffReason.PROMISE, agent.id)
    assert "We call. (due Wed 25 Nov, 12:00)" in again.brief["promises"]
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    assert conversation.owner is Owner.QUEUE
    (told,) = await list_alarms(session, agent.id)
    assert told.handoff_id == again.id
    # It is broken as well: the case that has come back is not doubled.
    await watch(session, NOON + 24 * HOUR)
    assert len(await cases_of(session, handoff)) == 3


async def test_a_case_that_was_closed_without_keeping_it_comes_back_when_it_is_broken(session):
    _, handoff, agent = await promised(session)
    await watch(session, NOON + 22 * HOUR)
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="Forgotten.")
    await watch(session, NOON + 24 * HOUR)
    assert [case.state for case in await cases_of(session, handoff)] == [
        HandoffState.RESOLVED,
        HandoffState.WAITING,
    ]


async def test_a_promise_goes_along_when_its_case_goes_on_in_private(session):
    made, handoff, agent = await promised(session)
    public_id = handoff.conversation_id
    private = (await open_case(session, account="private"))[1]
    there = await open_case_in(session, private.id)
    assert await move_open_handoff(session, public_id, private, brief={})
    await session.refresh(made)
    assert (made.conversation_id, made.handoff_id) == (private.id, there.id)
    await service.claim(session, there.id, agent_id=agent.id, now=NOON)
    await service.resolve(session, there.id, agent_id=agent.id, outcome="Soon.")
    assert await watch(session, NOON + 23 * HOUR) == [made.id]
    assert (await open_case_in(session, private.id)).reason == HandoffReason.PROMISE
    assert await find_open_handoff(session, public_id) is None


async def test_a_case_that_nobody_has_gets_the_reason(session):
    agent = await add_agent(session, "mara")
    handoff, conversation = await open_case(session, "hm", reason=HandoffReason.BOT_FAILED)
    await promises.note_bot_promise(
        session, conversation, message_id=handoff.id, words="Soon.", due_at=NOON + HOUR, now=NOON
    )
    await watch(session, NOON + HOUR)
    assert handoff.reason == HandoffReason.PROMISE
    assert handoff.reasons == ["bot_failed", "promise"]
    assert await list_alarms(session, agent.id) == ()
    await service.claim(session, handoff.id, agent_id=agent.id, now=NOON)
    assert len(await list_alarms(session, agent.id)) == 1  # now it is hers


async def test_many_processes_alarm_once_and_desks_are_told(database):
    async with database.session() as session:
        made, handoff, agent = await promised(session)
        await service.resolve(session, handoff.id, agent_id=agent.id, outcome="We will call.")
        await plan_warnings(session, AHEAD)
        await session.commit()
    told: list[str] = []
    listener = Listener(database.url)
    listener.subscribe("queue", told.append)
    await listener.start()

    async def try_alarm():
        async with database.session() as session:
            done = await alarm(session, made.id, policy=POLICY, now=NOON + 23 * HOUR)
            await session.commit()
            return done

    assert sorted(await asyncio.gather(*(try_alarm() for _ in range(8)))) == [False] * 7 + [True]
    async with database.session() as session:
        (_, again) = await cases_of(session, handoff)
        assert (await session.get_one(Promise, made.id)).warned_at is not None
    for _ in range(100):
        if told:
            break
        await asyncio.sleep(0.02)
    await listener.stop()
    assert set(told) == {str(again.id)}


async def test_what_is_kept_at_the_moment_it_would_break_is_kept(database):
    async with database.session() as session:
        made, _, agent = await promised(session)
        await session.commit()

    async def try_alarm():
        async with database.session() as session:
            done = await alarm(session, made.id, policy=POLICY, now=NOON + 24 * HOUR)
            await session.commit()
            return done

    async with database.session() as session:
        now = NOON + 23 * HOUR
        await promises.keep(session, made.id, agent_id=agent.id, now=now)
        alarming = asyncio.create_task(try_alarm())
        await asyncio.sleep(0.3)
        assert not alarming.done()  # it waits for what becomes of the promise
        await session.commit()
    assert await alarming is False
    async with database.session() as session:
        assert (await session.get_one(Promise, made.id)).state is PromiseState.KEPT
