"""Puts misspelt words of a question right: only words that nobody knows, only to words we use.

Used by knowledge_base.reading.
"""

import re
from collections.abc import Iterable
from typing import Protocol, runtime_checkable
from uuid import UUID

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.models import ArticleVersion, Passage, VersionState

SHORTEST_CORRECTED = 4
LONG = 8
"""Letters from which on two mistakes are forgiven instead of one."""
MOST_PASSAGES = 20_000
_WORD = re.compile(r"[^\W\d_]+")


@runtime_checkable
class KnowsWords(Protocol):
    def knows(self, word: str) -> bool:
        """Whether the encoder has learnt this word as a whole."""
        ...


class Spelling:
    """The words of the base."""

    def __init__(self) -> None:
        self._words: frozenset[str] = frozenset()
        self._ordered: tuple[str, ...] = ()

    def learn(self, texts: Iterable[str], *, anew: bool) -> None:
        """Take over the words of these texts; beside those known so far unless `anew`."""
        words = {word for text in texts for word in _WORD.findall(text.casefold())}
        self._words = frozenset(words if anew else words | self._words)
        self._ordered = tuple(sorted(self._words))

    def correct(self, question: str, *, elsewhere: KnowsWords | None = None) -> str:
        """The question with its misspelt words replaced; the same object when there is none."""
        if not self._words:
            return question
        return _WORD.sub(lambda found: self._correct(found.group(), elsewhere), question)

    def _correct(self, word: str, elsewhere: KnowsWords | None) -> str:
        lowered = word.casefold()
        if len(word) < SHORTEST_CORRECTED or lowered in self._words:
            return word
        if elsewhere is not None and elsewhere.knows(lowered):
            return word
        forgiven = 2 if len(word) >= LONG else 1
        close = extract(
            lowered,
            self._ordered,
            scorer=DamerauLevenshtein.distance,
            score_cutoff=forgiven,
            limit=8,
        )
        alike = [(far, known) for known, far, _ in close if known[0] == lowered[0]]
        return min(alike)[1] if alike else word


async def load_texts(session: AsyncSession, article_id: UUID | None = None) -> list[str]:
    """What published passages say, of one article or of all."""
    version = ArticleVersion
    query = (
        select(Passage.heading + " " + Passage.text)
        .join(version, version.id == Passage.version_id)
        .where(version.state == VersionState.PUBLISHED)
        .limit(MOST_PASSAGES)
    )
    if article_id is not None:
        query = query.where(version.article_id == article_id)
    return list((await session.execute(query)).scalars())
