"""Makes test databases: one template by migrating, copies of it, and one copy cleaned for reuse."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from kit.database import as_libpq_url

# Each of several runs at once on one server has its own.
TEMPLATE = f"carehouse_template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
# Nothing a test writes has to outlive the machine.
_CARELESS = ("fsync", "synchronous_commit", "full_page_writes")

_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND n.nspname !~ '^(pg_|information_schema)'
    ORDER BY 1, 2
"""
# What a schema is made of, whichever rows are in it; a TRUNCATE changes none of these numbers.
_SHAPE = """
    WITH ours AS (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema)'
    )
    SELECT (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM ours),
        (SELECT string_agg(attrelid || ':' || attnum || ':' || attname || ':' || atttypid || ':'
            || attnotnull, ',' ORDER BY attrelid, attnum)
            FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours)),
        (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_constraint
            WHERE conrelid IN (SELECT oid FROM ours)),
        (SELECT string_agg(oid::text || tgenabled::text, ',' ORDER BY oid) FROM pg_trigger
            WHERE tgrelid IN (SELECT oid FROM ours)),
        (SELECT string_agg(p.oid::text || md5(prosrc), ',' ORDER BY p.oid) FROM pg_proc p
            JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname !~ '^(pg_|information_schema)')
"""
_SEND_AWAY = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""
_REWIND = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


def with_database(url: str, name: str) -> str:
    """Return the URL with another database name."""
    parts = urlsplit(as_libpq_url(url))
    return urlunsplit(parts._replace(path=f"/{name}"))


def be_careless(server_url: str) -> None:
    """Have the server write without waiting for the disk."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        for setting in _CARELESS:
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


def make_template(server_url: str) -> None:
    """Create the template database and migrate it to the newest schema."""
    from gateway.migrate import migrate

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    migrate(with_database(server_url, TEMPLATE))


def create_database(server_url: str, template: str) -> tuple[str, str]:
    """Copy the template; return the copy's URL and name."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return with_database(server_url, name), name


class ReusedDatabase:
    """One copy of the template that every test finds as it was made.

    Emptying the few tables a test wrote to takes a tenth of the time that a new copy takes. A test
    that changed the schema, or rows the schema comes with, leaves a database that is thrown away.
    """

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._make()

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Give the URL of the empty database; what is still connected afterwards is cut off."""
        yield self.url
        self._connection.execute(_SEND_AWAY)
        if self._describe() == self._pristine:
            self._empty()
        else:
            self.drop()
            self._make()

    def drop(self) -> None:
        """Remove the database."""
        self._connection.close()
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self._name} WITH (FORCE)".encode())

    def _make(self) -> None:
        self.url, self._name = create_database(self._server_url, self._template)
        self._connection = psycopg.connect(self.url, autocommit=True)
        self._tables = [Identifier(*names) for names in self._connection.execute(_TABLES)]
        self._given = self._find_filled()
        self._pristine = self._describe()

    def _describe(self) -> tuple[object, ...]:
        given = [
            self._connection.execute(
                SQL("SELECT md5(string_agg(t::text, '' ORDER BY t)) FROM {} t").format(name)
            ).fetchone()
            for name in self._given
        ]
        return (self._connection.execute(_SHAPE).fetchone(), *given)

    def _find_filled(self) -> list[Identifier]:
        asked = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        each = [asked.format(number, name) for number, name in enumerate(self._tables)]
        found = self._connection.execute(SQL(" UNION ALL ").join(each))
        return [self._tables[number] for (number,) in found]

    def _empty(self) -> None:
        written = [name for name in self._find_filled() if name not in self._given]
        if written:
            self._connection.execute(SQL("TRUNCATE {} CASCADE").format(SQL(", ").join(written)))
        self._connection.execute(_REWIND)
