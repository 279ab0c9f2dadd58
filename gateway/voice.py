"""Finds out how to speak to the customer of a conversation. Called by gateway.answer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.heard import Heard, find_heard
from crm.models import Conversation
from gateway.catalogue import ENGLISH
from gateway.language import detect_language, served
from gateway.phrasing import Mood, Voice

_FEWEST_WORDS = 4


async def find_voice(
    session: AsyncSession,
    conversation: Conversation,
    episode_id: UUID | None,
    *,
    mood: Mood = Mood.CALM,
) -> Voice:
    """Return the voice for something we say of our own accord."""
    heard = await listen(session, conversation, episode_id)
    return make_voice(conversation, heard, mood=mood)


async def listen(
    session: AsyncSession, conversation: Conversation, episode_id: UUID | None
) -> Heard:
    """Return who listens and what the episode has heard."""
    found = await find_heard(session, conversation.id, episode_id)
    return found or Heard(ENGLISH, "acquisition")


def make_voice(
    conversation: Conversation,
    heard: Heard,
    *,
    words: str = "",
    answering: bool = False,
    mood: Mood = Mood.CALM,
) -> Voice:
    """Return the voice for an answer to these words: how, and what the episode has heard.

    Its language may be one we do not speak. The conversation remembers one that we do. Who is
    `answering` a form may give a name or an address in any language without speaking it.
    """
    known = conversation.language or served(heard.locale) or ENGLISH
    language = detect_language(words, known=known)
    if answering and not (served(language) and _is_a_sentence(words)):
        language = known
    if language != known and served(language):
        conversation.language = language
    return Voice(
        language=language,
        locale=heard.locale,
        mood=mood,
        stage=heard.stage,
        said_keys=frozenset(key for _, keys in heard.messages for key in keys),
        said_texts=_texts_of(heard),
        name=heard.name,
    )


def _is_a_sentence(words: str) -> bool:
    """Tell words from a name, an address or a number."""
    return len(words.split()) >= _FEWEST_WORDS and not any(char.isdigit() for char in words)


def _texts_of(heard: Heard) -> frozenset[str]:
    """Return every text said, also without the introduction that came before it."""
    texts = {body for body, _ in heard.messages}
    introduced = (body for body, keys in heard.messages if keys[:1] == ("disclosure",))
    return frozenset(texts | {body.partition("\n\n")[2] for body in introduced})
