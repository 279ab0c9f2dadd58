"""What is due: conversations with unanswered messages or undelivered replies."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A conversation is due when its head is: those behind a head that waits have to wait, too.
_TURNS_DUE = text(
    "SELECT conversation_id FROM (SELECT DISTINCT ON (conversation_id) conversation_id, retry_at "
    "FROM messages WHERE direction = 'in' AND state = 'pending' ORDER BY conversation_id, seq) "
    "AS head WHERE retry_at IS NULL OR retry_at <= now() LIMIT 500"
)
_DELIVERIES_DUE = text(
    "SELECT conversation_id FROM (SELECT DISTINCT ON (conversation_id) conversation_id, retry_at "
    "FROM messages WHERE direction = 'out' AND state IN ('pending', 'sending') "
    "AND (channel = ANY(CAST(:channels AS text[]))) = :among "
    "ORDER BY conversation_id, seq) AS head WHERE retry_at IS NULL OR retry_at <= now() LIMIT 500"
)
_UNANSWERED = text(
    "SELECT count(*) FROM (SELECT 1 FROM messages WHERE direction = 'in' AND state = 'pending' "
    "LIMIT :at_most) AS waiting"
)


async def find_turns_due(session: AsyncSession) -> list[UUID]:
    """Return conversations in which a customer's message waits to be taken."""
    return list((await session.execute(_TURNS_DUE)).scalars())


async def find_deliveries_due(
    session: AsyncSession, channels: Collection[str], *, among: bool = True
) -> list[UUID]:
    """Return conversations of these channels, or of all others, whose outbox wants a look."""
    values = {"channels": list(channels), "among": among}
    return list((await session.execute(_DELIVERIES_DUE, values)).scalars())


async def count_unanswered(session: AsyncSession, *, at_most: int) -> int:
    """Return how many messages wait for an answer, counting no further than `at_most`."""
    return int((await session.execute(_UNANSWERED, {"at_most": at_most})).scalar_one())
