"""How a customer's event becomes a message and how its turn is settled, in one statement each.

Used by crm.service and, with no SQLAlchemy between, by gateway.recording, for every message.
"""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm.attributes import set_committed_value

from crm.models import Episode, Message
from crm.schemas import NewInbound, Stored
from kit.clock import utc_now
from kit.ids import new_id

# Lets one writer at a time append to a conversation's log, until its transaction ends. So messages
# become visible in the order of their `seq`, and who reads on from a `seq` misses none. It is not
# the turn's lease: that is held over the engine's work, this only for moments.
LOCK_LOG = "SELECT pg_advisory_xact_lock(hashtextextended(%(log)s, 1))"

# The same for several logs at once, without waiting for any of them.
TRY_LOGS = """
SELECT log, pg_try_advisory_xact_lock(hashtextextended(log, 1)) FROM unnest(%(logs)s::text[]) AS log
"""

# A statement of its own after the lock: what it looks up has to be fresh. No row comes back when
# conversation or identity are not known yet. It looks for the event's key before it inserts: an
# insert that met it would wait for a turn at work on that message, and that turn for our lock.
RECORD = """
WITH known AS (
    SELECT id, conversation_id FROM messages
    WHERE channel = %(channel)s AND event_key = %(event_key)s
), stored AS (
    INSERT INTO messages (
        id, conversation_id, identity_id, channel, event_key, direction, author, kind, body,
        payload, state, attempts, parts_sent, ambiguous, citations, signals, created_at
    )
    SELECT %(id)s, conversations.id, identities.id, %(channel)s, %(event_key)s, 'in', 'customer',
        %(kind)s, %(body)s, %(payload)s, 'pending', 0, 0, false, '[]', '[]', %(now)s
    FROM conversations JOIN identities ON identities.channel = conversations.channel
    WHERE conversations.channel = %(channel)s AND conversations.address = %(address)s
        AND identities.account = %(account)s AND NOT EXISTS (SELECT FROM known)
    RETURNING id, conversation_id, identity_id
), reached AS (
    UPDATE identities SET reachable = true FROM stored
    WHERE identities.id = stored.identity_id AND NOT identities.reachable
)
SELECT id, conversation_id, true FROM known
UNION ALL
SELECT id, conversation_id, false FROM stored
"""

# Only in one transaction with the two above: wakes the turn workers when RECORD stored something.
ANNOUNCE = """
SELECT pg_notify(%(notify_channel)s, 'turn:' || conversation_id || %(origin)s)
FROM messages WHERE id = %(id)s
"""

# All that a turn changes in its message and its episode, and whom to tell. Never the words: an
# edit may have put others in their place while the turn was at work.
SETTLE = """
WITH message AS (
    UPDATE messages SET state = %(state)s, settled_at = %(settled_at)s, retry_at = %(retry_at)s,
        attempts = %(attempts)s, error = %(error)s, episode_id = %(episode_id)s,
        intent = %(intent)s, confidence = %(confidence)s, signals = %(signals)s
    WHERE id = %(id)s
), episode AS (
    UPDATE episodes SET last_turn_at = %(last_turn_at)s, failures = %(failures)s,
        person_offered = %(person_offered)s
    WHERE id = %(changed_episode_id)s
)
SELECT pg_notify(%(notify_channel)s, payload) FROM unnest(%(notes)s::text[]) AS payload
"""
_OF_MESSAGE = (
    "state",
    "settled_at",
    "retry_at",
    "attempts",
    "error",
    "episode_id",
    "intent",
    "confidence",
    "signals",
)
_OF_EPISODE = ("last_turn_at", "failures", "person_offered")


def bind_inbound(event: NewInbound) -> dict[str, Any]:
    """Return the values that LOCK_LOG and RECORD take for the event."""
    return {
        "log": name_log(event.channel, event.address),
        "id": new_id(),
        "channel": event.channel,
        "address": event.address,
        "account": event.account,
        "event_key": event.event_key,
        "kind": event.kind,
        "body": event.body,
        "payload": Jsonb(event.payload),
        "now": utc_now(),
    }


def read_stored(row: Sequence[Any] | None) -> Stored | None:
    """Return what RECORD did; None: nothing, because customer or conversation are new."""
    return Stored(row[0], row[1], duplicate=row[2]) if row else None


def bind_settled(message: Message, episode: Episode | None) -> dict[str, Any]:
    """Return the values that SETTLE takes, and take them for written from now on."""
    values: dict[str, Any] = dict.fromkeys((*_OF_EPISODE, "changed_episode_id"))
    for row, names in ((message, _OF_MESSAGE), (episode, _OF_EPISODE)):
        for name in names if row is not None else ():
            values[name] = getattr(row, name)
            set_committed_value(row, name, values[name])
    if episode is not None:
        values["changed_episode_id"] = episode.id
    return {**values, "id": message.id, "signals": Jsonb(message.signals)}


def name_log(channel: str, address: str) -> str:
    """Return the name under which the log of a conversation is locked."""
    return f"{channel}:{address}"
