"""Two requests in one message, and the one request inside a rant."""

import asyncio

import pytest

from crm.models import Owner
from gateway.clauses import Reading, choose_requests, split_clauses
from gateway.dialogue import EngineUnavailableError
from gateway.workers import Again
from tests.fakes.dialogue import say

TWO = "where is my parcel LL-10042? and also how do I clean a linen shade"
FIRST, SECOND = "where is my parcel LL-10042?", "how do I clean a linen shade"


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("where is my parcel", ["where is my parcel"]),
        (TWO, [FIRST, SECOND]),
        ("cancel my order btw is the shop open", ["cancel my order", "is the shop open"]),
        ("return it and where is my refund", ["return it", "where is my refund"]),
        ("wo ist mein paket und wie lange gilt die garantie",
         ["wo ist mein paket", "wie lange gilt die garantie"]),
        ("Lampe kaputt. Außerdem fehlt was", ["Lampe kaputt.", "fehlt was"]),
        ("Hi! Where is it", ["Hi! Where is it"]),
        ("salt and pepper mill", ["salt and pepper mill"]),
        ("delivered on 3.5. by post", ["delivered on 3.5.", "by post"]),
        ("", []),
        ("...", ["..."]),
    ],
)  # fmt: skip
def test_a_message_is_split_where_thoughts_end(text, clauses):
    expected = [" ".join(one.split()) for one in clauses]
    found = [clause.text for clause in split_clauses(text)]
    if text.startswith("Hi!"):
        assert found in (["Hi!", "Where is it"], ["Hi! Where is it"])
    else:
        assert found == expected


def choose(text, whole, *intents, orders=()):
    clauses = split_clauses(text)
    return choose_requests(text, Reading(whole, orders), clauses, [Reading(one) for one in intents])


def test_two_sure_requests_are_taken_one_after_the_other():
    chosen = choose(TWO, "track_order", "track_order", "ask_question")
    assert (chosen.now, chosen.later) == (FIRST, SECOND)


def test_the_order_number_goes_with_both():
    text = "LL-10042: where is it? and also how do I change the address"
    chosen = choose_requests(
        text,
        Reading("track_order", ("LL-10042",)),
        split_clauses(text),
        [Reading("track_order"), Reading("get_invoice")],
    )
    assert chosen.later == "how do I change the address LL-10042"


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("It arrived broken. I want to send it back", ("report_damage", "return_item")),
        ("Where is it? When does it come?", ("track_order", "track_order")),
        ("Where is it? I want a person", ("track_order", "want_human")),
        ("Where is it? Nobody answers the phone", ("track_order", "ask_question")),
        ("Where is it? thanks a lot", ("track_order", "thank")),
        ("Where is it? something odd", ("track_order", "nlu_close_call")),
    ],
)
def test_one_matter_stays_one_request(text, intents):
    chosen = choose(text, "track_order", *intents)
    assert (chosen.now, chosen.later) == (text, None)


def test_by_the_way_begins_another_question():
    text = "how can i pay btw how long does delivery take"
    chosen = choose(text, "ask_question", "ask_question", "ask_question")
    assert chosen.later == "how long does delivery take"
    text = "How can I pay? How long does delivery take?"
    assert choose(text, "ask_question", "ask_question", "ask_question").later is None


def test_in_a_rant_the_one_sure_clause_decides():
    rant = "What a week. I have called three times. Nobody cares. Where is my refund? Honestly."
    intents = ("nlu_fallback", "nlu_fallback", "complain", "refund_status", "nlu_fallback")
    chosen = choose(rant, "nlu_fallback", *intents[: len(split_clauses(rant))])
    assert chosen.now == "Where is my refund? Honestly."
    assert choose(rant, "refund_status", *intents[: len(split_clauses(rant))]).now == rant


