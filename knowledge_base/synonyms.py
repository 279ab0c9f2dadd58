"""Words that customers and articles use for the same thing: kept by marketers, used in search.

The studio calls list, save and delete, and commits; knowledge_base.reading rewrites questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import notify
from kit.errors import NotFoundError
from knowledge_base.errors import ContentRefusedError
from knowledge_base.models import SynonymGroup

TOPIC = "synonyms"
MOST_WORDS = 20
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Synonyms:
    """One group; its first word is the one the articles use."""

    id: UUID
    language: str
    words: tuple[str, ...]


async def list_synonyms(session: AsyncSession, *, language: str | None = None) -> list[Synonyms]:
    """Every group, by language and first word."""
    query = select(SynonymGroup).order_by(SynonymGroup.language, SynonymGroup.words)
    if language is not None:
        query = query.where(SynonymGroup.language == language)
    groups = (await session.execute(query)).scalars()
    return [Synonyms(each.id, each.language, tuple(each.words)) for each in groups]


async def save_synonyms(
    session: AsyncSession,
    words: Sequence[str],
    *,
    by: str,
    language: str = "en",
    group_id: UUID | None = None,
) -> Synonyms:
    """Add a group or change one; every process uses it when this commits.

    Raises ContentRefusedError, NotFoundError.
    """
    kept = _clean(words)
    group = SynonymGroup(language=language) if group_id is None else await _get(session, group_id)
    group.words, group.language, group.updated_by = list(kept), language, by
    group.updated_at = utc_now()
    session.add(group)
    await session.flush()
    await notify(session, TOPIC)
    return Synonyms(group.id, language, kept)


async def delete_synonyms(session: AsyncSession, group_id: UUID) -> None:
    """Forget a group; nothing happens when it is gone already."""
    await session.execute(delete(SynonymGroup).where(SynonymGroup.id == group_id))
    await notify(session, TOPIC)


def rewrite(question: str, groups: Sequence[Synonyms], *, language: str) -> str:
    """The question in the articles' words; the same when no group speaks of it."""
    for group in groups:
        preferred, *others = group.words
        if group.language == language and not _says(question, (preferred,)):
            question = _pattern(others).sub(lambda _, word=preferred: word, question)  # type: ignore[misc]  # a lambda's default
    return question


def _clean(words: Sequence[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(" ".join(word.casefold().split()) for word in words))
    kept = tuple(word for word in kept if word)
    if not 2 <= len(kept) <= MOST_WORDS:
        raise ContentRefusedError(f"A group of synonyms has 2 to {MOST_WORDS} different words.")
    if any(len(word) > LONGEST_WORD or "\x00" in word for word in kept):
        raise ContentRefusedError(f"A synonym has at most {LONGEST_WORD} letters.")
    return kept


async def _get(session: AsyncSession, group_id: UUID) -> SynonymGroup:
    group = await session.get(SynonymGroup, group_id)
    if group is None:
        raise NotFoundError("This group of synonyms is gone.")
    return group


def _says(question: str, words: Sequence[str]) -> bool:
    return _pattern(words).search(question) is not None


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Whole words, the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
