"""Questions in, calibrated and cited answers out; and the public pages. Reads only.

`KnowledgeBase` is made once per process by gateway.bootstrap and used by actions and the gateway.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import Database
from knowledge_base import repository
from knowledge_base.answers import ANYBODY, Answer, ArticlePage, Citation, Reader, Verdict
from knowledge_base.calibration import Calibration, signals_of
from knowledge_base.encoder import Encoder
from knowledge_base.index import Snapshot
from knowledge_base.loading import LiveIndex
from knowledge_base.rendering import summary, to_html, to_quote
from knowledge_base.repository import Servable
from knowledge_base.search import Ranked, rank

LONGEST_QUESTION = 2000
MOST_ALTERNATIVES = 3
SHORT_OPENING = 30
"""Words up to which an article's first paragraph only introduces the answer."""

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
        dimension = encoder.encode(["warm up"]).shape[1]
        self.index = LiveIndex(database, encoder=encoder.identity, dimension=dimension)

    @property
    def snapshot(self) -> Snapshot:
        """What is searched at this moment."""
        return self.index.snapshot

    async def start(self) -> None:
        """Load the index; until then every answer is unknown."""
        await self.refresh()

    async def refresh(self, article_id: UUID | str | None = None) -> None:
        """Take over what was published or withdrawn: one article, or everything without an id.

        Subscribe it to the listener's topics `kb` and `reconnected`.
        """
        await self.index.refresh(article_id)

    async def ask(self, question: str, *, reader: Reader = ANYBODY) -> Answer:
        """The passage that answers, with its source; or the honest verdict that none does."""
        asked = clean_question(question)
        if not asked:
            return _NOTHING
        async with self.database.session() as session:
            answer = await self._attempt(session, asked, self.index.snapshot, reader)
        return answer or await self._ask_afresh(asked, reader)

    async def rank(
        self, session: AsyncSession, question: str, *, reader: Reader = ANYBODY
    ) -> list[Ranked]:
        """The best articles with their signals, before any verdict; for fitting and measuring."""
        return await self._rank(session, question, self.index.snapshot, reader)

    async def _rank(
        self,
        session: AsyncSession,
        question: str,
        snapshot: Snapshot,
        reader: Reader,
    ) -> list[Ranked]:
        matches = await repository.match_words(session, question, language=reader.language)
        allowed = snapshot.allowed(self._clock(), reader)
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

    async def _ask_afresh(self, question: str, reader: Reader) -> Answer:
        """Something was published a moment ago: load and answer within one view of the data."""
        async with self.database.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            snapshot = await self.index.load(session)
            answer = await self._attempt(session, question, snapshot, reader)
        return answer or _NOTHING

    async def _attempt(
        self,
        session: AsyncSession,
        question: str,
        snapshot: Snapshot,
        reader: Reader,
    ) -> Answer | None:
        """None when the index is behind PostgreSQL: the best article is no longer served so."""
        ranked = await self._rank(session, question, snapshot, reader)
        if not ranked:
            return _NOTHING
        wanted = [each.passage_id for each in ranked]
        passages = await repository.list_servable(session, wanted, now=self._clock())
        if ranked[0].passage_id not in passages:
            return None
        probability = self._calibration.probability(signals_of(ranked))
        verdict = self._calibration.verdict(probability)
        if verdict is Verdict.UNKNOWN:
            return Answer(verdict, probability, "", None, ())
        cited, *others = [passages[each] for each in wanted if each in passages]
        offered = others[:MOST_ALTERNATIVES] if verdict is Verdict.UNSURE else []
        quote = await self._quote(session, cited)
        return Answer(verdict, probability, quote, _cite(cited), tuple(map(_cite, offered)))

    async def _quote(self, session: AsyncSession, passage: Servable) -> str:
        """The passage; an article's short opening words together with what they lead to."""
        quote = to_quote(passage.heading, passage.text)
        if passage.heading or len(passage.text.split()) > SHORT_OPENING:
            return quote
        following = await repository.find_next_passage(session, passage.passage_id)
        if following is None:
            return quote
        return f"{quote}\n\n{to_quote(following.heading, following.text)}"


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
