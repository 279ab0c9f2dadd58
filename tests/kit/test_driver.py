"""The driver's own connection: pipelines are transactions, errors are SQLAlchemy's, none leaks."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

MAKE = "CREATE TABLE IF NOT EXISTS kept (word text NOT NULL)"


async def words(database) -> list[str]:
    async with database.session() as session:
        return list((await session.execute(text("SELECT word FROM kept"))).scalars())


@pytest.fixture
async def kept(database):
    async with database.driver() as connection:
        await connection.execute(MAKE)
    return database


async def test_a_pipeline_commits_as_one(kept):
    async with kept.driver() as connection:
        async with connection.pipeline():
            await connection.execute("INSERT INTO kept VALUES ('a')")
            await connection.execute("INSERT INTO kept VALUES ('b')")
        assert await words(kept) == ["a", "b"]


async def test_a_pipeline_that_fails_leaves_nothing_and_the_pool_is_sound(kept):
    async def insert_nothing():
        async with kept.driver() as connection, connection.pipeline():
            await connection.execute("INSERT INTO kept VALUES ('a')")
            await connection.execute("INSERT INTO kept VALUES (NULL)")

    with pytest.raises(DBAPIError):
        await insert_nothing()
    assert await words(kept) == []


async def test_each_statement_of_a_pipeline_sees_what_was_committed_before_it_began(kept):
    async with kept.driver() as holder, kept.driver() as waiter:
        await holder.execute("SELECT pg_advisory_lock(7)")
        async with waiter.pipeline():
            await waiter.execute("SELECT pg_advisory_xact_lock(7)")
            seen = await waiter.execute("SELECT word FROM kept")
            await holder.execute("INSERT INTO kept VALUES ('while it waited')")
            await holder.execute("SELECT pg_advisory_unlock(7)")
        assert await seen.fetchall() == [("while it waited",)]


async def test_a_connection_that_died_is_an_operational_error_and_does_not_come_back(kept):
    with pytest.raises(OperationalError):
        async with kept.driver() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await words(kept) == []


async def test_a_closed_connection_takes_its_locks_with_it(kept):
    async with kept.driver() as connection:
        await connection.execute("SELECT pg_advisory_lock(8)")
        await connection.close()
    with psycopg.connect(kept.url.replace("+psycopg", ""), autocommit=True) as other:
        row = other.execute("SELECT pg_try_advisory_lock(8)").fetchone()
    assert row == (True,)
