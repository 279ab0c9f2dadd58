"""Questions in, calibrated and cited answers out. Reads only.

`KnowledgeBase` is made once per process by gateway.bootstrap and used by actions and the gateway.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import Database
from knowledge_base import repository
from knowledge_base.answers import ANYBODY, Answer, Citation, Reader, Verdict
from knowledge_base.calibration import Calibration, signals_of
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.highlighting import Highlighter
from knowledge_base.index import Snapshot
from knowledge_base.loading import LiveIndex
from knowledge_base.reading import Query, QuestionReader
from knowledge_base.refusals import Refusals
from knowledge_base.rendering import find_pictures, to_quote
from knowledge_base.repository import Servable
from knowledge_base.search import Ranked, rank

LONGEST_QUESTION = 2000
MOST_ALTERNATIVES = 3
MOST_STALE = 5
"""Changed articles that one question loads one after another before it gives up."""
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
        self.encoder = encoder
        self.calibration = calibration
        self.clock = clock
        self._reading = QuestionReader(encoder, Refusals(calibration.refused, encoder))
        self._highlighter = Highlighter(encoder)
        self.index = LiveIndex(database, encoder)

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
        await self._reading.refresh(self.database, article_id)

    async def adopt(self, encoder: Encoder) -> None:
        """Serve with another encoder's vectors from now on; the old index serves until they are in.

        What a question is encoded by and what it is compared with change in one step.
        """
        reading = QuestionReader(encoder, Refusals(self.calibration.refused, encoder))
        index = LiveIndex(self.database, encoder)
        await index.refresh()
        await reading.refresh(self.database)
        self.encoder, self.index, self._reading = encoder, index, reading
        self._highlighter = Highlighter(encoder)
        await self.index.verify()

    async def refresh_words(self, _key: str = "") -> None:
        """Take over changed synonyms. Subscribe it to the listener's topic `synonyms`."""
        await self._reading.refresh(self.database)

    async def ask(self, question: str, *, reader: Reader = ANYBODY) -> Answer:
        """The passage that answers, with its source; or the honest verdict that none does."""
        asked = clean_question(question)
        if not asked:
            return _NOTHING
        async with self.database.session() as session:
            answer = await self._attempt(session, asked, self.index.snapshot, reader)
        return (
            answer
            if isinstance(answer, Answer)
            else await self._ask_afresh(asked, reader, stale=answer)
        )

    async def read(
        self,
        session: AsyncSession,
        question: str,
        *,
        reader: Reader = ANYBODY,
        vector: Vectors | None = None,
        known_as: str | None = None,
    ) -> Query:
        """What is searched for a question; see knowledge_base.reading."""
        return await self._reading.read(
            session,
            question,
            reader=reader,
            vector=vector,
            known_as=known_as,
            census=self.index.snapshot,
        )

    async def rank(
        self, session: AsyncSession, question: str, *, reader: Reader = ANYBODY
    ) -> list[Ranked]:
        """The best articles with their signals, before any verdict; for fitting and measuring."""
        query = await self.read(session, question, reader=reader)
        return self.search(query, self.index.snapshot, reader=reader)

    def search(
        self, query: Query, snapshot: Snapshot, *, reader: Reader = ANYBODY, count: int = 5
    ) -> list[Ranked]:
        """The best articles in a snapshot, before any verdict."""
        return rank(
            snapshot,
            query.vector,
            query.matches,
            allowed=snapshot.allowed(self.clock(), reader),
            weights=self.calibration.weights,
            count=count,
        )

    def judge(self, ranked: Sequence[Ranked], query: Query) -> float:
        """How probable it is that the first of them answers."""
        if not ranked:
            return 0.0
        return self.calibration.probability(signals_of(ranked, refused=query.refused))

    def decide(
        self, ranked: Sequence[Ranked], passages: Mapping[int, Servable], probability: float
    ) -> Answer:
        """The answer that these candidates make; without a highlight yet."""
        verdict = self.calibration.verdict(probability) if ranked else Verdict.UNKNOWN
        found = [passages[each.passage_id] for each in ranked if each.passage_id in passages]
        if verdict is Verdict.UNKNOWN or not found:
            return Answer(Verdict.UNKNOWN, probability, "", None, ())
        cited, *others = found
        offered = others[:MOST_ALTERNATIVES] if verdict is Verdict.UNSURE else []
        return Answer(
            verdict,
            probability,
            to_quote(cited.heading, cited.text),
            cite(cited),
            tuple(map(cite, offered)),
            pictures=find_pictures(cited.text),
        )

    async def _ask_afresh(self, question: str, reader: Reader, *, stale: UUID) -> Answer:
        """Articles changed a moment ago: load those in the way, each in one view with its answer.

        A view of its own each time: what another task loaded meanwhile is newer than ours.
        """
        for _ in range(MOST_STALE):
            async with self.database.session() as session:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                snapshot = await self.index.load(session, stale)
                answer = await self._attempt(session, question, snapshot, reader)
            if isinstance(answer, Answer):
                return answer
            stale = answer
        return _NOTHING

    async def _attempt(
        self,
        session: AsyncSession,
        question: str,
        snapshot: Snapshot,
        reader: Reader,
    ) -> Answer | UUID:
        """The best article's id when the index is behind PostgreSQL, where it is not served so."""
        query = await self.read(session, question, reader=reader)
        ranked = self.search(query, snapshot, reader=reader)
        if not ranked:
            return _NOTHING
        wanted = [each.passage_id for each in ranked]
        passages = await repository.list_servable(session, wanted, now=self.clock())
        if ranked[0].passage_id not in passages:
            return ranked[0].article_id
        answer = self.decide(ranked, passages, self.judge(ranked, query))
        if answer.citation is None:
            return answer
        cited = passages[ranked[0].passage_id]
        longer = await self._with_what_follows(session, cited, answer)
        return replace(
            longer,
            highlight=self._highlighter.find(query.vector, cited.passage_id, answer.quote),
        )

    async def _with_what_follows(
        self, session: AsyncSession, cited: Servable, answer: Answer
    ) -> Answer:
        """The passage; an article's short opening words together with what they lead to."""
        if cited.heading or len(cited.text.split()) > SHORT_OPENING:
            return answer
        following = await repository.find_next_passage(session, cited.passage_id)
        if following is None:
            return answer
        rest = to_quote(following.heading, following.text)
        pictures = dict.fromkeys((*answer.pictures, *find_pictures(following.text)))
        return replace(answer, quote=f"{answer.quote}\n\n{rest}", pictures=tuple(pictures))


def clean_question(question: str) -> str:
    """What can be searched: no null bytes, no broken characters, not endless."""
    readable = question[:LONGEST_QUESTION].encode("utf-8", "ignore").decode("utf-8")
    return " ".join(readable.replace("\x00", " ").split())


def cite(passage: Servable) -> Citation:
    return Citation(
        article_id=str(passage.article_id),
        slug=passage.slug,
        title=passage.title,
        version=passage.version,
        passage_id=passage.passage_id,
    )
