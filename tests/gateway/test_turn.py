"""Turns: in order, each once, silent while a person owns the conversation, never stuck."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from channels.base import Audience, EventKind
from crm.models import Author, Episode, MessageState, Owner
from gateway.dialogue import EngineRefusedError, EngineUnavailableError
from gateway.effects import MalformedEffectError
from gateway.phrasing import load_phrasebook
from gateway.workers import Again
from kit.clock import utc_now
from tests.fakes.dialogue import say

WORDS = load_phrasebook()


async def test_messages_are_answered_in_order(desk):
    for n in range(5):
        conversation = await desk.write(f"m{n}")
    await desk.turns.handle(conversation)
    assert [turn.text for turn in desk.engine.asked] == [f"m{n}" for n in range(5)]
    assert {m.state for m in await desk.inbox(conversation)} == {MessageState.ANSWERED}


async def test_ten_takers_at_once_answer_each_message_once(desk):
    for n in range(5):
        conversation = await desk.write(f"m{n}")
    while any(m.state is MessageState.PENDING for m in await desk.inbox(conversation)):
        await asyncio.gather(*(desk.turns.handle(conversation) for _ in range(10)))
    assert [turn.text for turn in desk.engine.asked] == [f"m{n}" for n in range(5)]
    assert len(await desk.outbox(conversation)) == 5


async def test_first_answer_says_that_an_assistant_speaks(desk):
    conversation = await desk.say("do you ship to Norway?")
    await desk.say("and to Spain?")
    first, second = await desk.outbox(conversation)
    assert first.body.startswith(WORDS.say("disclosure"))
    assert WORDS.say("disclosure") not in second.body


async def test_engine_down_is_retried_with_the_same_message_id(desk):
    desk.engine.answers = [EngineUnavailableError("down"), EngineUnavailableError("down")]
    conversation = await desk.write("hello")
    while (again := await desk.turns.handle(conversation)) is not None:
        await asyncio.sleep(again.delay)
    assert len(desk.engine.asked) == 3
    assert len({turn.message_id for turn in desk.engine.asked}) == 1
    assert len({turn.episode_id for turn in desk.engine.asked}) == 1
    (reply,) = await desk.outbox(conversation)
    assert reply.body.endswith("echo: hello")


async def test_a_postponed_message_is_not_overtaken(desk):
    desk.retry_base_s = 0.4
    desk.engine.answers = [EngineUnavailableError("down")]
    conversation = await desk.write("first")
    assert isinstance(await desk.turns.handle(conversation), Again)
    await desk.write("second")
    while (again := await desk.turns.handle(conversation)) is not None:
        await asyncio.sleep(again.delay)
    assert [turn.text for turn in desk.engine.asked] == ["first", "first", "second"]


async def test_after_the_retry_limit_a_person_takes_over_and_the_customer_knows(desk):
    desk.engine.answers = [EngineUnavailableError("down")] * 3
    conversation = await desk.write("hello")
    while (again := await desk.turns.handle(conversation)) is not None:
        await asyncio.sleep(again.delay)
    (message,) = await desk.inbox(conversation)
    assert message.state is MessageState.DEAD
    assert [m.body for m in await desk.outbox(conversation)] == [WORDS.say("given_up")]
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "bot_failed"
    assert (await desk.conversation(conversation)).owner is Owner.QUEUE


@pytest.mark.parametrize("broken", ["python", "sql"])
async def test_a_person_comes_even_when_the_brief_cannot_be_written(desk, monkeypatch, broken):
    async def fail(session, *_more):
        if broken == "sql":
            await session.execute(text("SELECT nonsense"))
        raise ZeroDivisionError

    monkeypatch.setattr("gateway.answer.build_brief", fail)
    desk.engine.answers = [EngineRefusedError("400")]
    conversation = await desk.say("hello")
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.brief == {"given_up": "no answer came"}
    assert (await desk.inbox(conversation))[0].state is MessageState.DEAD
    assert "".join(desk.channel.texts) == WORDS.say("given_up")


async def test_a_turn_the_engine_refuses_is_given_up_at_once(desk):
    desk.engine.answers = [EngineRefusedError("400")]
    conversation = await desk.say("hello")
    assert len(desk.engine.asked) == 1
    assert (await desk.inbox(conversation))[0].state is MessageState.DEAD


async def test_a_poisonous_message_blocks_nobody_for_ever(desk):
    bad = say("text", custom={"effects": [{"type": "launch_rockets"}]})
    desk.engine.answers = [bad] * 3
    conversation = await desk.write("poison")
    for _ in range(2):
        with pytest.raises(MalformedEffectError):
            await desk.turns.handle(conversation)
        await asyncio.sleep(0.05)
    with pytest.raises(MalformedEffectError):
        await desk.turns.handle(conversation)
    assert (await desk.inbox(conversation))[0].state is MessageState.DEAD
    assert len(await desk.handoffs(conversation)) == 1


async def test_effects_and_reply_commit_together(desk):
    effect = {"type": "open_handoff", "reason": "complaint", "brief": {"about": "a broken lamp"}}
    desk.engine.answers = [say("Noted.", intent="complain", custom={"effects": [effect]})]
    conversation = await desk.say("my lamp arrived broken")
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "complaint"
    assert handoff.brief["about"] == "a broken lamp"
    bodies = [m.body for m in await desk.outbox(conversation)]
    assert bodies[0].endswith("Noted.")
    assert "person from our team" in bodies[1]


async def test_two_failures_in_one_episode_bring_a_person(desk):
    failure = {"effects": [{"type": "note_failure", "kind": "no_answer"}]}
    desk.engine.answers = [say("I do not know.", custom=failure) for _ in range(2)]
    conversation = await desk.say("what is a quark?")
    assert await desk.handoffs(conversation) == []
    await desk.say("and a gluon?")
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "bot_failed"


async def test_risk_words_bypass_the_engine(desk):
    conversation = await desk.say("my lawyer will sue you")
    assert desk.engine.asked == []
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "legal"
    (message,) = await desk.inbox(conversation)
    assert message.signals[0]["name"] == "legal_threat"


async def test_while_a_person_owns_it_the_bot_is_silent(desk):
    conversation = await desk.say("my lawyer will sue you")
    replies = len(await desk.outbox(conversation))
    for words in ("hello?", "/human", "anybody there"):
        await desk.say(words)
    assert desk.engine.asked == []
    assert len(await desk.outbox(conversation)) == replies
    assert [m.state for m in await desk.inbox(conversation)][1:] == [MessageState.WITH_HUMAN] * 3


async def test_a_button_pressed_while_a_person_owns_it_shows_its_title(desk):
    desk.engine.answers = [say("Here.", buttons=[("That helped", "/helped")])]
    conversation = await desk.say("question")
    token = (await desk.outbox(conversation))[0].payload["buttons"][0]["token"]
    await desk.say("my lawyer will sue you")
    await desk.say(token, kind=EventKind.BUTTON)
    pressed = (await desk.inbox(conversation))[-1]
    assert pressed.state is MessageState.WITH_HUMAN
    assert pressed.payload["button"] == "That helped"


async def test_an_empty_reply_is_a_failure_not_silence(desk):
    desk.engine.answers = [say("")]
    conversation = await desk.say("hm")
    (reply,) = await desk.outbox(conversation)
    assert WORDS.say("no_good_answer") in reply.body


async def test_silence_of_an_hour_begins_a_new_episode(desk):
    conversation = await desk.say("hello")
    async with desk.database.session() as session:
        await session.execute(update(Episode).values(last_turn_at=utc_now() - timedelta(hours=2)))
        await session.commit()
    await desk.say("hello again")
    first, second = (turn.episode_id for turn in desk.engine.asked)
    assert first != second
    assert desk.engine.asked[1].slots["relationship_stage"] == "acquisition"
    assert len({m.episode_id for m in await desk.inbox(conversation)}) == 2


async def test_typed_slash_commands_reach_the_engine_as_words(desk):
    await desk.say('/track_order{"order_number": "LL-1"}')
    (turn,) = desk.engine.asked
    assert turn.intent is None
    assert turn.text == '/track_order{"order_number": "LL-1"}'


async def test_a_minted_button_becomes_its_intent_and_a_forged_one_nothing(desk):
    payload = '/helped{"article_id": "x", "version": 3}'
    desk.engine.answers = [say("Here.", buttons=[("That helped", payload)])]
    conversation = await desk.say("question")
    token = (await desk.outbox(conversation))[0].payload["buttons"][0]["token"]
    await desk.say(token, kind=EventKind.BUTTON)
    assert desk.engine.asked[-1].intent == "helped"
    assert desk.engine.asked[-1].entities == {"article_id": "x", "version": 3}
    await desk.say("forged", kind=EventKind.BUTTON)
    assert len(desk.engine.asked) == 2
    assert (await desk.outbox(conversation))[-1].body == WORDS.say("button_expired")


async def test_another_customers_button_is_worthless(desk):
    desk.engine.answers = [say("Here.", buttons=[("Yes", "/affirm")])]
    mine = await desk.say("question", account="ada")
    token = (await desk.outbox(mine))[0].payload["buttons"][0]["token"]
    theirs = await desk.say(token, account="bob", kind=EventKind.BUTTON)
    assert (await desk.outbox(theirs))[0].body == WORDS.say("button_expired")


@pytest.mark.parametrize("media", ["photo", "voice", "sticker", "something new"])
async def test_what_cannot_be_read_is_said_honestly(desk, media):
    conversation = await desk.say("", kind=EventKind.MEDIA, media=media)
    (reply,) = await desk.outbox(conversation)
    assert reply.author is Author.BOT
    assert "describe it in a few words" in reply.body
    assert desk.engine.asked == []


async def test_a_caption_is_read(desk):
    await desk.say("is this lamp still sold?", kind=EventKind.MEDIA, media="photo")
    assert desk.engine.asked[0].text == "is this lamp still sold?"


@pytest.mark.parametrize(
    ("command", "intent"), [("human", "want_human"), ("start", "greet"), ("stop", "stop_messages")]
)
async def test_commands_become_intents(desk, command, intent):
    await desk.say(command, kind=EventKind.COMMAND)
    assert desk.engine.asked[0].intent == intent


async def test_stop_in_a_form_ends_the_form(desk):
    desk.engine.answers.append(say("Which order is it?", loop="order_form"))
    await desk.say("where is my lamp?")
    await desk.say("stop", kind=EventKind.COMMAND)
    assert desk.engine.asked[-1].intent == "stop"


async def test_privacy_is_answered_without_the_engine(desk):
    conversation = await desk.say("privacy", kind=EventKind.COMMAND)
    assert [m.body for m in await desk.outbox(conversation)] == [WORDS.say("privacy")]
    assert desk.engine.asked == []


async def test_risk_words_behind_a_command_are_seen(desk):
    conversation = await desk.say("help", kind=EventKind.COMMAND, argument="my lawyer will sue you")
    (handoff,) = await desk.handoffs(conversation)
    assert handoff.reason == "legal"


@pytest.mark.parametrize("first", ["privacy", "help"])
async def test_what_the_gateway_answers_leaves_the_opening_to_the_engine(desk, first):
    conversation = await desk.say(first, kind=EventKind.COMMAND)
    await desk.say("do you ship to Norway?")
    assert "human_outcome" in desk.engine.asked[0].slots
    assert (await desk.outbox(conversation))[-1].body.startswith(WORDS.say("disclosure"))


async def test_in_a_group_nobody_is_served_in_public(desk):
    conversation = await desk.say("where is LL-10042", audience=Audience.PUBLIC)
    (said,) = await desk.outbox(conversation)
    assert "private" in said.body
    assert "10042" not in said.body
    assert desk.engine.asked == []
