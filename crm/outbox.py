"""How a message for the customer gets into the outbox, in one statement. Used by crm.service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from crm.inbox import name_log
from crm.models import Conversation
from crm.schemas import NewOutbound
from kit.clock import utc_now
from kit.ids import new_button_token

BUTTON_LIFETIME = timedelta(days=7)

# The log's lock, the message and its buttons together: nothing is read here that could be stale by
# the time the lock is there, and `seq` is given out after it. The model's defaults do not apply.
APPEND = """
WITH alone AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended(%(log)s, 1))
), message AS (
    INSERT INTO messages (
        id, conversation_id, episode_id, channel, event_key, direction, author, agent_id, kind,
        body, payload, state, attempts, parts_sent, ambiguous, in_reply_to, citations, signals,
        created_at
    )
    SELECT %(id)s, %(conversation_id)s, %(episode_id)s, %(channel)s, %(event_key)s, 'out',
        %(author)s, %(agent_id)s, 'text', %(body)s, %(payload)s, 'pending', 0, 0, false,
        %(in_reply_to)s, %(citations)s, '[]', %(now)s
    FROM alone
    RETURNING id
)
INSERT INTO buttons (token, conversation_id, message_id, title, payload, expires_at)
SELECT token, %(conversation_id)s, message.id, title, button.payload, %(expires_at)s
FROM message, unnest(%(tokens)s::text[], %(titles)s::text[], %(payloads)s::text[])
    AS button (token, title, payload)
"""


def bind_outbound(
    conversation: Conversation, episode_id: UUID | None, new: NewOutbound
) -> dict[str, Any]:
    """Return the values that APPEND takes for the message; mints its buttons' tokens."""
    now = utc_now()
    tokens = [new_button_token() for _ in new.buttons]
    titles = [button.title for button in new.buttons]
    shown = [{"title": title, "token": token} for title, token in zip(titles, tokens, strict=True)]
    return {
        "log": name_log(conversation.channel, conversation.address),
        "id": new.id,
        "conversation_id": conversation.id,
        "episode_id": episode_id,
        "channel": conversation.channel,
        "event_key": new.event_key,
        "author": new.author.value,
        "agent_id": new.agent_id,
        "body": new.body,
        "payload": Jsonb(
            {
                "links": [list(link) for link in new.links],
                "buttons": shown,
                "keys": list(new.keys),
                **({"reply_to": new.reply_to} if new.reply_to else {}),
                **({"images": [list(image) for image in new.images]} if new.images else {}),
            }
        ),
        "in_reply_to": new.in_reply_to,
        "citations": Jsonb(list(new.citations)),
        "now": now,
        "tokens": tokens,
        "titles": titles,
        "payloads": [button.payload for button in new.buttons],
        "expires_at": now + BUTTON_LIFETIME,
    }
