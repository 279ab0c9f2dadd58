"""Who listens, and what they have heard from the bot in an episode. Used by gateway.voice."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

# Nobody remembers more; it also bounds the work in a conversation that goes on for years.
_NEWEST = 100

_HEARD = f"""
SELECT customers.locale, customers.stage, customers.display_name, said.bodies, said.keys
FROM conversations
JOIN customers ON customers.id = conversations.customer_id
LEFT JOIN LATERAL (
    SELECT array_agg(body) AS bodies, array_agg(payload -> 'keys') AS keys
    FROM (
        SELECT body, payload, episode_id, direction, author FROM messages
        WHERE conversation_id = conversations.id ORDER BY seq DESC LIMIT {_NEWEST}
    ) AS newest
    WHERE episode_id = %(episode_id)s AND direction = 'out' AND author = 'bot'
) AS said ON true
WHERE conversations.id = %(conversation_id)s
"""  # noqa: S608  a constant of ours


@dataclass(frozen=True)
class Heard:
    """The customer's locale, stage and name; each bot message of the episode: words and keys."""

    locale: str
    stage: str
    messages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name: str | None = None


async def find_heard(
    session: AsyncSession, conversation_id: UUID, episode_id: UUID | None
) -> Heard | None:
    """Return who listens and what they have heard; None when there is no such conversation."""
    values = {"conversation_id": conversation_id, "episode_id": episode_id}
    with session.no_autoflush:
        result = await (await session.connection()).exec_driver_sql(_HEARD, values)
    row = result.mappings().one_or_none()
    if row is None:
        return None
    keys = (tuple(each or ()) for each in row["keys"] or ())
    messages = tuple(zip(row["bodies"] or (), keys, strict=True))
    return Heard(row["locale"], row["stage"], messages, row["display_name"])
