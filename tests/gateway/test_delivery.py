"""Deliveries: in order, ownership re-checked, honest about what may have been sent twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.base import (
    AmbiguousSendError,
    CustomerGoneError,
    RefusedMessageError,
    RetryLaterError,
)
from crm.models import Conversation, Identity, Message, MessageState, Owner
from gateway.backlog import find_deliveries_due
from gateway.phrasing import load_phrasebook
from kit.clock import utc_now
from kit.settings import AmbiguousSends
from tests.fakes.channel import ReconcilingChannel, RecordingChannel

WORDS = load_phrasebook()


async def states(desk, conversation):
    return [message.state for message in await desk.outbox(conversation)]


UNSENT = (MessageState.PENDING, MessageState.SENDING)


def split(text: str) -> list[str]:
    """Return the text in the parts that the recording channel makes of it."""
    return [text[i : i + 100] for i in range(0, len(text), 100)]


async def drain(desk, conversation):
    """Deliver until nothing is due, as workers do whom every new message wakes again."""
    while any(state in UNSENT for state in await states(desk, conversation)):
        await drain_once(desk, conversation)


async def drain_once(desk, conversation):
    while (again := await desk.deliverer.handle(conversation)) is not None:
        await asyncio.sleep(again.delay)


async def test_replies_leave_in_order(desk):
    for n in range(4):
        conversation = await desk.write(f"m{n}")
    await desk.turns.handle(conversation)
    await asyncio.gather(*(drain(desk, conversation) for _ in range(5)))
    assert [text[-2:] for text in desk.channel.texts] == ["m0", "m1", "m2", "m3"]
    assert await states(desk, conversation) == [MessageState.SENT] * 4


async def test_a_long_reply_leaves_in_parts_and_resumes_after_the_last_committed_one(desk):
    desk.channel = RecordingChannel(max_text=20)
    desk.channel.failures = []
    conversation = await desk.write("x" * 50)
    await desk.turns.handle(conversation)

    async def fail_third(_part):
        if len(desk.channel.sent) == 2 and not desk.channel.failures:
            desk.channel.failures.append(RetryLaterError("later"))
            desk.channel.before_send = None

    desk.channel.before_send = fail_third
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert "".join(desk.channel.texts) == message.body


async def test_bot_words_unsent_at_a_takeover_are_discarded(desk):
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    async with desk.database.session() as session:
        await session.execute(update(Conversation).values(owner=Owner.AGENT))
        await session.commit()
    await drain(desk, conversation)
    assert desk.channel.sent == []
    assert await states(desk, conversation) == [MessageState.DISCARDED]


async def test_what_surely_did_not_leave_is_repeated_without_a_flag(desk):
    desk.channel.failures = [RetryLaterError("429", retry_after=0.01)] * 6
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert (message.state, message.ambiguous, message.attempts) == (MessageState.SENT, False, 6)
    assert len(desk.channel.sent) == 1


async def test_an_unknown_outcome_is_resent_and_flagged(desk):
    desk.channel.failures = [AmbiguousSendError("timeout")]
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert (message.state, message.ambiguous) == (MessageState.SENT, True)


async def test_an_unknown_outcome_is_held_when_the_setting_says_so(desk):
    desk.ambiguous = AmbiguousSends.HOLD
    desk.channel.failures = [AmbiguousSendError("timeout")]
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    assert await states(desk, conversation) == [MessageState.HELD, MessageState.SENT]
    assert desk.channel.texts == split(WORDS.say("given_up"))
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "undeliverable"


@pytest.mark.parametrize(("policy", "sent"), [(AmbiguousSends.RESEND, 1), (AmbiguousSends.HOLD, 0)])
async def test_a_send_in_flight_when_the_process_died_is_flagged(desk, policy, sent):
    desk.ambiguous = policy
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    async with desk.database.session() as session:
        await session.execute(
            update(Message).where(Message.direction == "out").values(state=MessageState.SENDING)
        )
        await session.commit()
    await drain(desk, conversation)
    message, *told = await desk.outbox(conversation)
    assert message.ambiguous
    assert "".join(desk.channel.texts).count(message.body) == sent
    assert [one.body for one in told] == [WORDS.say("given_up")] * (1 - sent)


async def test_the_web_chat_never_passes_through_sending(desk):
    desk.channel = RecordingChannel(exact_once=True)
    seen = []

    async def look(_part):
        async with desk.database.session() as session:
            seen.append((await session.get_one(Message, reply.id)).state)

    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    (reply,) = await desk.outbox(conversation)
    desk.channel.before_send = look
    await drain(desk, conversation)
    assert seen == [MessageState.PENDING]
    assert await states(desk, conversation) == [MessageState.SENT]


async def test_a_customer_who_left_is_tried_once_and_remembered(desk):
    desk.channel.failures = [CustomerGoneError("blocked")]
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    assert await states(desk, conversation) == [MessageState.FAILED]
    async with desk.database.session() as session:
        leased = await session.get_one(Conversation, conversation)
        assert not (await session.get_one(Identity, leased.identity_id)).reachable


async def test_a_refused_reply_unblocks_the_next_and_brings_a_person(desk):
    desk.channel.failures = [RefusedMessageError("400")]
    conversation = await desk.write("one")
    await desk.write("two")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    assert await states(desk, conversation) == [
        MessageState.FAILED,
        MessageState.SENT,
        MessageState.SENT,
    ]
    assert "".join(desk.channel.texts).endswith(WORDS.say("given_up"))
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "undeliverable"


async def test_after_a_day_of_trying_a_reply_is_given_up(desk):
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    async with desk.database.session() as session:
        long_ago = utc_now() - timedelta(hours=25)
        await session.execute(update(Message).values(created_at=long_ago))
        await session.commit()
    desk.channel.failures = [RetryLaterError("down")]
    await drain(desk, conversation)
    assert await states(desk, conversation) == [MessageState.FAILED, MessageState.SENT]


async def test_a_channel_that_is_switched_off_keeps_its_replies(desk):
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    desk.channel, away = RecordingChannel("another"), desk.channel
    again = await desk.deliverer.handle(conversation)
    assert again is not None
    assert await states(desk, conversation) == [MessageState.PENDING]
    desk.channel = away
    await asyncio.sleep(0.05)
    await drain(desk, conversation)
    assert len(away.sent) == 1


async def test_a_delivery_cut_off_in_the_middle_leaves_no_lease_behind(desk):
    started = asyncio.Event()

    async def hang(_part):
        started.set()
        await asyncio.sleep(60)

    desk.channel.before_send = hang
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    sending = asyncio.create_task(desk.deliverer.handle(conversation))
    await started.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    desk.channel.before_send = None
    await drain(desk, conversation)
    assert await states(desk, conversation) == [MessageState.SENT]


async def test_a_reply_no_channel_can_draw_blocks_nothing_behind_it(desk):
    conversation = await desk.write("one")
    await desk.write("two")
    while await desk.turns.handle(conversation) is not None:
        pass
    async with desk.database.session() as session:
        broken = update(Message).where(Message.body.endswith("one"), Message.direction == "out")
        await session.execute(broken.values(payload={"buttons": [{"no": "title"}]}))
        await session.commit()
    await drain(desk, conversation)
    assert (await states(desk, conversation))[:2] == [MessageState.FAILED, MessageState.SENT]


async def test_an_agent_is_told_that_a_discarded_reply_may_have_arrived(desk):
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    async with desk.database.session() as session:
        await session.execute(
            update(Message).where(Message.direction == "out").values(state=MessageState.SENDING)
        )
        await session.execute(update(Conversation).values(owner=Owner.AGENT))
        await session.commit()
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert (message.state, message.ambiguous) == (MessageState.DISCARDED, True)


async def test_a_customer_who_writes_again_can_be_reached_again(desk):
    desk.channel.failures = [CustomerGoneError("blocked")]
    conversation = await desk.say("hello")
    await desk.say("I am back")
    async with desk.database.session() as session:
        leased = await session.get_one(Conversation, conversation)
        assert (await session.get_one(Identity, leased.identity_id)).reachable


async def test_only_a_due_head_makes_a_conversation_due(desk):
    desk.channel.failures = [RetryLaterError("429", retry_after=3600)]
    conversation = await desk.write("one")
    await desk.write("two")
    while await desk.turns.handle(conversation) is not None:
        pass
    await desk.deliverer.handle(conversation)
    async with desk.database.session() as session:
        assert await find_deliveries_due(session, [desk.channel.name]) == []


@pytest.mark.parametrize("policy", AmbiguousSends)
@pytest.mark.parametrize("arrived", [True, False])
async def test_where_we_can_look_an_unknown_outcome_is_looked_up_and_sent_once(
    desk, policy, arrived
):
    desk.ambiguous = policy
    desk.channel = ReconcilingChannel()

    async def lose_the_answer(part):
        desk.channel.before_send = None
        if arrived:
            desk.channel.sent.append(part)
        raise AmbiguousSendError("timeout")

    desk.channel.before_send = lose_the_answer
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert (message.state, message.ambiguous) == (MessageState.SENT, False)
    assert desk.channel.texts == [message.body]
    assert desk.channel.looked == 1
    assert await desk.handoffs(conversation) == []


async def test_a_send_in_flight_when_the_process_died_is_looked_up(desk):
    desk.channel = ReconcilingChannel()
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    (message,) = await desk.outbox(conversation)
    desk.channel.sent.append((message_address(desk), message.body))
    async with desk.database.session() as session:
        await session.execute(
            update(Message).where(Message.direction == "out").values(state=MessageState.SENDING)
        )
        await session.commit()
    await drain(desk, conversation)
    (message,) = await desk.outbox(conversation)
    assert (message.state, message.ambiguous, message.platform_ref) == (
        MessageState.SENT,
        False,
        "found",
    )
    assert len(desk.channel.sent) == 1


async def test_nothing_is_repeated_while_looking_fails(desk):
    desk.channel = ReconcilingChannel()
    desk.channel.failures = [AmbiguousSendError("timeout")]
    desk.channel.lookups = [RetryLaterError("busy"), RetryLaterError("busy", retry_after=0.01)]
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    for _ in range(3):
        again = await desk.deliverer.handle(conversation)
        assert again is not None
        assert desk.channel.sent == []
        assert await states(desk, conversation) == [MessageState.SENDING]
        await asyncio.sleep(again.delay)
    await drain(desk, conversation)
    assert len(desk.channel.sent) == 1
    assert desk.channel.looked == 3


async def test_an_outcome_that_stays_unknown_is_flagged_and_brings_a_person(desk):
    desk.channel = ReconcilingChannel()
    desk.channel.failures = [AmbiguousSendError("timeout") for _ in range(desk.max_attempts)]
    conversation = await desk.write("hello")
    await desk.turns.handle(conversation)
    await drain(desk, conversation)
    message, *_ = await desk.outbox(conversation)
    assert (message.state, message.ambiguous) == (MessageState.FAILED, True)
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "undeliverable"


def message_address(desk) -> str:
    return desk.event("").address
