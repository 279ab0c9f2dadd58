"""Cases find people and come back from them, also when many processes try at once."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.models import Conversation, Direction, Message, Owner
from handoff import passing, service
from handoff.errors import (
    AlreadyClaimedError,
    HandoffClosedError,
    NotYoursError,
    UnsuitableTextError,
)
from handoff.models import Handoff, HandoffState, Role
from handoff.reasons import HandoffReason
from handoff.workforce import assignment, presence
from handoff.workforce.models import AgentPresence, PresenceState
from kit.clock import utc_now
from tests.handoff.scenes import add_agent, open_case

MINUTE = timedelta(minutes=1)
FURIOUS = "This is a disgrace, you liars, I am absolutely furious with your scam of a shop!"


async def available(session, login, **can):
    agent = await add_agent(session, login, **can)
    await presence.declare(session, agent.id, PresenceState.AVAILABLE, utc_now())
    return agent


async def assign_all(session):
    """Assign as the worker does until nothing more can be assigned."""
    while due := await assignment.list_assignable(session, utc_now()):
        for handoff_id in due:
            assert await assignment.assign(session, handoff_id, utc_now()) is not None


async def claimed_by(session):
    found = select(Handoff.agent_id).where(Handoff.state == HandoffState.CLAIMED)
    return Counter((await session.execute(found)).scalars())


async def test_cases_are_spread_evenly_up_to_the_capacity(session):
    mara, jonas = [await available(session, name, capacity=2) for name in ("mara", "jonas")]
    for number in range(6):
        await open_case(session, account=f"guest {number}")
    await assign_all(session)
    assert await claimed_by(session) == {mara.id: 2, jonas.id: 2}


async def test_the_most_pressing_case_goes_first(session):
    await available(session, "mara", capacity=1)
    await open_case(session, account="calm")
    danger, _ = await open_case(session, account="danger", reason=HandoffReason.SAFETY)
    await assign_all(session)
    await session.refresh(danger)
    assert danger.state is HandoffState.CLAIMED


@pytest.mark.parametrize("state", [PresenceState.AWAY, PresenceState.OFFLINE])
async def test_nobody_is_given_a_case_who_is_not_available(session, state):
    agent = await available(session, "mara")
    await presence.declare(session, agent.id, state, utc_now())
    await open_case(session)
    assert await assignment.list_assignable(session, utc_now()) == []


async def test_a_desk_that_fell_silent_is_given_nothing(session):
    agent = await available(session, "mara")
    handoff, _ = await open_case(session)
    later = utc_now() + presence.FRESH + MINUTE
    assert await assignment.list_assignable(session, later) == []
    assert await assignment.assign(session, handoff.id, later) is None
    await presence.beat(session, agent.id, later)
    await session.flush()
    assert await assignment.list_assignable(session, later) == [handoff.id]


async def test_the_queue_drains_when_somebody_comes(session):
    handoff, conversation = await open_case(session)
    assert await assignment.list_assignable(session, utc_now()) == []
    agent = await available(session, "mara")
    await assign_all(session)
    await session.refresh(handoff)
    await session.refresh(conversation)
    assert (handoff.agent_id, conversation.owner) == (agent.id, Owner.AGENT)


async def test_who_goes_home_leaves_waiting_customers_to_others_and_is_named(session):
    agent = await available(session, "mara")
    handoff, conversation = await open_case(session)
    await assign_all(session)
    await presence.declare(session, agent.id, PresenceState.OFFLINE, utc_now())
    assert await assignment.list_abandoned(session, utc_now()) == [handoff.id]
    assert await assignment.release_abandoned(session, handoff.id, utc_now())
    await session.refresh(handoff)
    await session.refresh(conversation)
    assert (handoff.state, handoff.last_agent_id) == (HandoffState.WAITING, agent.id)
    assert (conversation.owner, conversation.agent_id) == (Owner.QUEUE, None)
    notes = select(Message.body).where(Message.direction == Direction.NOTE)
    assert "Mara is not at the desk any more" in (await session.execute(notes)).scalar_one()
    assert not await assignment.release_abandoned(session, handoff.id, utc_now())


async def test_a_case_whose_customer_is_awaited_stays_with_who_has_it(session):
    agent = await available(session, "mara")
    handoff, _ = await open_case(session)
    await assign_all(session)
    await service.reply(session, handoff.id, agent_id=agent.id, body="Hello", client_key="1")
    await presence.declare(session, agent.id, PresenceState.OFFLINE, utc_now())
    assert await assignment.list_abandoned(session, utc_now()) == []


async def test_a_shut_desk_keeps_its_cases_for_a_while(session):
    await available(session, "mara")
    handoff, _ = await open_case(session)
    await assign_all(session)
    lost = utc_now() + presence.LOST
    assert await assignment.list_abandoned(session, lost - MINUTE) == []
    assert await assignment.list_abandoned(session, lost + MINUTE) == [handoff.id]


async def test_whoever_comes_back_in_time_gets_the_case_back(session):
    mara = await available(session, "mara")
    handoff, _ = await open_case(session)
    await assign_all(session)
    await passing.release(session, handoff.id, now=utc_now())
    await available(session, "anton")
    await assign_all(session)
    await session.refresh(handoff)
    assert handoff.agent_id == mara.id


async def test_after_a_hostile_customer_comes_a_rest(session):
    mara = await available(session, "mara")
    handoff, _ = await open_case(session, FURIOUS)
    assert handoff.hostile
    await assign_all(session)
    await service.resolve(session, handoff.id, agent_id=mara.id, outcome="Calmed down.")
    await open_case(session, FURIOUS, account="second")
    assert await assignment.list_assignable(session, utc_now()) == []
    calm, _ = await open_case(session, account="calm")
    assert await assignment.list_assignable(session, utc_now()) == [calm.id]
    jonas = await available(session, "jonas")
    await assign_all(session)
    assert (await claimed_by(session)).keys() == {mara.id, jonas.id}


async def test_a_transfer_to_a_colleague_keeps_every_promise_and_says_why(session):
    mara, jonas = [await add_agent(session, name) for name in ("mara", "jonas")]
    handoff, conversation = await open_case(session)
    await service.claim(session, handoff.id, agent_id=mara.id, now=utc_now())
    due = handoff.sla_due_at
    await passing.transfer_to_agent(
        session,
        handoff.id,
        agent_id=mara.id,
        to_id=jonas.id,
        why="You know the lamps.",
        now=utc_now(),
    )
    await session.refresh(conversation)
    assert (handoff.agent_id, conversation.agent_id) == (jonas.id, jonas.id)
    assert (handoff.sla_due_at, conversation.owner) == (due, Owner.AGENT)
    notes = select(Message.body).where(Message.direction == Direction.NOTE)
    said = (await session.execute(notes)).scalar_one()
    assert said == "Passed on to Jonas: You know the lamps."
    with pytest.raises(NotYoursError):
        await service.reply(session, handoff.id, agent_id=mara.id, body="Me!", client_key="1")


async def test_a_transfer_to_a_skill_waits_in_the_queue_for_it(session):
    mara = await add_agent(session, "mara")
    handoff, conversation = await open_case(session)
    await service.claim(session, handoff.id, agent_id=mara.id, now=utc_now())
    await passing.transfer_to_skill(
        session, handoff.id, agent_id=mara.id, skill="legal", why="A contract.", now=utc_now()
    )
    await session.refresh(conversation)
    assert (handoff.state, handoff.skill) == (HandoffState.WAITING, "legal")
    assert conversation.owner is Owner.QUEUE
    await available(session, "anton", skills=["care"])
    ines = await available(session, "ines", skills=["legal"])
    await assign_all(session)
    await session.refresh(handoff)
    assert handoff.agent_id == ines.id


async def test_a_transfer_that_makes_no_sense_changes_nothing(session):
    mara, jonas = [await add_agent(session, name) for name in ("mara", "jonas")]
    marketer = await add_agent(session, "selin", role=Role.MARKETER)
    handoff, _ = await open_case(session)

    async def pass_on(agent, to, why="Please."):
        await passing.transfer_to_agent(
            session, handoff.id, agent_id=agent.id, to_id=to.id, why=why, now=utc_now()
        )

    with pytest.raises(NotYoursError):
        await pass_on(mara, jonas)
    await service.claim(session, handoff.id, agent_id=mara.id, now=utc_now())
    for to, why in ((mara, "Please."), (marketer, "Please."), (jonas, "  ")):
        with pytest.raises(UnsuitableTextError):
            await pass_on(mara, to, why)
    assert handoff.agent_id == mara.id


async def test_fifty_parallel_claims_of_one_case_have_one_winner(database):
    async with database.session() as session:
        agents = [await add_agent(session, f"agent{number}") for number in range(50)]
        handoff, conversation = await open_case(session)
        await session.commit()

    async def claim(agent):
        async with database.session() as session:
            try:
                await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
            except AlreadyClaimedError:
                return None
            await session.commit()
            return agent.id

    winners = [won for won in await asyncio.gather(*map(claim, agents)) if won]
    async with database.session() as session:
        stored = await session.get_one(Handoff, handoff.id)
        owner = await session.get_one(Conversation, conversation.id)
        assert winners == [stored.agent_id] == [owner.agent_id]


async def test_many_processes_never_give_anybody_more_than_the_capacity(database):
    async with database.session() as session:
        agents = [await available(session, f"agent{number}", capacity=3) for number in range(4)]
        cases = [(await open_case(session, account=f"guest {n}"))[0].id for n in range(20)]
        await session.commit()

    async def assign(handoff_id):
        for _ in range(60):
            async with database.session() as session:
                try:
                    given = await assignment.assign(session, handoff_id, utc_now())
                except (AlreadyClaimedError, HandoffClosedError):
                    return
                await session.commit()
            if given:
                return

    await asyncio.gather(*(assign(case) for case in cases for _ in range(2)))
    async with database.session() as session:
        assert await claimed_by(session) == {agent.id: 3 for agent in agents}
        rows = (await session.execute(select(AgentPresence))).scalars().all()
        assert all(row.assigned_at for row in rows)
