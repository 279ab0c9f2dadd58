"""Promises: made by whose case it is, kept, broken or withdrawn, each once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.linking.merging import Why, merge
from crm.linking.models import Proof
from crm.models import Conversation
from handoff import service
from handoff.errors import NotYoursError, UnsuitableTextError
from handoff.promises import service as promises
from handoff.promises.errors import PromiseSettledError, UnknownPromiseError
from handoff.promises.models import Maker, Promise, PromiseState
from handoff.promises.queries import list_promises, list_unsettled
from handoff.promises.service import Pledge
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.ids import new_id
from tests.handoff.scenes import add_agent, open_case

NOW = utc_now()
DAY = timedelta(days=1)


async def claimed(session, login="mara", account="guest"):
    agent = await add_agent(session, login)
    handoff, _ = await open_case(session, account=account)
    await service.claim(session, handoff.id, agent_id=agent.id, now=NOW)
    return handoff, agent


async def pledge(session, handoff, agent, words="A new shade arrives.", *, due=DAY, key="1"):
    return await promises.promise(
        session, handoff.id, Pledge(words, NOW + due, key), agent_id=agent.id, now=NOW
    )


async def test_what_is_promised_is_seen_with_the_customer_until_it_is_kept(session):
    handoff, agent = await claimed(session)
    later = await pledge(session, handoff, agent, "We call.", due=3 * DAY, key="2")
    made = await pledge(session, handoff, agent)
    assert (made.made_by, made.state) == (Maker.AGENT, PromiseState.OPEN)
    listed = await list_promises(session, handoff.customer_id)
    assert [(one.words, one.maker, one.handoff_id) for one in listed] == [
        ("A new shade arrives.", "Mara", handoff.id),
        ("We call.", "Mara", handoff.id),
    ]
    await promises.keep(session, made.id, agent_id=agent.id, now=NOW + DAY / 2)
    assert (made.state, made.settled_by) == (PromiseState.KEPT, agent.id)
    assert [one.id for one in await list_unsettled(session, handoff.customer_id)] == [later.id]
    assert [one.id for one in await list_promises(session, handoff.customer_id)] == [
        later.id,
        made.id,
    ]


async def test_the_same_key_promises_once_also_when_pressed_at_the_same_time(database):
    async with database.session() as session:
        handoff, agent = await claimed(session)
        await session.commit()

    async def press():
        async with database.session() as session:
            await pledge(session, handoff, agent)
            await session.commit()

    await asyncio.gather(*(press() for _ in range(8)))
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Promise)) == 1


async def test_only_who_has_or_had_the_case_promises_in_it(session):
    handoff, agent = await claimed(session)
    stranger = await add_agent(session, "jonas")
    with pytest.raises(NotYoursError):
        await pledge(session, handoff, stranger)
    waiting, _ = await open_case(session, account="other")
    with pytest.raises(NotYoursError):
        await pledge(session, waiting, agent)
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="Done by Friday.")
    assert (await pledge(session, handoff, agent)).state is PromiseState.OPEN


@pytest.mark.parametrize(
    ("words", "due", "key"),
    [
        (" ", DAY, "1"),
        ("x", -DAY, "1"),
        ("x", 367 * DAY, "1"),
        ("x", DAY, ""),
        ("x" * 501, DAY, "1"),
    ],
)
async def test_what_makes_no_sense_is_refused(session, words, due, key):
    handoff, agent = await claimed(session)
    with pytest.raises(UnsuitableTextError):
        await pledge(session, handoff, agent, words, due=due, key=key)


async def test_it_is_settled_once(session):
    handoff, agent = await claimed(session)
    made = await pledge(session, handoff, agent)
    await promises.withdraw(session, made.id, agent_id=agent.id, now=NOW)
    assert made.state is PromiseState.WITHDRAWN
    for act in (promises.keep, promises.withdraw):
        with pytest.raises(PromiseSettledError):
            await act(session, made.id, agent_id=agent.id, now=NOW)
        with pytest.raises(UnknownPromiseError):
            await act(session, new_id(), agent_id=agent.id, now=NOW)


async def test_what_is_done_too_late_stays_broken_and_cannot_be_taken_back(session):
    handoff, agent = await claimed(session)
    made = await pledge(session, handoff, agent)
    late = NOW + 2 * DAY
    with pytest.raises(PromiseSettledError):
        await promises.withdraw(session, made.id, agent_id=agent.id, now=late)
    await promises.keep(session, made.id, agent_id=agent.id, now=late)
    assert (made.state, made.settled_at) == (PromiseState.BROKEN, late)
    assert await list_unsettled(session, handoff.customer_id) == ()


async def test_the_next_case_of_the_customer_tells_it_in_the_brief(session):
    handoff, agent = await claimed(session)
    await service.reply(
        session,
        handoff.id,
        agent_id=agent.id,
        body="Sorry! A new shade arrives. We will write to you.",
        client_key="1",
    )
    await pledge(session, handoff, agent)
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="Sent.")
    again, _ = await open_case(session, reason=HandoffReason.COMPLAINT)
    told = f"- A new shade arrives. (due {NOW + DAY:%a %d %b, %H:%M})"
    assert again.brief["promises"] == f"{told}\n- We will write to you."


async def test_what_the_bot_said_is_noted_once_per_message(session):
    _, conversation = await open_case(session)
    message_id = new_id()
    for _ in range(2):
        await promises.note_bot_promise(
            session,
            conversation,
            message_id=message_id,
            words="You get an answer within one working day.",
            due_at=NOW + DAY,
            now=NOW,
        )
    (made,) = await list_unsettled(session, conversation.customer_id)
    assert (made.maker, made.state) == (None, "open")


async def test_promises_go_along_when_customers_become_one(session):
    handoff, agent = await claimed(session)
    other, _ = await open_case(session, account="other", channel="telegram")
    await service.claim(session, other.id, agent_id=agent.id, now=NOW)
    await pledge(session, other, agent)
    joined = await merge(
        session, handoff.customer_id, other.customer_id, why=Why(Proof.CODE, "typed the code")
    )
    assert len(await list_unsettled(session, joined.kept_id)) == 1
    conversation = await session.get_one(Conversation, other.conversation_id)
    assert conversation.customer_id == joined.kept_id
