"""A message for a public place, ready for the outbox. Pure; used by gateway.public.*."""

from dataclasses import replace
from uuid import UUID

from crm.models import Author, Conversation, Owner
from crm.schemas import NewOutbound
from gateway.compose import compose_own
from gateway.phrasing import Part
from gateway.public.sentences import LINK_LABEL, Listeners


def speak(
    conversation: Conversation,
    parts: tuple[Part, ...],
    listeners: Listeners,
    *,
    link: str | None = None,
    in_reply_to: UUID | None = None,
    reply_to: str | None = None,
    event_key: str | None = None,
) -> NewOutbound:
    """Return the message, with the link under it; the same `event_key` is said once.

    While a person has the conversation the bot is silent, and this is an automatic message.
    """
    author = Author.BOT if conversation.owner is Owner.BOT else Author.SYSTEM
    composed = compose_own(
        author, parts, book=listeners.book, voice=listeners.voice, in_reply_to=in_reply_to
    )
    label = listeners.book.say(LINK_LABEL, listeners.voice)
    return replace(
        composed,
        links=((label, link),) if link else (),
        reply_to=reply_to,
        event_key=event_key,
    )
