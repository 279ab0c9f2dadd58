"""How an event of a known customer becomes a message, in one statement. Used by crm.service and,
without SQLAlchemy between, by gateway.intake: it runs for everything that anybody writes.
"""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from crm.schemas import NewInbound, Stored
from kit.clock import utc_now
from kit.ids import new_id

# Lets one writer at a time append to a conversation's log, until its transaction ends. So messages
# become visible in the order of their `seq`, and who reads on from a `seq` misses none. It is not
# the turn's lease: that is held over the engine's work, this only for moments.
LOCK_LOG = "SELECT pg_advisory_xact_lock(hashtextextended(%(log)s, 1))"

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


def name_log(channel: str, address: str) -> str:
    """Return the name under which the log of a conversation is locked."""
    return f"{channel}:{address}"
