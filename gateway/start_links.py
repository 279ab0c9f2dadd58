"""What `/start <payload>` leads to: one line per kind of link, told apart by its prefix.

Called by gateway.answer for a private message, before anything else is made of it.
"""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import Audience, EventKind
from crm.models import Conversation, Message
from crm.threads.service import LINK_PREFIX
from gateway import campaigns, linking
from gateway.interpret import Resumed
from gateway.phrasing import Part
from gateway.public.continuing import follow_private_link

COMMAND = "start"

# Returns what to say; None says that the link has been noted and the customer is greeted as always.
# It is called again for the same message when the engine failed, so it must not mind.
Follow = Callable[
    [AsyncSession, Conversation, Message], Awaitable[tuple[Part, ...] | Resumed | None]
]

FOLLOWERS: Mapping[str, Follow] = {
    LINK_PREFIX: follow_private_link,
    linking.LINK_PREFIX: linking.follow_link,
    campaigns.LINK_PREFIX: campaigns.follow_campaign,
}


async def follow(
    session: AsyncSession, conversation: Conversation, message: Message
) -> Resumed | None:
    """Return what the start link of the message leads to; None when it has none, or only greets.

    A code that connects accounts, and the wish for one, lead somewhere as well.
    """
    payload = read_payload(message)
    found = next((one for prefix, one in FOLLOWERS.items() if payload.startswith(prefix)), None)
    if found is None:
        return await linking.follow_words(session, conversation, message)
    result = await found(session, conversation, message)
    return Resumed(result) if isinstance(result, tuple) else result


def read_payload(message: Message) -> str:
    """Return what came with `/start` in a private chat; empty when this is no such message."""
    if message.kind != EventKind.COMMAND or message.body != COMMAND:
        return ""
    if message.payload.get("audience") == Audience.PUBLIC:
        return ""
    return str(message.payload.get("argument", "")).strip()
