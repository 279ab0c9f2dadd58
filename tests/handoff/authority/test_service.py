"""Goodwill: on the spot within one's limit, above it by a lead's word, never overspent."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from handoff import service
from handoff.authority import service as authority
from handoff.authority.errors import AboveLimitError, NotAllowedToDecideError
from handoff.authority.models import GoodwillGrant, GoodwillKind, GoodwillLimit, GrantState
from handoff.authority.queries import find_remaining, list_ledger, list_requests
from handoff.authority.service import Gift
from handoff.errors import HandoffClosedError, NotYoursError, UnsuitableTextError
from handoff.models import Role
from kit.clock import utc_now
from tests.handoff.scenes import add_agent, open_case

NOW = utc_now()


def credit(cents, key="1", reason="The shade came broken."):
    return Gift(GoodwillKind.CREDIT, cents, reason, key)


async def claimed(session, login="mara", account="guest"):
    agent = await add_agent(session, login)
    handoff, _ = await open_case(session, account=account)
    await service.claim(session, handoff.id, agent_id=agent.id, now=NOW)
    return handoff, agent


async def give(session, handoff, agent, gift, now=NOW):
    return await authority.grant(session, handoff.id, gift, agent_id=agent.id, now=now)


async def test_within_the_limit_it_is_given_at_once_and_written_down(session):
    handoff, agent = await claimed(session)
    line = await give(session, handoff, agent, credit(2000))
    assert (line.state, line.authorised_by) == (GrantState.GRANTED, agent.id)
    assert await find_remaining(session, agent.id, handoff.customer_id, NOW) == 3000
    (told,) = await list_ledger(session, handoff.customer_id)
    assert (told.amount_cents, told.reason, told.agent_name) == (
        2000,
        "The shade came broken.",
        "Mara",
    )


async def test_above_the_limit_nothing_is_given_and_it_says_what_is_left(session):
    handoff, agent = await claimed(session)
    await give(session, handoff, agent, credit(4000))
    with pytest.raises(AboveLimitError, match=r"10\.00 EUR"):
        await give(session, handoff, agent, credit(1001, "2"))
    assert (await give(session, handoff, agent, credit(1000, "3"))).amount_cents == 1000


async def test_the_same_key_gives_once(session):
    handoff, agent = await claimed(session)
    first = await give(session, handoff, agent, credit(3000))
    assert (await give(session, handoff, agent, credit(3000))).id == first.id
    assert await find_remaining(session, agent.id, handoff.customer_id, NOW) == 2000


async def test_the_limit_is_per_customer_and_comes_back_after_the_window(session):
    handoff, agent = await claimed(session)
    await give(session, handoff, agent, credit(5000))
    other, _ = await open_case(session, account="other")
    await service.claim(session, other.id, agent_id=agent.id, now=NOW)
    assert (await give(session, other, agent, credit(5000, "2"))).amount_cents == 5000
    later = NOW + timedelta(days=91)
    assert (await give(session, handoff, agent, credit(5000, "3"), later)).amount_cents == 5000


async def test_a_limit_of_ones_own_goes_before_the_roles(session):
    handoff, agent = await claimed(session)
    session.add(
        GoodwillLimit(
            agent_id=agent.id, amount_cents=100, currency="EUR", window_days=30, changed_at=NOW
        )
    )
    await session.flush()
    with pytest.raises(AboveLimitError, match=r"1\.00 EUR"):
        await give(session, handoff, agent, credit(101))


@pytest.mark.parametrize(
    "gift", [credit(0), credit(-5), credit(100, reason="  "), credit(100, key=""), credit(10**9)]
)
async def test_what_makes_no_sense_is_refused(session, gift):
    handoff, agent = await claimed(session)
    with pytest.raises(UnsuitableTextError):
        await give(session, handoff, agent, gift)


async def test_only_who_has_the_case_may_give(session):
    handoff, _agent = await claimed(session)
    stranger = await add_agent(session, "jonas")
    for act in (authority.grant, authority.ask):
        with pytest.raises(NotYoursError):
            await act(session, handoff.id, credit(100), agent_id=stranger.id, now=NOW)


async def asked_by(session, handoff, agent, cents=8000):
    return await authority.ask(session, handoff.id, credit(cents), agent_id=agent.id, now=NOW)


async def test_a_lead_approves_on_their_own_limit(session):
    handoff, agent = await claimed(session)
    lead = await add_agent(session, "tobias", role=Role.LEAD)
    asked = await asked_by(session, handoff, agent)
    assert [line.grant_id for line in await list_requests(session)] == [asked.id]
    line = await authority.approve(session, asked.id, decider_id=lead.id, now=NOW)
    assert (line.state, line.authorised_by) == (GrantState.GRANTED, lead.id)
    assert await list_requests(session) == []
    assert await find_remaining(session, agent.id, handoff.customer_id, NOW) == 5000
    assert await find_remaining(session, lead.id, handoff.customer_id, NOW) == 12000


async def test_a_lead_cannot_approve_above_their_limit_but_a_manager_can(session):
    handoff, agent = await claimed(session)
    lead = await add_agent(session, "tobias", role=Role.LEAD)
    manager = await add_agent(session, "elif", role=Role.MANAGER)
    asked = await asked_by(session, handoff, agent, 30000)
    with pytest.raises(AboveLimitError, match=r"200\.00 EUR"):
        await authority.approve(session, asked.id, decider_id=lead.id, now=NOW)
    line = await authority.approve(session, asked.id, decider_id=manager.id, now=NOW)
    assert line.authorised_by == manager.id


async def test_nobody_decides_about_their_own_request_nor_without_the_role(session):
    handoff, agent = await claimed(session)
    asked = await asked_by(session, handoff, agent)
    agent.role = Role.LEAD
    other = await add_agent(session, "jonas")
    for decider in (agent, other):
        with pytest.raises(NotAllowedToDecideError):
            await authority.approve(session, asked.id, decider_id=decider.id, now=NOW)
        with pytest.raises(NotAllowedToDecideError):
            await authority.refuse(session, asked.id, decider_id=decider.id, note="No.", now=NOW)


async def test_a_request_is_decided_once(session):
    handoff, agent = await claimed(session)
    lead = await add_agent(session, "tobias", role=Role.LEAD)
    asked = await asked_by(session, handoff, agent)
    with pytest.raises(UnsuitableTextError):
        await authority.refuse(session, asked.id, decider_id=lead.id, note=" ", now=NOW)
    await authority.refuse(session, asked.id, decider_id=lead.id, note="Too much.", now=NOW)
    with pytest.raises(HandoffClosedError):
        await authority.approve(session, asked.id, decider_id=lead.id, now=NOW)
    with pytest.raises(HandoffClosedError):
        await authority.withdraw(session, asked.id, agent_id=agent.id, now=NOW)


async def test_whoever_asked_can_take_it_back(session):
    handoff, agent = await claimed(session)
    asked = await asked_by(session, handoff, agent)
    stranger = await add_agent(session, "jonas")
    with pytest.raises(NotYoursError):
        await authority.withdraw(session, asked.id, agent_id=stranger.id, now=NOW)
    line = await authority.withdraw(session, asked.id, agent_id=agent.id, now=NOW)
    assert line.state is GrantState.WITHDRAWN


async def test_fifty_parallel_grants_never_overspend_one_limit(database):
    """Two cases of one customer, one employee, fifty desks at once: ten of five euros fit."""
    async with database.session() as session:
        handoff, agent = await claimed(session)
        other, _ = await open_case(session, account="second")
        other.customer_id = handoff.customer_id
        await service.claim(session, other.id, agent_id=agent.id, now=NOW)
        await session.commit()

    async def give_five(number):
        case = handoff if number % 2 else other
        async with database.session() as session:
            try:
                await give(session, case, agent, credit(500, str(number)))
            except AboveLimitError:
                return 0
            await session.commit()
            return 1

    given = await asyncio.gather(*map(give_five, range(50)))
    async with database.session() as session:
        total = select(func.sum(GoodwillGrant.amount_cents))
        assert (await session.execute(total)).scalar_one() == 5000
    assert sum(given) == 10
