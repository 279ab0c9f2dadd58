"""In public: one kind sentence, a link for the author alone, then silence unless it gets worse."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.base import EventKind, RetryLaterError
from crm.models import Owner
from crm.threads.checks import find_fault
from crm.threads.models import CaseState, PublicCase
from crm.threads.personal import find_personal
from kit.clock import utc_now

ANGRY = "This is an absolute disgrace, you are a bunch of liars and thieves!!!"


async def let_a_day_pass(square):
    async with square.desk.database.session() as session:
        before = utc_now() - timedelta(hours=25)
        await session.execute(update(PublicCase).values(acknowledged_at=before, told_at=before))
        await session.commit()


async def test_the_author_is_acknowledged_in_one_sentence_and_led_on(square):
    conversation = await square.post("my lamp arrived broken")
    (said,) = square.channel.messages
    assert said.address == "square#ada"
    assert said.reply_to == "7"
    assert said.text.count(".") == 1
    assert "\n" not in said.text
    assert [label for label, _ in said.links] == ["Go on in private"]
    assert said.buttons == ()
    assert square.desk.engine.asked == []
    (case,) = await square.cases()
    assert (case.conversation_id, case.place, case.state) == (
        conversation,
        "square",
        CaseState.OPEN,
    )


async def test_the_token_is_not_kept(square):
    conversation = await square.post("my lamp arrived broken")
    (token,) = await square.tokens(conversation)
    async with square.desk.database.driver() as connection:
        rows = await connection.execute("SELECT digest FROM private_links")
        assert [token in row[0] for row in await rows.fetchall()] == [False]
    assert token.startswith("p_")
    assert len(token) <= 64


async def test_further_messages_on_the_same_day_are_met_with_silence(square):
    conversation = await square.post("my lamp arrived broken")
    for text in ("hello?", "anybody there?", "my lamp arrived broken"):
        await square.post(text)
    assert len(await square.said(conversation)) == 1
    states = {message.state for message in await square.desk.inbox(conversation)}
    assert states == {"answered"}


async def test_it_is_acknowledged_once_more_on_another_day_in_other_words(square):
    conversation = await square.post("my lamp arrived broken")
    await let_a_day_pass(square)
    await square.post("still nothing")
    first, second = await square.said(conversation)
    assert first != second
    assert len(await square.cases()) == 1


async def test_when_the_risk_rises_a_person_is_named_once(square):
    conversation = await square.post("my lamp arrived broken")
    await square.post("I will post this on every review site and call my lawyer to sue you")
    await square.post("my lawyer will sue you")
    said = await square.said(conversation)
    assert len(said) == 2
    assert "team" in said[1]
    (handoff,) = await square.desk.handoffs(conversation)
    assert handoff.reason == "legal"


async def test_anger_in_public_is_a_risk_by_itself(square):
    conversation = await square.post(ANGRY)
    (handoff,) = await square.desk.handoffs(conversation)
    assert "reputation" in {signal["reason"] for signal in handoff.signals}
    (said,) = await square.said(conversation)
    assert "!" not in said
    assert "good" not in said.lower()
    assert (await square.desk.conversation(conversation)).owner is Owner.QUEUE


async def test_nobody_in_a_place_reads_the_same_sentence_twice(square):
    accounts = [f"guest{number}" for number in range(24)]
    for account in accounts:
        await square.post("my lamp arrived broken", account=account)
    texts = [message.text for message in square.channel.messages]
    assert len(set(texts)) == len(accounts)


async def test_each_author_has_a_case_of_their_own(square):
    ada = await square.post("my lamp arrived broken")
    bob = await square.post("and my lamp too", account="bob")
    assert ada != bob
    assert len(await square.cases()) == 2
    assert await square.tokens(ada) != await square.tokens(bob)


async def test_who_writes_german_is_answered_in_german(square):
    await square.post("Meine Lampe ist kaputt angekommen und niemand antwortet mir")
    (said,) = square.channel.messages
    assert [label for label, _ in said.links] == ["Privat weitersprechen"]


async def test_personal_data_is_told_kindly_and_not_repeated(square):
    conversation = await square.post("where is LL-10042? write to ada@example.org")
    await square.post("or call 0170 1234567")
    (said,) = await square.said(conversation)
    assert "delete" in said.lower()
    assert find_personal(said) == ()
    assert find_fault(said) is None


async def test_personal_data_in_a_later_message_is_told_without_another_acknowledgement(square):
    conversation = await square.post("my lamp arrived broken")
    await square.post("my address is 12 Candle Street")
    _, notice = await square.said(conversation)
    assert "delete" in notice.lower()
    assert len(await square.tokens(conversation)) == 1


async def test_personal_data_is_told_though_a_person_has_the_conversation(square):
    conversation = await square.post("my lawyer will sue you")
    await square.post("my number is 0170 1234567")
    said = await square.desk.outbox(conversation)
    assert [message.author for message in said] == ["bot", "system"]
    assert "delete" in said[1].body.lower()


async def test_without_a_link_the_author_is_asked_to_write_in_private(square):
    square.channel.linked = False
    await square.post("my lamp arrived broken")
    (said,) = square.channel.messages
    assert said.links == ()
    assert "private" in said.text


async def test_a_press_in_public_is_nobodys(square):
    conversation = await square.post("forged-token", kind=EventKind.BUTTON)
    assert await square.said(conversation) == []
    (message,) = await square.desk.inbox(conversation)
    assert message.state == "answered"


@pytest.mark.parametrize("command", ["help", "privacy", "start", "human", "stop"])
async def test_commands_are_led_to_private_too(square, command):
    conversation = await square.post(command, kind=EventKind.COMMAND)
    assert len(await square.said(conversation)) == 1
    assert square.desk.engine.asked == []


async def test_what_follows_a_command_is_taken_along(square):
    square.channel.private["ada"] = "chat-ada"
    await square.post("human", kind=EventKind.COMMAND, argument="my lamp arrived broken")
    assert "my lamp arrived broken" in (await square.said(await square.private()))[0]


async def test_a_picture_without_words_is_acknowledged(square):
    conversation = await square.post("", kind=EventKind.MEDIA, media="photo")
    assert len(await square.said(conversation)) == 1


async def test_who_can_be_written_to_finds_the_answer_in_private(square):
    square.channel.private["ada"] = "chat-ada"
    conversation = await square.post("my lamp arrived broken")
    (said,) = await square.said(conversation)
    assert "private" in said
    private = await square.said(await square.private())
    assert "my lamp arrived broken" in private[0]
    assert private[1] == "echo: my lamp arrived broken"
    (case,) = await square.cases()
    assert case.state is CaseState.CONTINUED


async def test_who_is_written_to_is_told_of_personal_data_there(square):
    square.channel.private["ada"] = "chat-ada"
    square.channel.linked = False
    conversation = await square.post("where is LL-10042")
    (said,) = await square.said(conversation)
    assert "delete" not in said.lower()
    assert "delete" in (await square.said(await square.private()))[0].lower()


async def test_what_is_added_in_public_is_answered_where_nobody_reads_along(square):
    square.channel.private["ada"] = "chat-ada"
    conversation = await square.post("my lamp arrived broken")
    await square.post("and do you have it in blue?")
    assert len(await square.said(conversation)) == 1
    assert (await square.said(await square.private()))[-1] == "echo: and do you have it in blue?"


async def test_a_platform_that_cannot_be_asked_leaves_the_link(square):
    square.channel.private["ada"] = RetryLaterError("away")
    conversation = await square.post("my lamp arrived broken")
    assert len(await square.tokens(conversation)) == 1
