"""Notifications: sent once, on commit only, heard by every process and by ourselves at once."""

import asyncio
import contextlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from kit.database import Database, as_async_url, as_libpq_url, notify
from kit.listener import Listener


@pytest.fixture
async def heard(database):
    """What this process and another one hear, as two lists."""
    elsewhere = Database(database.url, pool_size=2)
    here: list[str] = []
    there: list[str] = []
    ours, theirs = Listener(database.url, database=database), Listener(database.url)
    ours.subscribe("turn", here.append)
    theirs.subscribe("turn", there.append)
    await ours.start()
    await theirs.start()
    yield here, there
    await ours.stop()
    await theirs.stop()
    await elsewhere.close()


async def settle():
    await asyncio.sleep(0.3)


async def test_a_commit_is_heard_once_here_and_once_elsewhere(database, heard):
    async with database.session() as session:
        for _ in range(3):
            await notify(session, "turn", "a")
        await session.commit()
    await settle()
    assert heard == (["a"], ["a"])


async def test_what_was_rolled_back_is_never_heard(database, heard):
    async with database.session() as session:
        await notify(session, "turn", "a")
        await session.execute(text("SELECT 1"))
        await session.rollback()
        await session.commit()
    async with database.session() as session:
        await notify(session, "turn", "never committed")
    await settle()
    assert heard == ([], [])


async def test_a_savepoint_neither_sends_nor_forgets_what_the_transaction_tells(database):
    told: list[str] = []
    database.on_note = lambda _topic, key: told.append(key)
    async with database.session() as session:
        await notify(session, "turn", "a")
        async with session.begin_nested():
            await session.execute(text("SELECT 1"))
        with contextlib.suppress(ProgrammingError):
            async with session.begin_nested():
                await session.execute(text("SELECT nonsense"))
        assert told == []
        await session.commit()
    assert told == ["a"]


async def test_our_own_commit_is_heard_without_postgresql(database):
    here: list[str] = []
    listener = Listener(database.url, database=database)
    listener.subscribe("turn", here.append)
    database.on_note = listener._tell  # as start() does, but without a connection
    async with database.session() as session:
        await notify(session, "turn", "a")
        await session.commit()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert here == ["a"]


async def test_a_listener_that_lost_its_connection_comes_back_and_says_so(database):
    again: list[str] = []
    listener = Listener(database.url)
    listener.subscribe("reconnected", again.append)
    await listener.start()
    async with database.session() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        )
    for _ in range(50):
        if len(again) == 2:
            break
        await asyncio.sleep(0.1)
    await listener.stop()
    assert again == ["", ""]


async def test_one_failing_subscriber_does_not_silence_the_next(database):
    heard: list[str] = []

    def fail(_key: str) -> None:
        raise RuntimeError

    listener = Listener(database.url)
    listener.subscribe("turn", fail)
    listener.subscribe("turn", heard.append)
    await listener.start()
    async with database.session() as session:
        await notify(session, "turn", "a")
        await session.commit()
    await settle()
    await listener.stop()
    assert heard == ["a"]


def test_urls_of_any_postgresql_driver_are_understood():
    assert as_async_url("postgres://h/n") == "postgresql+psycopg://h/n"
    assert as_libpq_url("postgresql+psycopg://h/n") == "postgresql://h/n"
    with pytest.raises(ValueError, match="postgresql://"):
        as_async_url("sqlite:///file.db")
