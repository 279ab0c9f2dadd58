"""Events that arrive at once share transactions; nothing of it can be seen from outside."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text

from crm.inbox import name_log
from crm.models import Message
from gateway.intake import as_new_inbound
from gateway.recording import Recorder

PEOPLE = 12


@pytest.fixture
async def known(desk):
    """A dozen conversations that have begun."""
    return {f"p{n}": await desk.write("hello", account=f"p{n}") for n in range(PEOPLE)}


def event(desk, account: str, words: str, **more):
    return as_new_inbound(desk.event(words, account=account, **more))


async def bodies(desk, conversation_id: UUID) -> list[str]:
    return [message.body for message in await desk.inbox(conversation_id)]


async def test_a_burst_is_stored_once_each_and_in_order(desk, known):
    recorder = Recorder(desk.database)
    events = [event(desk, f"p{n % PEOPLE}", f"words {n}", key=f"burst-{n}") for n in range(120)]
    stored = await asyncio.gather(*(recorder.record(one) for one in (*events, *events[::3])))
    assert sum(one is not None and one.duplicate for one in stored) == len(events[::3])
    for account, conversation_id in known.items():
        number = int(account[1:])
        told = [f"words {n}" for n in range(120) if n % PEOPLE == number]
        assert sorted(await bodies(desk, conversation_id)) == sorted(["hello", *told])
    assert all(stored)


async def test_what_we_do_not_know_yet_is_said_to_be_unknown(desk, known):
    recorder = Recorder(desk.database)
    accounts = ["p1", "stranger", "p2", "other stranger"] * 4
    stored = await asyncio.gather(
        *(recorder.record(event(desk, one, "hi", key=f"u{n}")) for n, one in enumerate(accounts))
    )
    assert [one is None for one in stored] == [account not in known for account in accounts]


async def test_one_log_that_is_being_written_to_holds_up_nobody_else(desk, known):
    recorder = Recorder(desk.database)
    busy = name_log("fake", "chat-p0")
    async with desk.database.session() as session:
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:log, 1))")
        await session.execute(lock, {"log": busy})
        waiting = [
            asyncio.create_task(recorder.record(event(desk, "p0", f"w{n}", key=f"w{n}")))
            for n in range(4)
        ]
        others = [event(desk, f"p{n % 11 + 1}", "x", key=f"x{n}") for n in range(40)]
        stored = await asyncio.wait_for(
            asyncio.gather(*(recorder.record(one) for one in others)), 20
        )
        assert all(stored)
        assert not any(one.done() for one in waiting)
    assert all(await asyncio.gather(*waiting))
    assert sorted(await bodies(desk, known["p0"])) == ["hello", "w0", "w1", "w2", "w3"]


async def test_one_that_cannot_be_stored_takes_nobody_along(desk, known):
    recorder = Recorder(desk.database)
    events = [event(desk, f"p{n % PEOPLE}", "fine", key=f"f{n}") for n in range(20)]
    bad = replace(event(desk, "p3", "", key="bad"), body="null \x00 byte")
    answers = await asyncio.gather(
        *(recorder.record(one) for one in (*events[:10], bad, *events[10:])),
        return_exceptions=True,
    )
    failed = [one for one in answers if isinstance(one, Exception)]
    assert len(failed) == 1
    async with desk.database.session() as session:
        found = select(Message).where(Message.event_key.like("f%"))
        assert len((await session.execute(found)).scalars().all()) == 20


async def test_who_does_not_wait_any_longer_disturbs_nobody(desk, known):
    recorder = Recorder(desk.database)
    tasks = [
        asyncio.create_task(recorder.record(event(desk, f"p{n % PEOPLE}", "x", key=f"c{n}")))
        for n in range(30)
    ]
    await asyncio.sleep(0)
    for task in tasks[5::2]:
        task.cancel()
    rest = [one for n, one in enumerate(tasks) if n < 5 or (n - 5) % 2]
    assert all(await asyncio.gather(*rest))
    await asyncio.gather(*recorder._tasks)
