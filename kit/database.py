"""The one store: engine, sessions, declarative base, notifications. Opened by gateway.bootstrap."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import DateTime, Enum, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

NOTIFY_CHANNEL = "carehouse"


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

    Sessions do not commit by themselves: the edges (gateway, console, jobs, cli) do.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = as_async_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            pool_timeout=10,
            hide_parameters=True,  # they are customers' words, and errors are logged
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a session; whatever was not committed when the block ends is rolled back."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Open one connection of its own, for session-level advisory locks."""
        async with self.engine.connect() as connection:
            yield connection

    def session_on(self, connection: AsyncConnection) -> AsyncSession:
        """Return a session that works on this very connection."""
        return AsyncSession(bind=connection, expire_on_commit=False)

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
    """Send `topic:key` to every listening process when this transaction commits."""
    await session.execute(
        text("SELECT pg_notify(:channel, :payload)"),
        {"channel": NOTIFY_CHANNEL, "payload": f"{topic}:{key}"},
    )
