"""The head of a conversation's outbox under its lease: reads and writes, each committed at once.

Used by gateway.delivery. Statements go straight to the driver: they run for every reply.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from kit.database import NOTIFY_CHANNEL, Database, DriverConnection

# The deliverer's lease: it survives the commits between its steps, and dies with the process.
_TRY_LEASE = "SELECT pg_try_advisory_lock(hashtextextended(%(key)s, 3))"
_END_LEASE = "SELECT pg_advisory_unlock(hashtextextended(%(key)s, 3))"
_HEADS = """
SELECT messages.id, messages.conversation_id, messages.channel, messages.author, messages.body,
    messages.payload, messages.state, messages.attempts, messages.retry_at, messages.parts_sent,
    messages.platform_ref, messages.ambiguous, messages.error, messages.created_at,
    messages.settled_at, conversations.owner, conversations.address, conversations.identity_id
FROM messages JOIN conversations ON conversations.id = messages.conversation_id
WHERE messages.conversation_id = %(key)s::uuid AND messages.direction = 'out'
    AND messages.state IN ('pending', 'sending')
ORDER BY messages.seq LIMIT 2
"""
_SAVE = """
UPDATE messages SET state = %(state)s, settled_at = %(settled_at)s, retry_at = %(retry_at)s,
    attempts = %(attempts)s, parts_sent = %(parts_sent)s, platform_ref = %(platform_ref)s,
    ambiguous = %(ambiguous)s, error = %(error)s
WHERE id = %(id)s
"""
# One statement, so that a state and its notification go together.
_SETTLE = f"""
WITH settled AS ({_SAVE} RETURNING id)
SELECT pg_notify(%(notify_channel)s, %(note)s) FROM settled
"""  # noqa: S608  both halves are constants of this module


@dataclass
class Head:
    """An unsent message with what its conversation says; who delivers it keeps it up to date."""

    id: UUID
    conversation_id: UUID
    channel: str
    author: str
    body: str
    payload: dict[str, Any]
    state: str
    attempts: int
    retry_at: datetime | None
    parts_sent: int
    platform_ref: str | None
    ambiguous: bool
    error: str | None
    created_at: datetime
    settled_at: datetime | None
    owner: str
    address: str
    identity_id: UUID


@dataclass(frozen=True)
class Lease:
    """The right to send what is in one conversation's outbox. A claim on the desk waits for it.

    `heads` are its oldest unsent message and, if there is one, the next.
    """

    heads: list[Head]
    _database: Database
    _connection: DriverConnection

    async def save(self, head: Head) -> None:
        """Commit how far the message is."""
        await self._connection.execute(_SAVE, vars(head))

    async def settle(self, head: Head) -> None:
        """Commit how it ended and tell everybody who shows the conversation."""
        note = ("message", str(head.conversation_id))
        values = {
            **vars(head),
            "notify_channel": NOTIFY_CHANNEL,
            "note": self._database.as_payload(note),
        }
        await self._connection.execute(_SETTLE, values)
        self._database.tell_ourselves([note])


@asynccontextmanager
async def lease_outbox(database: Database, conversation_id: UUID) -> AsyncIterator[Lease | None]:
    """Hold the outbox of a conversation; None when somebody else does."""
    key = {"key": str(conversation_id)}
    async with database.driver() as connection:
        heads = await _try_lease(connection, key)
        if heads is None:
            yield None
            return
        try:
            yield Lease(heads, database, connection)
        finally:
            await _end_lease(connection, key)


async def _try_lease(connection: DriverConnection, key: dict[str, str]) -> list[Head] | None:
    """Take the lease, then read: two statements in one round trip, so that the rows are fresh."""
    try:
        async with connection.pipeline():
            leased = await connection.execute(_TRY_LEASE, key)
            heads = await connection.cursor(row_factory=class_row(Head)).execute(_HEADS, key)
        if await leased.fetchone() == (True,):
            return await heads.fetchall()
    except BaseException:
        await connection.close()  # nobody knows whether it holds the lease
        raise
    return None


async def _end_lease(connection: DriverConnection, key: dict[str, str]) -> None:
    """Give the lease back, or close the connection: in the pool it would hold it for ever."""
    try:
        await connection.execute(_END_LEASE, key)
    except BaseException:
        await connection.close()
        raise
