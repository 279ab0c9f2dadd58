"""The database that tests share is the one its template made, whatever a test did to it."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from tests.databases import ReusedDatabase


@pytest.fixture(scope="module")
def reused(postgres_url: str, migrated_template: str) -> Iterator[ReusedDatabase]:
    made = ReusedDatabase(postgres_url, migrated_template)
    yield made
    made.drop()


def _do(url: str, *statements: str) -> Sequence[object]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = [connection.execute(statement.encode()) for statement in statements][-1]
        return found.fetchall() if found.description else []


ADD = """
    INSERT INTO customers (id, locale, stage, created_at)
    VALUES (gen_random_uuid(), 'en', 'retention', now())
"""
COUNT = "SELECT count(*) FROM customers"


def test_the_next_one_finds_no_rows_and_numbers_from_the_beginning(reused: ReusedDatabase):
    number = "SELECT nextval(pg_get_serial_sequence('messages', 'seq'))"
    with reused.lend() as first:
        _do(first, ADD)
        begun = _do(first, number)
        _do(first, number)
    with reused.lend() as second:
        assert second == first
        assert _do(second, COUNT) == [(0,)]
        assert _do(second, number) == begun


def test_what_stays_connected_is_cut_off(reused: ReusedDatabase):
    with reused.lend() as url:
        left = psycopg.connect(url)
        left.execute("SELECT pg_advisory_lock(1)")
        left.execute("LOCK TABLE customers")
    with reused.lend() as url:
        assert _do(url, "SELECT pg_try_advisory_lock(1)") == [(True,)]
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE customers ADD COLUMN shoe_size integer",
        "ALTER TABLE customers DROP COLUMN locale CASCADE",
        "CREATE TABLE surprises (one integer)",
        "ALTER TABLE messages DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = 'other'",
    ],
)
def test_a_changed_schema_is_thrown_away(reused: ReusedDatabase, change: str):
    with reused.lend() as first:
        _do(first, change)
    with reused.lend() as second:
        assert second != first
        assert _do(second, ADD, COUNT) == [(1,)]
