"""What would be answered, and why: now, and after a draft were published. Reads only.

Called by the studio's "ask it as a customer" box and its impact page.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import repository
from knowledge_base.answering import KnowledgeBase, clean_question
from knowledge_base.answers import Answer, Reader, Verdict
from knowledge_base.chunking import cut, text_to_embed
from knowledge_base.columns import Entry
from knowledge_base.drafts import Draft
from knowledge_base.encoder import Encoder
from knowledge_base.index import Snapshot
from knowledge_base.models import PassageKind
from knowledge_base.reading import Query
from knowledge_base.repository import Servable
from knowledge_base.search import Ranked, WordMatches

MOST_CANDIDATES = 5
NOTICEABLE = 0.05
"""From this change of probability on, an answer is called surer or less sure."""
NOT_YET = UUID(int=0)
"""Stands for the article of a draft that is new."""

_LEXEMES = text("""
    SELECT tsvector_to_array(to_tsvector(CAST(:config AS regconfig), said))
    FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS given(said, place) ORDER BY place
""")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that was considered."""

    article_id: UUID
    slug: str
    title: str
    passage: str
    score: float
    best: float
    centre: float
    lexical: float
    probability: float
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer and what it was chosen from, best first."""

    answer: Answer
    candidates: tuple[Candidate, ...]


class Kind(StrEnum):
    """How a draft changes an answer."""

    NOW_ANSWERED = "now_answered"
    OTHER_ARTICLE = "other_article"
    NO_LONGER_ANSWERED = "no_longer_answered"
    SURER = "surer"
    LESS_SURE = "less_sure"


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose answer a draft changes."""

    question: str
    before: Answer
    after: Answer
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Rehearsed:
    """The snapshot as a draft would make it, and what the draft's passages say."""

    snapshot: Snapshot
    servable: Mapping[int, Servable]
    lexemes: Mapping[int, frozenset[str]]

    def matching(self, query: Query) -> Query:
        """The same question, with the draft's passages among those that hold its words."""
        own = {at: query.matches.words & held for at, held in self.lexemes.items()}
        found = {**query.matches.by_passage, **{at: held for at, held in own.items() if held}}
        return replace(query, matches=WordMatches(query.matches.words, found))


async def explain(
    kb: KnowledgeBase,
    question: str,
    *,
    reader: Reader,
    draft: Draft | None = None,
    replaces: UUID | None = None,
) -> Explanation:
    """What is answered now; with a draft, what would be if it were published."""
    async with kb.database.session() as session:
        rehearsed = await _rehearse(session, kb, draft, replaces)
        query = await kb.read(session, clean_question(question), reader=reader)
        ranked = kb.search(
            rehearsed.matching(query), rehearsed.snapshot, reader=reader, count=MOST_CANDIDATES
        )
        passages = await _passages(session, kb, ranked, rehearsed)
    answer = kb.decide(ranked, passages, kb.judge(ranked, query))
    return Explanation(answer, tuple(_candidates(kb, ranked, passages, query)))


async def impact(
    kb: KnowledgeBase,
    draft: Draft,
    *,
    replaces: UUID | None,
    questions: Sequence[str],
    reader: Reader,
) -> tuple[Change, ...]:
    """Which of these questions a draft would change the answer to."""
    asked = [clean for clean in map(clean_question, dict.fromkeys(questions)) if clean]
    vectors = await asyncio.to_thread(kb.encoder.encode, asked)
    async with kb.database.session() as session:
        rehearsed = await _rehearse(session, kb, draft, replaces)
        queries = [
            await kb.read(session, question, reader=reader, vector=vector)
            for question, vector in zip(asked, vectors, strict=True)
        ]
        now = kb.snapshot
        pairs = await asyncio.to_thread(
            lambda: [
                (
                    kb.search(query, now, reader=reader),
                    kb.search(rehearsed.matching(query), rehearsed.snapshot, reader=reader),
                )
                for query in queries
            ]
        )
        every = [each for pair in pairs for ranked in pair for each in ranked]
        passages = await _passages(session, kb, every, rehearsed)
    changes = []
    for question, query, (before, after) in zip(asked, queries, pairs, strict=True):
        answers = [kb.decide(each, passages, kb.judge(each, query)) for each in (before, after)]
        kind = _compare(*answers)
        if kind is not None:
            changes.append(Change(question, answers[0], answers[1], kind))
    return tuple(changes)


