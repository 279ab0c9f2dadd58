"""The one store: engine, sessions, declarative base, notifications. Opened by gateway.bootstrap."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, cast

import psycopg
from sqlalchemy import DateTime, Enum, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from kit.settings import POOL_OVERFLOW

NOTIFY_CHANNEL = "carehouse"

Note = tuple[str, str]
OnNote = Callable[[str, str], None]
DriverConnection = psycopg.AsyncConnection[tuple[Any, ...]]

_NOTES = "notes"
_NOTIFY = text("SELECT pg_notify(:channel, payload) FROM unnest(CAST(:payloads AS text[])) payload")


class Base(DeclarativeBase):
    """Declarative base of every table; names constraints so that migrations are stable."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


class Database:
    """A pool of connections to one PostgreSQL database.

    Sessions do not commit by themselves: the edges (gateway, console, jobs, cli) do. A connection
    lost while it lay in the pool shows at its next use; that one use fails, the pool starts anew,
    and whoever drives it tries again: channels deliver again, workers look again.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = as_async_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=POOL_OVERFLOW,
            pool_pre_ping=False,  # a round trip for every session; see above
            pool_timeout=10,
            pool_use_lifo=True,  # the warmest first: its statements are prepared
            hide_parameters=True,  # they are customers' words, and errors are logged
        )
        self.origin = secrets.token_hex(4)
        self.on_note: OnNote | None = None
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, info={"database": self}
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a session; whatever was not committed when the block ends is rolled back."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Open one connection of its own that commits each statement, for session-level locks."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[DriverConnection]:
        """Open the driver's own connection; it commits each statement, or each pipeline as one.

        For what runs with every message: a statement costs a third of a session's, and a pipeline
        is one round trip. Each statement of a pipeline sees what is committed when it begins; an
        exception of ours inside the block does not take it back, one of PostgreSQL's does.
        Errors: DBAPIError as from a session. A connection that is closed does not go back.
        """
        async with self.connection() as connection:
            lent = cast(DriverConnection, (await connection.get_raw_connection()).driver_connection)
            try:
                yield lent
            except psycopg.Error as error:
                raise DBAPIError.instance(None, None, error, psycopg.Error) from error
            finally:
                if lent.closed:
                    await connection.invalidate()

    def as_payload(self, note: Note) -> str:
        """Return the notification's payload."""
        topic, key = note
        return f"{topic}:{key}{self.mark}"

    @property
    def mark(self) -> str:
        """What a payload ends in: it names us when we deliver it to ourselves."""
        return f"@{self.origin}" if self.on_note else ""

    def tell_ourselves(self, notes: Iterable[Note]) -> None:
        """Hand notifications of a finished commit to this process, without the way round."""
        if self.on_note is not None:
            for topic, key in notes:
                self.on_note(topic, key)

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


def as_async_url(url: str) -> str:
    """Return the URL with the async psycopg driver, whatever PostgreSQL driver it named."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.startswith(("postgresql", "postgres")):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


def as_libpq_url(url: str) -> str:
    """Return the URL without a driver name, as libpq and the engine read it."""
    return "postgresql://" + url.partition("://")[2]


async def notify(session: AsyncSession, topic: str, key: str = "") -> None:
    """Send `topic:key` to every listening process when this transaction commits, once."""
    session.info.setdefault(_NOTES, {}).setdefault((topic, key), False)


def take_payloads(session: AsyncSession) -> list[str]:
    """Return what the transaction has to send so far; the caller's next statement sends it."""
    return _take_payloads(session.sync_session)


def _take_payloads(session: Session) -> list[str]:
    notes: dict[Note, bool] = session.info.get(_NOTES, {})
    unsent = [note for note, sent in notes.items() if not sent]
    notes.update(dict.fromkeys(unsent, True))
    database: Database | None = session.info.get("database")
    return [database.as_payload(note) if database else f"{note[0]}:{note[1]}" for note in unsent]


@event.listens_for(Session, "before_commit")
def _send_notes(session: Session) -> None:
    """Put the transaction's notifications into it, all in one statement."""
    if session.in_nested_transaction():
        return  # only a savepoint is released
    payloads = _take_payloads(session)
    if payloads:
        session.flush()
        session.execute(_NOTIFY, {"channel": NOTIFY_CHANNEL, "payloads": payloads})


@event.listens_for(Session, "after_commit")
def _tell_ourselves(session: Session) -> None:
    if session.in_nested_transaction():
        return
    notes: dict[Note, bool] = session.info.pop(_NOTES, {})
    database: Database | None = session.info.get("database")
    if database is not None:
        database.tell_ourselves(notes)


@event.listens_for(Session, "after_soft_rollback")
def _forget_notes(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(_NOTES, None)