async def test_the_second_request_is_answered_after_the_first_in_the_same_turn(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    conversation = await desk.say(TWO)
    assert [turn.text for turn in desk.engine.asked] == [FIRST, SECOND]
    first, second = desk.engine.asked
    assert first.message_id != second.message_id
    bodies = [message.body for message in await desk.outbox(conversation)]
    assert bodies[0].endswith(f"echo: {FIRST}")
    assert bodies[1] == f"You also wrote: “{SECOND}”\n\necho: {SECOND}"
    (message,) = await desk.inbox(conversation)
    assert message.body == TWO


async def test_the_second_request_waits_until_the_form_of_the_first_is_done(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    desk.engine.answers = [say("Which e-mail?", loop="track_order_form"), say("It is on its way.")]
    conversation = await desk.say(TWO)
    assert [turn.text for turn in desk.engine.asked] == [FIRST]
    await desk.say("ada@example.org. thanks a lot")
    assert [turn.text for turn in desk.engine.asked] == [
        FIRST,
        "ada@example.org. thanks a lot",
        SECOND,
    ]
    assert len(desk.engine.parsed) == 1, "nothing is taken apart inside a form"
    assert "You also wrote" in (await desk.outbox(conversation))[-1].body
    await desk.say("ok")
    assert desk.engine.asked[-1].text == "ok"


async def test_a_retried_turn_asks_the_same_with_the_same_ids(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    bad = say("x", custom={"effects": [{"type": "launch_rockets"}]})
    desk.engine.answers = [say("On its way."), bad]
    conversation = await desk.write(TWO)
    with pytest.raises(ValueError, match=r".*"):
        await desk.turns.handle(conversation)
    await settle(desk, conversation)
    ids = [turn.message_id for turn in desk.engine.asked]
    assert ids[:2] == ids[2:4]


async def test_a_person_takes_both_requests(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    effect = {"type": "open_handoff", "reason": "human_wanted", "brief": {}}
    desk.engine.answers = [say("", custom={"effects": [effect]})]
    conversation = await desk.say(TWO)
    assert [turn.text for turn in desk.engine.asked] == [FIRST]
    assert (await desk.conversation(conversation)).owner is Owner.QUEUE


async def test_a_single_request_is_not_parsed_first(desk):
    await desk.say("where is my parcel LL-10042?")
    assert desk.engine.parsed == []


async def settle(desk, conversation):
    while (again := await desk.turns.handle(conversation)) is not None:
        await asyncio.sleep(again.delay)
    return [message.body for message in await desk.outbox(conversation)]


async def test_an_engine_that_fails_at_the_second_request_leaves_nothing_half_said(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    desk.retry_base_s = 0.4
    way, failure = say("On its way."), EngineUnavailableError("down")
    desk.engine.answers = [way, failure, way, say("Like this.")]
    conversation = await desk.write(TWO)
    assert isinstance(await desk.turns.handle(conversation), Again)
    assert await desk.outbox(conversation) == []
    first, second = await settle(desk, conversation)
    assert first.startswith("I am Wick")
    assert first.endswith("On its way.")
    assert second.endswith("Like this.")
    ids = [turn.message_id for turn in desk.engine.asked]
    assert ids[:2] == ids[2:4]
    assert len({turn.episode_id for turn in desk.engine.asked}) == 1


async def test_a_waiting_request_survives_an_engine_that_fails_at_it(desk):
    desk.engine.meanings = {TWO: "track_order", FIRST: "track_order", SECOND: "ask_question"}
    done, failure = say("It is on its way."), EngineUnavailableError("down")
    form = say("Which e-mail?", loop="track_order_form")
    desk.engine.answers = [form, done, failure, done, say("Like this.")]
    conversation = await desk.say(TWO)
    await desk.write("ada@example.org")
    *_, last_but_one, last = await settle(desk, conversation)
    assert last_but_one.endswith("It is on its way.")
    assert last == f"You also wrote: “{SECOND}”\n\nLike this."
