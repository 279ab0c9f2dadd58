"""Taking over, answering, giving back: who may, what the bot may still say, and what races do."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from crm.models import Author, Conversation, Direction, Episode, Message, MessageState, Owner
from crm.queries import get_conversation, lock_conversation
from crm.service import find_open_episode
from handoff import service
from handoff.errors import (
    AlreadyClaimedError,
    HandoffClosedError,
    NotYoursError,
    UnknownHandoffError,
    UnsuitableTextError,
)
from handoff.models import Handoff, HandoffState
from handoff.queue import find_last_outcome
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.errors import ConflictError
from kit.ids import new_id
from kit.listener import Listener
from tests.handoff.scenes import add_agent, answer, decision_for, open_case, say


async def claimed_case(session, login="mara"):
    """A case in the hands of an agent."""
    agent = await add_agent(session, login)
    handoff, conversation = await open_case(session)
    await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    return handoff, conversation, agent


async def messages_of(session, conversation_id):
    found = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq)
    return list((await session.execute(found)).scalars())


async def test_opening_puts_the_conversation_into_the_queue(session):
    handoff, conversation = await open_case(session, reason=HandoffReason.COMPLAINT)
    assert conversation.owner == Owner.QUEUE
    assert handoff.state == HandoffState.WAITING
    assert handoff.reason == HandoffReason.COMPLAINT
    assert handoff.sla_due_at is not None
    assert handoff.sla_due_at > handoff.opened_at
    assert handoff.signals[0]["rule"] == "requested"
    assert handoff.brief["ask"] == "I want to talk to a human"


async def test_opening_again_keeps_one_case_with_the_higher_priority_and_both_reasons(session):
    handoff, conversation = await open_case(session)
    due = handoff.sla_due_at
    again, opened = await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=None,
        decision=decision_for(HandoffReason.SAFETY),
        brief={"danger": "smoke"},
        now=utc_now(),
    )
    assert (again.id, opened) == (handoff.id, False)
    assert again.reason == HandoffReason.SAFETY
    assert again.reasons == ["human_wanted", "safety"]
    assert due is not None
    assert again.sla_due_at is not None
    assert again.sla_due_at < due
    assert {"ask", "danger"} <= again.brief.keys()


async def test_a_milder_reason_later_does_not_lower_the_case(session):
    handoff, conversation = await open_case(session, reason=HandoffReason.SAFETY)
    before = (handoff.priority, handoff.sla_due_at)
    await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=None,
        decision=decision_for(HandoffReason.BOT_FAILED),
        brief={},
        now=utc_now() + timedelta(minutes=1),
    )
    assert handoff.reason == HandoffReason.SAFETY
    assert (handoff.priority, handoff.sla_due_at) == before


async def test_opening_while_an_agent_has_it_leaves_it_with_the_agent(session):
    handoff, conversation, agent = await claimed_case(session)
    await service.open_handoff(
        session,
        conversation=conversation,
        episode_id=None,
        decision=decision_for(HandoffReason.LEGAL),
        brief={},
        now=utc_now(),
    )
    assert conversation.owner == Owner.AGENT
    assert handoff.agent_id == agent.id
    assert handoff.state == HandoffState.CLAIMED


async def test_fifty_parallel_claims_give_the_case_to_exactly_one(database):
    async with database.session() as session:
        agents = [(await add_agent(session, f"agent{n}")).id for n in range(50)]
        handoff, conversation = await open_case(session)
        await session.commit()

    async def try_claim(agent_id):
        async with database.session() as session:
            await service.claim(session, handoff.id, agent_id=agent_id, now=utc_now())
            await session.commit()
            return agent_id

    results = await asyncio.gather(*map(try_claim, agents), return_exceptions=True)
    winners = [result for result in results if not isinstance(result, BaseException)]
    assert len(winners) == 1
    assert sum(isinstance(result, AlreadyClaimedError) for result in results) == 49
    async with database.session() as session:
        stored = await session.get_one(Conversation, conversation.id)
        assert (stored.owner, stored.agent_id) == (Owner.AGENT, winners[0])


async def test_claiming_twice_is_claiming_once(session):
    handoff, _, agent = await claimed_case(session)
    at = handoff.claimed_at
    await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    assert handoff.claimed_at == at


async def test_a_colleague_hears_kindly_that_somebody_was_faster(session):
    handoff, _, _ = await claimed_case(session)
    late = await add_agent(session, "jonas")
    with pytest.raises(ConflictError, match="colleague"):
        await service.claim(session, handoff.id, agent_id=late.id, now=utc_now())


async def test_claiming_what_is_not_there_says_so(session):
    agent = await add_agent(session, "mara")
    with pytest.raises(UnknownHandoffError):
        await service.claim(session, new_id(), agent_id=agent.id, now=utc_now())


async def test_after_a_claim_nothing_unsent_of_the_bot_is_ever_sent(session):
    agent = await add_agent(session, "mara")
    handoff, conversation = await open_case(session)
    sent = await answer(session, conversation.id, "already out")
    waiting = await answer(session, conversation.id, "late", state=MessageState.PENDING)
    held = await answer(session, conversation.id, "unsure", state=MessageState.HELD)
    promise = await answer(
        session,
        conversation.id,
        "a person will answer",
        author=Author.SYSTEM,
        state=MessageState.PENDING,
    )
    await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    for message in (sent, waiting, held, promise):
        await session.refresh(message)
    assert [m.state for m in (sent, waiting, held, promise)] == [
        MessageState.SENT,
        MessageState.DISCARDED,
        MessageState.DISCARDED,
        MessageState.PENDING,
    ]


async def test_a_claim_waits_for_a_send_in_progress(database):
    async with database.session() as session:
        agent = await add_agent(session, "mara")
        handoff, conversation = await open_case(session)
        await session.commit()

    async def claim():
        async with database.session() as session:
            await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
            await session.commit()

    key = {"key": str(conversation.id)}
    async with database.connection() as sending:
        await sending.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 3))"), key)
        await sending.commit()
        claiming = asyncio.create_task(claim())
        await asyncio.sleep(0.15)
        assert not claiming.done()
        await sending.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 3))"), key)
        await sending.commit()
        await asyncio.wait_for(claiming, 5)


async def test_the_owner_answers_and_the_words_go_to_the_outbox(session):
    handoff, conversation, agent = await claimed_case(session)
    message = await service.reply(
        session, handoff.id, agent_id=agent.id, body="  Hello Nell  ", client_key="k1"
    )
    assert (message.author, message.state) == (Author.AGENT, MessageState.PENDING)
    assert (message.body, message.agent_id) == ("Hello Nell", agent.id)
    assert message.episode_id is not None
    assert message.channel == conversation.channel


async def test_the_same_key_sends_once(session):
    handoff, conversation, agent = await claimed_case(session)
    send = {"agent_id": agent.id, "body": "once", "client_key": "k1"}
    first = await service.reply(session, handoff.id, **send)
    second = await service.reply(session, handoff.id, **send)
    assert first.id == second.id
    bodies = [m.body for m in await messages_of(session, conversation.id)]
    assert bodies.count("once") == 1


async def test_a_double_click_in_parallel_sends_once(database):
    async with database.session() as session:
        handoff, conversation, agent = await claimed_case(session)
        await session.commit()

    async def send():
        async with database.session() as session:
            await service.reply(
                session, handoff.id, agent_id=agent.id, body="once", client_key="same"
            )
            await session.commit()

    await asyncio.gather(*(send() for _ in range(8)))
    async with database.session() as session:
        bodies = [m.body for m in await messages_of(session, conversation.id)]
    assert bodies.count("once") == 1


async def test_a_key_of_another_conversation_is_refused(session):
    handoff, _, agent = await claimed_case(session)
    await service.reply(session, handoff.id, agent_id=agent.id, body="one", client_key="k1")
    other, _ = await open_case(session, account="other")
    await service.claim(session, other.id, agent_id=agent.id, now=utc_now())
    with pytest.raises(UnsuitableTextError):
        await service.reply(session, other.id, agent_id=agent.id, body="two", client_key="k1")


async def test_nobody_answers_an_unclaimed_case(session):
    agent = await add_agent(session, "mara")
    handoff, _ = await open_case(session)
    with pytest.raises(NotYoursError, match="Claim"):
        await service.reply(session, handoff.id, agent_id=agent.id, body="hi", client_key="k")


@pytest.mark.parametrize("act", ["reply", "return_to_bot", "resolve"])
async def test_only_the_owner_acts(session, act):
    handoff, conversation, _ = await claimed_case(session)
    stranger = await add_agent(session, "jonas")
    said = {"body": "hi", "client_key": "k"} if act == "reply" else {"outcome": "done"}
    with pytest.raises(NotYoursError):
        await getattr(service, act)(session, handoff.id, agent_id=stranger.id, **said)
    assert conversation.owner == Owner.AGENT


@pytest.mark.parametrize("body", ["", "   \n", "\x00", "x" * 4001])
async def test_unusable_words_are_refused(session, body):
    handoff, _, agent = await claimed_case(session)
    with pytest.raises(UnsuitableTextError):
        await service.reply(session, handoff.id, agent_id=agent.id, body=body, client_key="k")


async def test_a_note_is_open_to_every_colleague_and_goes_nowhere(session):
    _, conversation, _ = await claimed_case(session)
    colleague = await add_agent(session, "jonas")
    note = await service.add_note(
        session, conversation.id, agent_id=colleague.id, body="known batch"
    )
    assert (note.direction, note.state) == (Direction.NOTE, MessageState.KEPT)


async def test_a_return_begins_an_episode_that_knows_the_outcome(session):
    handoff, conversation, agent = await claimed_case(session)
    old = await find_open_episode(session, conversation.id)
    await service.return_to_bot(session, handoff.id, agent_id=agent.id, outcome="new shade sent")
    assert conversation.owner == Owner.BOT
    assert conversation.agent_id is None
    assert (handoff.state, handoff.outcome) == (HandoffState.RETURNED, "new shade sent")
    fresh = await find_open_episode(session, conversation.id)
    assert old is not None
    assert fresh is not None
    await session.refresh(old)
    assert old.end_reason == "returned"
    assert (fresh.number, fresh.human_outcome) == (old.number + 1, "new shade sent")
    told = (await messages_of(session, conversation.id))[-1]
    assert told.author == Author.SYSTEM
    assert "new shade sent" in told.body


async def test_a_return_needs_an_outcome(session):
    handoff, conversation, agent = await claimed_case(session)
    with pytest.raises(UnsuitableTextError):
        await service.return_to_bot(session, handoff.id, agent_id=agent.id, outcome=" ")
    assert conversation.owner == Owner.AGENT


async def test_resolving_ends_the_episode_and_begins_none(session):
    handoff, conversation, agent = await claimed_case(session)
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="refunded")
    assert conversation.owner == Owner.BOT
    assert handoff.state == HandoffState.RESOLVED
    assert await find_open_episode(session, conversation.id) is None
    ended = (await session.execute(select(Episode))).scalars().all()
    assert [episode.end_reason for episode in ended] == ["resolved"]
    assert await find_last_outcome(session, conversation.id) is None
    assert "refunded" not in (await messages_of(session, conversation.id))[-1].body


@pytest.mark.parametrize("act", ["return_to_bot", "resolve"])
async def test_a_closed_case_is_over_and_the_next_one_is_new(session, act):
    handoff, conversation, agent = await claimed_case(session)
    await getattr(service, act)(session, handoff.id, agent_id=agent.id, outcome="done")
    with pytest.raises(HandoffClosedError):
        await service.reply(session, handoff.id, agent_id=agent.id, body="hi", client_key="k")
    with pytest.raises(HandoffClosedError):
        await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    again, _ = await open_case(session)
    assert again.id != handoff.id
    assert again.conversation_id == conversation.id
    assert conversation.owner == Owner.QUEUE


async def test_messages_that_waited_are_handed_to_the_bot_after_a_return(database):
    heard: list[str] = []
    listener = Listener(database.url)
    listener.subscribe("turn", heard.append)
    await listener.start()
    async with database.session() as session:
        handoff, conversation, agent = await claimed_case(session)
        await say(session, "one more thing", state=MessageState.PENDING)
        await session.commit()
    await asyncio.sleep(0.1)
    heard.clear()
    async with database.session() as session:
        await service.return_to_bot(session, handoff.id, agent_id=agent.id, outcome="done")
        await session.commit()
    await asyncio.sleep(0.2)
    await listener.stop()
    assert str(conversation.id) in heard


async def test_everything_is_announced_to_the_desks(database):
    heard: list[str] = []
    listener = Listener(database.url)
    listener.subscribe("queue", heard.append)
    await listener.start()
    async with database.session() as session:
        handoff, _, _ = await claimed_case(session)
        await session.commit()
    await asyncio.sleep(0.2)
    await listener.stop()
    assert set(heard) == {str(handoff.id)}


async def test_nothing_is_kept_of_an_action_that_was_not_committed(database):
    async with database.session() as session:
        agent = await add_agent(session, "mara")
        handoff, conversation = await open_case(session)
        await session.commit()
    async with database.session() as session:
        await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    async with database.session() as session:
        assert (await session.get_one(Handoff, handoff.id)).state == HandoffState.WAITING
        assert (await get_conversation(session, conversation.id)).owner == Owner.QUEUE


async def test_the_bot_turn_and_a_claim_take_turns_on_the_lease(database):
    async with database.session() as session:
        agent = await add_agent(session, "mara")
        handoff, conversation = await open_case(session)
        await session.commit()

    async def claim():
        async with database.session() as session:
            await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
            await session.commit()

    async with database.session() as turn:
        await lock_conversation(turn, conversation.id)
        claiming = asyncio.create_task(claim())
        await asyncio.sleep(0.1)
        late = await answer(turn, conversation.id, "bot words", state=MessageState.PENDING)
        assert not claiming.done()
        await turn.commit()
    await asyncio.wait_for(claiming, 5)
    async with database.session() as session:
        assert (await session.get_one(Message, late.id)).state == MessageState.DISCARDED
