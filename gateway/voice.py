"""Finds out how to speak to the customer of a conversation. Called by gateway.answer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.heard import Heard, find_heard
from gateway.catalogue import ENGLISH
from gateway.phrasing import Mood, Voice


async def find_voice(
    session: AsyncSession,
    conversation_id: UUID,
    episode_id: UUID | None,
    *,
    language: str = ENGLISH,
    mood: Mood = Mood.CALM,
) -> Voice:
    """Return the voice for the conversation: how, and what was already said in the episode."""
    heard = await find_heard(session, conversation_id, episode_id)
    if heard is None:
        return Voice(language=language, mood=mood)
    return Voice(
        language=language,
        locale=heard.locale,
        mood=mood,
        stage=heard.stage,
        said_keys=frozenset(key for _, keys in heard.messages for key in keys),
        said_texts=_texts_of(heard),
    )


def _texts_of(heard: Heard) -> frozenset[str]:
    """Return every text said, also without the introduction that came before it."""
    texts = {body for body, _ in heard.messages}
    introduced = (body for body, keys in heard.messages if keys[:1] == ("disclosure",))
    return frozenset(texts | {body.partition("\n\n")[2] for body in introduced})
