"""Intake stores every event once, in order, and refuses politely when too much waits."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from channels.base import BusyError, EventKind
from crm.models import Conversation, Customer, Identity, Message, MessageState
from gateway.intake import Intake


async def count_rows(database, model) -> int:
    async with database.session() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def test_one_event_a_hundred_times_at_once_is_one_message(desk):
    await asyncio.gather(*(desk.write("hello", key="same") for _ in range(100)))
    assert await count_rows(desk.database, Message) == 1


async def test_first_messages_at_once_make_one_customer(desk):
    await asyncio.gather(*(desk.write(f"m{n}") for n in range(20)))
    counts = [await count_rows(desk.database, model) for model in (Customer, Identity)]
    assert [*counts, await count_rows(desk.database, Conversation)] == [1, 1, 1]
    assert await count_rows(desk.database, Message) == 20


async def test_null_bytes_and_lone_surrogates_are_stored_without_harm(desk):
    conversation = await desk.write("a\x00b \ud83d c", account="a\x00da")
    (message,) = await desk.inbox(conversation)
    assert message.body == "ab ? c"


async def test_a_million_characters_are_stored_whole(desk):
    text = "word " * 200_000
    conversation = await desk.write(text)
    (message,) = await desk.inbox(conversation)
    assert message.body == text


async def test_when_the_platform_says_it_was_written_is_kept_with_the_message(desk):
    written_at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    first = await desk.write("hello", sent_at=written_at)  # begins the conversation
    await desk.write("again", sent_at=written_at + timedelta(seconds=1))
    kept = [message.payload["sent_at"] for message in await desk.inbox(first)]
    assert kept == ["2026-11-23T10:00:00+00:00", "2026-11-23T10:00:01+00:00"]


async def test_edit_of_a_waiting_message_is_answered_in_its_new_words(desk):
    conversation = await desk.write("where is LL-1", key="m1")
    await desk.write("where is LL-10042", kind=EventKind.EDIT, key="e1", edits="m1")
    await desk.turns.handle(conversation)
    assert [turn.text for turn in desk.engine.asked] == ["where is LL-10042"]
    (message,) = await desk.inbox(conversation)
    assert message.payload["earlier"] == ["where is LL-1"]
    assert message.edited_at is not None


async def test_edit_of_an_answered_message_is_not_answered_again(desk):
    conversation = await desk.say("hello", key="m1")
    await desk.write("hello there", kind=EventKind.EDIT, key="e1", edits="m1")
    await desk.turns.handle(conversation)
    assert len(desk.engine.asked) == 1
    (message,) = await desk.inbox(conversation)
    assert message.state is MessageState.ANSWERED


async def test_edit_of_something_never_seen_is_a_new_message(desk):
    conversation = await desk.say("hello again", kind=EventKind.EDIT, key="e1", edits="unseen")
    assert [message.body for message in await desk.inbox(conversation)] == ["hello again"]
    assert len(desk.engine.asked) == 1


async def test_past_the_backlog_bound_nothing_is_stored(desk):
    for n in range(4):
        await desk.write(f"m{n}")
    desk.intake = Intake(desk.database, max_backlog=3)
    with pytest.raises(BusyError) as refused:
        await desk.write("one too many")
    assert refused.value.retry_after > 0
    assert await count_rows(desk.database, Message) == 4


async def test_a_repeated_event_does_not_wait_for_the_turn_at_work_on_it(desk):
    conversation = await desk.write("hello", key="same")

    async def repeat(_turn):
        # The turn has changed the message's row by now and will want the log's lock next.
        assert await asyncio.wait_for(desk.write("hello", key="same"), 2) == conversation

    desk.engine.before_answer = repeat
    await desk.turns.handle(conversation)
    assert len(await desk.outbox(conversation)) == 1


async def test_an_older_edit_that_comes_again_changes_nothing(desk):
    conversation = await desk.write("a", key="m1")
    for key, words in (("e1", "b"), ("e2", "c"), ("e1", "b")):
        await desk.write(words, kind=EventKind.EDIT, key=key, edits="m1")
    (message,) = await desk.inbox(conversation)
    assert (message.body, message.payload["earlier"]) == ("c", ["a", "b"])


async def test_an_edit_while_its_message_has_its_turn_is_kept(desk):
    conversation = await desk.write("a", key="m1")

    edits: list[asyncio.Task] = []

    async def edit(_turn):
        edits.append(
            asyncio.create_task(desk.write("b", kind=EventKind.EDIT, key="e1", edits="m1"))
        )
        await asyncio.sleep(0.05)

    desk.engine.before_answer = edit
    await desk.turns.handle(conversation)
    await asyncio.gather(*edits)
    (message,) = await desk.inbox(conversation)
    assert (message.body, message.payload["earlier"]) == ("b", ["a"])
    assert message.state is MessageState.ANSWERED


async def test_a_message_of_somebody_known_wakes_the_turn_workers_once(desk):
    await desk.write("first")
    heard: list[str] = []
    desk.database.on_note = lambda topic, key: heard.append(f"{topic}:{key}")
    conversation = await desk.write("second", key="same")
    await desk.write("second", key="same")
    assert heard == [f"turn:{conversation}"]


async def test_a_known_account_in_another_chat_opens_a_conversation_of_the_same_customer(desk):
    first = await desk.write("hello")
    second = await desk.write("hello", address="group-1")
    assert first != second
    assert await count_rows(desk.database, Customer) == 1
    assert await count_rows(desk.database, Conversation) == 2


async def test_a_customer_who_writes_again_is_reachable_again(desk):
    conversation = await desk.write("hello")
    async with desk.database.session() as session:
        await session.execute(update(Identity).values(reachable=False))
        await session.commit()
    assert await desk.write("back") == conversation
    async with desk.database.session() as session:
        assert (await session.execute(select(Identity.reachable))).scalar_one()