async def _rehearse(
    session: AsyncSession, kb: KnowledgeBase, draft: Draft | None, replaces: UUID | None
) -> _Rehearsed:
    if draft is None:
        return _Rehearsed(kb.snapshot, {}, {})
    article_id = replaces or NOT_YET
    pieces = list(_pieces(draft))
    config = repository.text_config(draft.language)
    said = [f"{heading} {words}" for _, heading, words, _ in pieces]
    rows = await session.execute(_LEXEMES, {"config": config, "texts": said})
    lexemes = {-at: frozenset(held or ()) for at, (held,) in enumerate(rows, 1)}
    entries = await asyncio.to_thread(_entries, kb.encoder, draft, article_id, pieces, lexemes)
    snapshot = await asyncio.to_thread(
        kb.snapshot.replacing, article_id, entries, encoder=kb.encoder.identity
    )
    servable = {
        -at: Servable(-at, heading, words, article_id, draft.slug, draft.title, 0)
        for at, (_, heading, words, _) in enumerate(pieces, 1)
    }
    return _Rehearsed(snapshot, servable, lexemes)


def _pieces(draft: Draft) -> Iterable[tuple[PassageKind, str, str, str]]:
    """Kind, heading, text, and the text as the encoder reads it, as publishing makes them."""
    yield PassageKind.TITLE, "", draft.title, draft.title
    for phrasing in draft.asked_as:
        yield PassageKind.ASKED_AS, "", phrasing, phrasing
    for piece in cut(draft.body):
        yield PassageKind.PASSAGE, piece.heading, piece.text, text_to_embed(draft.title, piece)


def _entries(
    encoder: Encoder,
    draft: Draft,
    article_id: UUID,
    pieces: Sequence[tuple[PassageKind, str, str, str]],
    lexemes: Mapping[int, frozenset[str]],
) -> list[Entry]:
    """Numbered downwards from -1: no stored passage has such an id."""
    vectors = encoder.encode([embedded for _, _, _, embedded in pieces])
    return [
        Entry(
            passage_id=-at,
            article_id=article_id,
            kind=kind,
            language=draft.language,
            audience=draft.audience,
            stage=draft.stage,
            segments=tuple(draft.segments),
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
            encoder=encoder.identity,
            lexemes=tuple(lexemes[-at]),
            vector=vector.tobytes(),
        )
        for at, ((kind, _, _, _), vector) in enumerate(zip(pieces, vectors, strict=True), 1)
    ]


async def _passages(
    session: AsyncSession, kb: KnowledgeBase, ranked: Sequence[Ranked], rehearsed: _Rehearsed
) -> dict[int, Servable]:
    wanted = {each.passage_id for each in ranked if each.passage_id > 0}
    stored = await repository.list_servable(session, sorted(wanted), now=kb.clock())
    return {**stored, **rehearsed.servable}


def _candidates(
    kb: KnowledgeBase, ranked: Sequence[Ranked], passages: Mapping[int, Servable], query: Query
) -> Iterable[Candidate]:
    for place, each in enumerate(ranked):
        passage = passages.get(each.passage_id)
        if passage is not None:
            yield Candidate(
                article_id=each.article_id,
                slug=passage.slug,
                title=passage.title,
                passage=passage.text,
                score=each.score,
                best=each.best,
                centre=each.centre,
                lexical=each.lexical,
                probability=kb.judge(ranked[place:], query),
                why=_why(each, query),
            )


def _why(each: Ranked, query: Query) -> str:
    """In words that a marketer can act on."""
    if query.refused > each.best:
        return "Closer to a question known to have no answer than to this article."
    meant = "means nearly the same" if each.best >= 0.7 else "is related in meaning"
    if each.best < 0.4:
        meant = "is far in meaning"
    return f"Its closest passage or phrasing {meant}; it holds {each.lexical:.0%} of the words."


def _compare(before: Answer, after: Answer) -> Kind | None:
    if before.citation is None or after.citation is None:
        if before.citation is after.citation:
            return None
        return Kind.NOW_ANSWERED if before.citation is None else Kind.NO_LONGER_ANSWERED
    if before.citation.article_id != after.citation.article_id:
        return Kind.OTHER_ARTICLE
    order = (Verdict.UNKNOWN, Verdict.UNSURE, Verdict.SURE)
    surer = order.index(after.verdict) - order.index(before.verdict)
    change = after.probability - before.probability
    if surer == 0 and abs(change) < NOTICEABLE:
        return None
    return Kind.SURER if (surer or change) > 0 else Kind.LESS_SURE
