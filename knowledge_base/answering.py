"""Questions in, calibrated and cited answers out; and the public pages. Reads only.

`KnowledgeBase` is made once per process by gateway.bootstrap and used by actions and the gateway.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import Database
from kit.log import get_logger
from knowledge_base import repository
from knowledge_base.answers import Answer, ArticlePage, Citation, Verdict
from knowledge_base.calibration import Calibration, signals_of
from knowledge_base.encoder import Encoder
from knowledge_base.index import Entry, Snapshot, build
from knowledge_base.models import Audience
from knowledge_base.rendering import summary, to_html, to_quote
from knowledge_base.repository import Servable
from knowledge_base.search import Ranked, rank

LONGEST_QUESTION = 2000
MOST_ALTERNATIVES = 3

_log = get_logger(__name__)
_NOTHING = Answer(Verdict.UNKNOWN, 0.0, "", None, ())


class KnowledgeBase:
    """One process's view of the articles: an index in memory, PostgreSQL as the truth behind it."""

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        calibration: Calibration,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self._encoder = encoder
        self._calibration = calibration
        self._clock = clock
        self._changing = asyncio.Lock()
        self._dimension = encoder.encode(["warm up"]).shape[1]
        self._snapshot = self._build(())

    @property
    def snapshot(self) -> Snapshot:
        """What is searched at this moment."""
        return self._snapshot

    async def start(self) -> None:
        """Load the index; until then every answer is unknown."""
        await self.refresh()

    async def refresh(self, article_id: UUID | str | None = None) -> None:
        """Take over what was published or withdrawn: one article, or everything without an id.

        Subscribe it to the listener's topics `kb` and `reconnected`.
        """
        changed = UUID(str(article_id)) if article_id else None
        async with self._changing:
            async with self.database.session() as session:
                entries = await repository.list_entries(session, changed)
            if changed is None:
                self._snapshot = await asyncio.to_thread(self._build, entries)
            else:
                self._snapshot = await asyncio.to_thread(
                    self._snapshot.replacing, changed, entries, encoder=self._encoder.identity
                )
        if self._snapshot.foreign:
            _log.warning("kb.passages_of_another_encoder", passages=self._snapshot.foreign)

    async def ask(
        self,
        question: str,
        *,
        language: str = "en",
        audiences: Sequence[Audience] = (Audience.PUBLIC,),
    ) -> Answer:
        """The passage that answers, with its source; or the honest verdict that none does."""
        asked = clean_question(question)
        if not asked:
            return _NOTHING
        async with self.database.session() as session:
            ranked = await self.rank(session, asked, language=language, audiences=audiences)
            served = await self._servable(session, ranked)
        if ranked and ranked[0].passage_id not in served:
            # Published or withdrawn a moment ago, and the notification is still on its way.
            await self.refresh(ranked[0].article_id)
            async with self.database.session() as session:
                ranked = await self.rank(session, asked, language=language, audiences=audiences)
                served = await self._servable(session, ranked)
        return self._answer([each for each in ranked if each.passage_id in served], served)

    async def rank(
        self,
        session: AsyncSession,
        question: str,
        *,
        language: str = "en",
        audiences: Sequence[Audience] = (Audience.PUBLIC,),
    ) -> list[Ranked]:
        """The best articles with their signals, before any verdict; for `ask` and for fitting."""
        snapshot = self._snapshot
        matches = await repository.match_words(session, question, language=language)
        allowed = snapshot.allowed(self._clock(), language=language, audiences=audiences)
        return rank(snapshot, self._encoder.encode([question]), matches, allowed=allowed)

    async def find_page(self, slug: str) -> ArticlePage | None:
        """The public page of a published article."""
        async with self.database.session() as session:
            found = await repository.find_published(session, slug, now=self._clock())
        if found is None:
            return None
        article, version = found
        return ArticlePage(
            article_id=str(article.id),
            slug=article.slug,
            title=version.title,
            version=version.number,
            html=to_html(version.body),
            summary=summary(version.body),
            language=version.language,
            tags=tuple(version.tags),
            published_at=version.published_at or version.created_at,
        )

    async def list_pages(self) -> tuple[tuple[str, str], ...]:
        """Slug and title of every public page, by title."""
        async with self.database.session() as session:
            return tuple(await repository.list_public_slugs(session, now=self._clock()))

    def _build(self, entries: Sequence[Entry]) -> Snapshot:
        return build(entries, encoder=self._encoder.identity, dimension=self._dimension)

    async def _servable(
        self, session: AsyncSession, ranked: Sequence[Ranked]
    ) -> dict[int, Servable]:
        wanted = [each.passage_id for each in ranked]
        return await repository.list_servable(session, wanted, now=self._clock())

    def _answer(self, ranked: Sequence[Ranked], served: dict[int, Servable]) -> Answer:
        if not ranked:
            return _NOTHING
        probability = self._calibration.probability(signals_of(ranked))
        verdict = self._calibration.verdict(probability)
        if verdict is Verdict.UNKNOWN:
            return Answer(verdict, probability, "", None, ())
        passages = [served[each.passage_id] for each in ranked]
        others = passages[1 : 1 + MOST_ALTERNATIVES] if verdict is Verdict.UNSURE else []
        return Answer(
            verdict,
            probability,
            to_quote(passages[0].heading, passages[0].text),
            _cite(passages[0]),
            tuple(_cite(each) for each in others),
        )


def clean_question(question: str) -> str:
    """What can be searched: no null bytes, no broken characters, not endless."""
    readable = question[:LONGEST_QUESTION].encode("utf-8", "ignore").decode("utf-8")
    return " ".join(readable.replace("\x00", " ").split())


def _cite(passage: Servable) -> Citation:
    return Citation(
        article_id=str(passage.article_id),
        slug=passage.slug,
        title=passage.title,
        version=passage.version,
        passage_id=passage.passage_id,
    )
