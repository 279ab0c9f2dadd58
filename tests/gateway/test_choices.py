"""A typed number or title is a press of the newest reply's button, and of nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.base import EventKind
from crm.models import Author, Button, Message, MessageState
from crm.queries import lock_conversation
from crm.schemas import NewOutbound
from crm.service import append_outbound
from gateway.choices import read_choice
from kit.clock import utc_now
from tests.fakes.dialogue import say

TITLES = ("Track my order", "Talk to a person", "No, thanks")


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("1", 0),
        (" 2. ", 1),
        ("3)", 2),
        ("two", 1),
        ("Zwei", 1),
        ("Nr. 3", 2),
        ("option 2", 1),
        ("talk to a PERSON", 1),
        ("Talk  to a person!", 1),
        ("no, thanks", 2),
        ("0", None),
        ("4", None),
        ("02", 1),
        ("10042", None),
        ("2 lamps", None),
        ("1 2", None),
        ("12.5", None),
        ("-1", None),
        ("²", None),
        ("person", None),
        ("", None),
        ("zweihundert", None),
        ("I want number 2", None),
    ],
)
def test_numbers_and_titles_are_read(typed, index):
    assert read_choice(typed, TITLES) == index


def test_titles_that_are_numbers_leave_no_place_for_places():
    scores = ("5", "4", "3", "2", "1")
    assert read_choice("5", scores) == 0
    assert read_choice("two", scores) is None
    assert read_choice("2", ("7 days", "14 days", "21 days")) is None


def test_where_a_number_is_an_answer_only_titles_are_choices():
    assert read_choice("2", TITLES, numbers=False) is None
    assert read_choice("talk to a person", TITLES, numbers=False) == 1


CHOICES = (("Track my order", "/track_order"), ("Talk it over", '/pick_option{"option": "b"}'))


async def offer(desk, *, buttons=CHOICES, loop=None):
    desk.engine.answers.append(say("What shall it be?", buttons=buttons, loop=loop))
    return await desk.say("hello")


async def test_a_typed_number_reaches_the_engine_as_the_button_would(desk):
    conversation = await offer(desk)
    await desk.say("2")
    assert desk.engine.asked[-1].intent == "pick_option"
    assert desk.engine.asked[-1].entities == {"option": "b"}
    typed = (await desk.inbox(conversation))[-1]
    [offering, _] = await desk.outbox(conversation)
    assert (typed.kind, typed.body) == (EventKind.TEXT, "2")
    assert typed.payload["chose"] == "Talk it over"
    assert typed.payload["button_of"] == str(offering.id)


async def test_a_typed_title_does_too(desk):
    await offer(desk)
    await desk.say("track my ORDER")
    assert desk.engine.asked[-1].intent == "track_order"


@pytest.mark.parametrize("typed", ["2 of them broke", "10042", "the second", "no"])
async def test_anything_else_is_words(desk, typed):
    await offer(desk)
    await desk.say(typed)
    assert (desk.engine.asked[-1].intent, desk.engine.asked[-1].text) == (None, typed)


async def test_a_later_reply_takes_the_choices_back(desk):
    await offer(desk)
    await desk.say("something else")
    await desk.say("2")
    assert desk.engine.asked[-1].text == "2"


async def test_a_number_typed_before_the_choices_were_shown_is_words(desk):
    desk.engine.answers.append(say("What shall it be?", buttons=CHOICES))
    conversation = await desk.write("hello")
    await desk.write("2")
    await desk.turns.handle(conversation)
    assert [turn.text for turn in desk.engine.asked] == ["hello", "2"]


async def test_expired_choices_are_none(desk):
    await offer(desk)
    async with desk.database.session() as session:
        await session.execute(update(Button).values(expires_at=utc_now() - timedelta(seconds=1)))
        await session.commit()
    await desk.say("2")
    assert desk.engine.asked[-1].text == "2"


async def test_choices_the_customer_never_saw_are_none(desk):
    conversation = await offer(desk)
    async with desk.database.session() as session:
        await session.execute(
            update(Message).where(Message.direction == "out").values(state=MessageState.DISCARDED)
        )
        await session.commit()
    await desk.say("2")
    assert desk.engine.asked[-1].text == "2"
    assert conversation


async def test_after_an_agent_has_spoken_nothing_is_a_choice(desk):
    conversation = await offer(desk)
    async with desk.database.session() as session:
        leased = await lock_conversation(session, conversation)
        await append_outbound(session, leased, None, NewOutbound(Author.AGENT, "1 or 2 lamps?"))
        await session.commit()
    await desk.say("2")
    assert desk.engine.asked[-1].text == "2"


async def test_in_a_form_several_buttons_can_be_chosen_by_number(desk):
    await offer(desk, loop="return_form")
    await desk.say("2")
    assert desk.engine.asked[-1].intent == "pick_option"


@pytest.mark.parametrize(
    ("loop", "buttons"),
    [("rating_form", CHOICES), ("track_order_form", (("Talk to a person", "/want_human"),))],
)
async def test_a_form_that_asks_for_a_number_gets_it(desk, loop, buttons):
    await offer(desk, buttons=buttons, loop=loop)
    await desk.say("1")
    assert desk.engine.asked[-1].text == "1"


async def test_another_customers_choices_are_not_offered(desk):
    await offer(desk)
    await desk.say("2", account="eve")
    assert desk.engine.asked[-1].text == "2"
