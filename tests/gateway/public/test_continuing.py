"""The private link: the author's alone, it brings the case along, and nobody else gets anywhere."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels.base import EventKind
from crm.models import Direction, Owner
from crm.threads.models import CaseState, PrivateLink
from crm.threads.queries import find_origin
from crm.threads.service import LINK_LIFETIME, forget_links
from gateway.dialogue import EngineError
from kit.clock import utc_now


async def post_and_find(square, text="my lamp arrived broken", **more):
    conversation = await square.post(text, **more)
    return conversation, (await square.tokens(conversation))[-1]


async def test_what_was_said_in_public_is_answered_in_private(square):
    _, token = await post_and_find(square)
    private = await square.press(token)
    lead, answer = await square.said(private)
    assert "automated assistant" in lead
    assert "“my lamp arrived broken”" in lead
    assert answer == "echo: my lamp arrived broken"


async def test_everything_said_in_public_comes_along(square):
    _, token = await post_and_find(square)
    await square.post("it is the blue one")
    await square.press(token)
    (asked,) = square.desk.engine.asked
    assert asked.text == "my lamp arrived broken\nit is the blue one"


async def test_the_private_conversation_knows_where_it_began(square):
    public, token = await post_and_find(square, "where is LL-10042?")
    private = await square.press(token)
    async with square.desk.database.session() as session:
        origin = await find_origin(session, private)
        assert await find_origin(session, public) is None
    assert origin is not None
    assert (origin.conversation_id, origin.place) == (public, "square")
    assert origin.words == "where is [order number]?"
    (note,) = await square.desk.messages(private, Direction.NOTE)
    assert "10042" not in note.body
    assert "where is" in note.body


async def test_the_order_number_typed_in_public_is_known_to_the_answer(square):
    _, token = await post_and_find(square, "where is LL-10042?")
    await square.press(token)
    assert square.desk.engine.asked[-1].text == "where is LL-10042?"


async def test_somebody_elses_link_is_refused_kindly_and_changes_nothing(square):
    _, token = await post_and_find(square)
    private = await square.press(token, account="eve")
    (said,) = await square.said(private)
    assert "somebody else" in said
    assert "lamp" not in said
    assert square.desk.engine.asked == []
    (case,) = await square.cases()
    assert (case.state, case.private_id) == (CaseState.OPEN, None)
    await square.press(token)
    (case,) = await square.cases()
    assert case.state is CaseState.CONTINUED


@pytest.mark.parametrize(
    "token", ["p_", "p_nobody-made-this", "p_" + "x" * 500, "p_'; DROP TABLE", "p_\x00", "p_ü"]
)
async def test_a_forged_link_is_refused_kindly(square, token):
    private = await square.press(token)
    (said,) = await square.said(private)
    assert "somebody else" in said
    (message,) = await square.desk.inbox(private)
    assert message.state == "answered"


async def test_an_expired_link_opens_nothing(square):
    _, token = await post_and_find(square)
    async with square.desk.database.session() as session:
        await session.execute(
            update(PrivateLink).values(expires_at=utc_now() - timedelta(seconds=1))
        )
        await session.commit()
    private = await square.press(token)
    (said,) = await square.said(private)
    assert "expired" in said
    (case,) = await square.cases()
    assert case.state is CaseState.OPEN


@pytest.mark.parametrize(("days", "left"), [(30, 1), (90, 0)])
async def test_links_nobody_presses_any_more_are_dropped(square, days, left):
    await post_and_find(square)
    async with square.desk.database.session() as session:
        await forget_links(session, now=utc_now() + LINK_LIFETIME + timedelta(days=days))
        kept = (await session.execute(select(PrivateLink))).scalars().all()
    assert len(kept) == left


async def test_a_second_press_does_not_answer_twice(square):
    _, token = await post_and_find(square)
    await square.press(token)
    private = await square.press(token)
    assert len(square.desk.engine.asked) == 1
    assert "just go on here" in (await square.said(private))[-1]


async def test_a_link_followed_in_public_opens_nothing_there(square):
    conversation, token = await post_and_find(square)
    await square.post("start", kind=EventKind.COMMAND, argument=token)
    assert len(await square.said(conversation)) == 1
    (case,) = await square.cases()
    assert case.state is CaseState.OPEN


async def test_when_the_engine_fails_the_words_are_not_lost(square):
    _, token = await post_and_find(square)
    square.desk.engine.answers = [EngineError("away")]
    private = await square.desk.write("start", kind=EventKind.COMMAND, argument=token)
    async with asyncio.timeout(60):
        while not await square.said(private):
            await square.settle()
            await asyncio.sleep(0.02)
    (message,) = await square.desk.inbox(private)
    assert message.attempts == 1
    assert (await square.said(private))[-1] == "echo: my lamp arrived broken"
    assert len(await square.desk.messages(private, Direction.NOTE)) == 1


async def test_the_token_is_gone_from_the_log_once_it_was_used(square):
    _, token = await post_and_find(square)
    private = await square.press(token)
    (message,) = await square.desk.inbox(private)
    assert token not in str(message.payload)


async def test_without_words_the_customer_is_asked(square):
    _, token = await post_and_find(square, "", kind=EventKind.MEDIA, media="photo")
    private = await square.press(token)
    assert "what it is about" in (await square.said(private))[-1]
    assert square.desk.engine.asked == []


async def test_who_is_told_of_personal_data_in_public_is_not_told_again(square):
    _, token = await post_and_find(square, "where is LL-10042?")
    private = await square.press(token)
    assert "delete" not in " ".join(await square.said(private)).lower()


async def test_a_case_brought_to_a_person_moves_with_its_author(square):
    public, token = await post_and_find(square, "my lawyer will sue you")
    private = await square.press(token)
    assert await square.desk.handoffs(public) == []
    (handoff,) = await square.desk.handoffs(private)
    assert handoff.state == "waiting"
    assert "my lawyer will sue you" in handoff.brief["public"]
    assert (await square.desk.conversation(private)).owner is Owner.QUEUE
    assert (await square.desk.conversation(public)).owner is Owner.BOT
    (said,) = await square.said(private)
    assert "person from our team" in said
    assert square.desk.engine.asked == []


async def test_a_case_that_is_open_in_private_takes_over_the_public_one(square):
    private = await square.desk.say("human", kind=EventKind.COMMAND)
    square.desk.engine.answers = []
    await square.desk.say("I want to talk to a human person now, my lawyer will sue you")
    public, token = await post_and_find(square, "this is all over social media now, boycott them")
    await square.press(token)
    (there,) = await square.desk.handoffs(private)
    (left,) = await square.desk.handoffs(public)
    assert "reputation" in there.reasons
    assert left.state == "returned"


async def test_what_was_said_in_public_weighs_in_private(square):
    """Upset, but not enough for a person in a private chat; others have read it, though."""
    square.channel.private["ada"] = "chat-ada"
    await square.post("Das ist eine Frechheit, nie wieder kaufe ich hier eine Lampe")
    (handoff,) = await square.desk.handoffs(await square.private())
    assert handoff.reason == "reputation"
    assert "said where others read along" in str(handoff.signals)


async def test_a_brief_made_in_private_shows_the_public_thread(square):
    _, token = await post_and_find(square, "where is LL-10042?")
    private = await square.press(token)
    await square.desk.say("my lawyer will sue you")
    (handoff,) = await square.desk.handoffs(private)
    assert handoff.brief["public"].startswith("where is [order number]?")
