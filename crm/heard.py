"""Who listens, and what they have heard and asked in an episode. Used by gateway.voice."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

# Nobody remembers more; it also bounds the work in a conversation that goes on for years.
_NEWEST = 100

_HEARD = f"""
SELECT customers.locale, customers.stage, customers.display_name, said.bodies, said.keys,
       said.asked
FROM conversations
JOIN customers ON customers.id = conversations.customer_id
LEFT JOIN LATERAL (
    SELECT array_agg(body) FILTER (WHERE direction = 'out' AND author = 'bot') AS bodies,
        array_agg(payload -> 'keys') FILTER (WHERE direction = 'out' AND author = 'bot') AS keys,
        array_agg(
            jsonb_build_object('words', body, 'intent', intent, 'signals', signals) ORDER BY seq
        ) FILTER (WHERE direction = 'in' AND seq < answered) AS asked
    FROM (
        SELECT seq, body, payload, episode_id, direction, author, intent, signals,
            max(seq) FILTER (WHERE direction = 'out') OVER () AS answered
        FROM messages
        WHERE conversation_id = conversations.id ORDER BY seq DESC LIMIT {_NEWEST}
    ) AS newest
    WHERE episode_id = %(episode_id)s
) AS said ON true
WHERE conversations.id = %(conversation_id)s
"""  # noqa: S608  a constant of ours


@dataclass(frozen=True)
class Asked:
    """A message of the customer's that has been answered, with what was found in it."""

    words: str
    intent: str | None
    signals: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Heard:
    """The customer's locale, stage and name; each bot message of the episode: words and keys.

    `asked` is what the customer wrote before our last message, oldest first.
    """

    locale: str
    stage: str
    messages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name: str | None = None
    asked: tuple[Asked, ...] = ()


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
    asked = tuple(_read_asked(each) for each in row["asked"] or ())
    return Heard(row["locale"], row["stage"], messages, row["display_name"], asked)


def _read_asked(stored: dict[str, Any]) -> Asked:
    signals = tuple((one["name"], float(one["score"])) for one in stored["signals"] or ())
    return Asked(stored["words"], stored["intent"], signals)
