"""Makes of a question what is searched: misspelt words put right, synonyms, its vector, its words.

Used by knowledge_base.answering.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from knowledge_base import repository
from knowledge_base.answers import Reader
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.refusals import Refusals
from knowledge_base.search import WordMatches
from knowledge_base.synonyms import Synonyms, list_synonyms, rewrite
from knowledge_base.typos import KnowsWords, Spelling, load_texts


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched."""

    text: str
    vector: Vectors
    matches: WordMatches
    refused: float
    """Cosine to the closest question known to have no answer."""


class QuestionReader:
    """What one process knows about words: the base's own and the marketers' synonyms."""

    def __init__(self, encoder: Encoder, refusals: Refusals) -> None:
        self._encoder = encoder
        self._refusals = refusals
        self._spelling = Spelling()
        self._synonyms: tuple[Synonyms, ...] = ()
        self._elsewhere = encoder if isinstance(encoder, KnowsWords) else None

    async def refresh(self, database: Database, article_id: UUID | str | None = None) -> None:
        """Learn the words of one article, or all words and synonyms anew."""
        changed = UUID(str(article_id)) if article_id else None
        async with database.session() as session:
            texts = await load_texts(session, changed)
            if changed is None:
                self._synonyms = tuple(await list_synonyms(session))
        await asyncio.to_thread(self._spelling.learn, texts, anew=changed is None)

    async def read(
        self,
        session: AsyncSession,
        question: str,
        *,
        reader: Reader,
        vector: Vectors | None = None,
        known_as: str | None = None,
        census: repository.Census | None = None,
    ) -> Query:
        """Raises nothing: what cannot be put right is searched as it is.

        `vector` saves encoding the text again. `known_as`: do not compare with this refused one.
        """
        spelt = self._spelling.correct(question, elsewhere=self._elsewhere)
        said = rewrite(spelt, self._synonyms, language=reader.language)
        if said != question or vector is None:
            vector = self._encode(spelt, said)
        matches = await repository.match_words(
            session, said, language=reader.language, census=census
        )
        refused = self._refusals.closeness(vector, but_not=known_as)
        return Query(said, vector.reshape(-1), matches, refused)

    def _encode(self, spelt: str, said: str) -> Vectors:
        """Between the customer's words and the articles', when they differ."""
        if spelt == said:
            alone: Vectors = self._encoder.encode([said])[0]
            return alone
        both = self._encoder.encode([spelt, said]).sum(axis=0)
        mean: Vectors = (both / np.linalg.norm(both)).astype(np.float32)
        return mean
