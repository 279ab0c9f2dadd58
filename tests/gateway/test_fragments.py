"""Several short messages are one turn; whole messages, buttons and commands wait for nothing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels.base import EventKind
from crm.models import Direction, Message, MessageState
from gateway.dialogue import EngineUnavailableError
from gateway.fragments import is_fragment
from gateway.turn import TurnTaker
from gateway.workers import Again
from tests.fakes.dialogue import say

WITHIN = 1.5


def message(text: str, kind: EventKind = EventKind.TEXT) -> Message:
    return Message(body=text, kind=kind)


@pytest.mark.parametrize(
    "text",
    ["hi", "hello there", "my lamp", "i have a problem with my", "and", "wo ist mein", "the Alba,"],
)
def test_beginnings_are_known(text):
    assert is_fragment(message(text))


@pytest.mark.parametrize(
    "text",
    [
        *("where is my parcel", "where is it?", "broken!", "m0", "LL-10042", "ada@example.org"),
        *("yes", "no thanks", "ok thank you", "stop", "nein danke", "talk to a human", "5", "👍"),
        *("how long do i have to return a lamp", "track my order please", "", "..."),
    ],
)
def test_whole_messages_are_known(text):
    assert not is_fragment(message(text))


@pytest.mark.parametrize("kind", [EventKind.BUTTON, EventKind.COMMAND, EventKind.MEDIA])
def test_only_typed_words_can_be_a_beginning(kind):
    assert not is_fragment(message("my lamp", kind))


@pytest.fixture
def turns(desk) -> TurnTaker:
    taker = desk.turns
    taker._within = timedelta(seconds=WITHIN)
    return taker


async def age(desk, seconds: float) -> None:
    """Let time pass: every message becomes older."""
    async with desk.database.session() as session:
        older = update(Message).values(created_at=Message.created_at - timedelta(seconds=seconds))
        await session.execute(older)
        await session.commit()


async def take_all(turns: TurnTaker, conversation) -> None:
    while (again := await turns.handle(conversation)) is not None:
        await asyncio.sleep(min(again.delay, 0.05))


async def test_a_beginning_waits_and_is_joined_with_its_rest(desk, turns):
    conversation = await desk.write("hi")
    again = await turns.handle(conversation)
    assert isinstance(again, Again)
    assert 0 < again.delay <= WITHIN
    await desk.write("my lamp")
    await desk.write("is broken, what now?")
    await take_all(turns, conversation)
    assert [turn.text for turn in desk.engine.asked] == ["hi my lamp is broken, what now?"]
    inbox = await desk.inbox(conversation)
    assert {one.state for one in inbox} == {MessageState.ANSWERED}
    assert desk.engine.asked[0].message_id == inbox[-1].id
    assert inbox[-1].payload["joined"] == [str(one.id) for one in inbox[:2]]
    (reply,) = await desk.outbox(conversation)
    assert reply.in_reply_to == inbox[-1].id


async def test_nothing_more_comes_and_it_is_answered_as_it_is(desk, turns):
    conversation = await desk.write("my lamp")
    assert isinstance(await turns.handle(conversation), Again)
    await age(desk, WITHIN)
    assert await turns.handle(conversation) is None
    assert [turn.text for turn in desk.engine.asked] == ["my lamp"]


async def test_a_complete_question_is_answered_at_once(desk, turns):
    conversation = await desk.write("where is my parcel")
    assert await turns.handle(conversation) is None
    assert len(desk.engine.asked) == 1


async def test_what_came_later_is_a_turn_of_its_own(desk, turns):
    conversation = await desk.write("my lamp")
    await age(desk, WITHIN + 1)
    await desk.write("where is my parcel")
    await take_all(turns, conversation)
    assert [turn.text for turn in desk.engine.asked] == ["my lamp", "where is my parcel"]


async def test_a_button_behind_a_beginning_is_not_swallowed(desk, turns):
    conversation = await desk.write("my lamp")
    await desk.write("human", kind=EventKind.COMMAND)
    await take_all(turns, conversation)
    assert [(turn.text, turn.intent) for turn in desk.engine.asked] == [
        ("my lamp", None),
        (None, "want_human"),
    ]


async def test_nobody_is_kept_waiting_for_ever(desk, turns):
    conversation = await desk.write("my")
    for _ in range(20):
        await age(desk, 1.0)
        await desk.write("and my")
        if desk.engine.asked:
            break
        await turns.handle(conversation)
    assert desk.engine.asked


async def test_inside_a_form_a_word_is_an_answer(desk, turns):
    desk.engine.answers = [say("Which lamp?", loop="return_form")]
    conversation = await desk.write("I want to return a lamp.")
    await turns.handle(conversation)
    await desk.write("Alba lamp")
    assert await turns.handle(conversation) is None
    assert desk.engine.asked[-1].text == "Alba lamp"


async def test_a_failed_turn_is_repeated_with_the_same_words_and_id(desk, turns):
    desk.engine.answers = [EngineUnavailableError("down")]
    conversation = await desk.write("my lamp")
    await desk.write("is broken, what now?")
    await take_all(turns, conversation)
    first, second = desk.engine.asked
    assert (first.text, first.message_id) == (second.text, second.message_id)


async def test_given_up_together(desk, turns):
    desk.engine.answers = [EngineUnavailableError("down")] * 3
    conversation = await desk.write("my lamp")
    await desk.write("is broken, what now?")
    await take_all(turns, conversation)
    assert {one.state for one in await desk.inbox(conversation)} == {MessageState.DEAD}


async def test_danger_spread_over_messages_is_seen(desk, turns):
    conversation = await desk.write("my lawyer")
    await desk.write("will sue you")
    await take_all(turns, conversation)
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "legal"


async def test_two_takers_at_once_join_once(desk, turns):
    conversation = await desk.write("my lamp")
    await desk.write("is broken, what now?")
    await asyncio.gather(*(take_all(turns, conversation) for _ in range(5)))
    assert len(desk.engine.asked) == 1
    async with desk.database.session() as session:
        left = select(Message).where(
            Message.direction == Direction.IN, Message.state == MessageState.PENDING
        )
        assert (await session.execute(left)).all() == []
