"""A customer who follows the link while an agent claims, answers or resolves the case."""

import asyncio

import pytest

from channels.base import EventKind
from crm.models import Owner
from handoff import service as handoffs
from handoff.repository import OPEN_STATES
from kit.clock import utc_now
from kit.errors import AppError
from tests.gateway.public.test_closing import agent  # noqa: F401  a fixture

ROUNDS = 6
_OWNERS = {"waiting": Owner.QUEUE, "claimed": Owner.AGENT}


async def attempt(square, doing):
    async with square.desk.database.session() as session:
        try:
            await doing(session)
            await session.commit()
        except AppError:
            await session.rollback()


async def work(square, handoff_id, agent_id, key: str) -> None:
    """What an agent does in the same moment; some of it is refused, none of it may break."""
    await attempt(
        square,
        lambda session: handoffs.claim(session, handoff_id, agent_id=agent_id, now=utc_now()),
    )
    await attempt(
        square,
        lambda session: handoffs.reply(
            session, handoff_id, agent_id=agent_id, body="We are on it.", client_key=key
        ),
    )


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_a_claim_and_a_press_at_once_leave_one_case_with_one_owner(square, agent, number):  # noqa: F811  fixtures, found by name
    public = await square.post("my lawyer will sue you")
    (token,) = await square.tokens(public)
    (handoff,) = await square.desk.handoffs(public)
    private = await square.desk.write("start", kind=EventKind.COMMAND, argument=token)
    pressed = square.desk.turns.handle(private)
    worked = work(square, handoff.id, agent, f"k{number}")
    await asyncio.gather(*((pressed, worked) if number % 2 else (worked, pressed)))
    await square.settle()
    assert [one.id for one in await square.desk.handoffs(private)] == [handoff.id]
    (moved,) = await square.desk.handoffs(private)
    assert moved.state in OPEN_STATES
    assert (await square.desk.conversation(private)).owner is _OWNERS[moved.state]
    assert (await square.desk.conversation(public)).owner is Owner.BOT
    said = [*await square.said(public), *await square.said(private)]
    assert said.count("We are on it.") <= 1
