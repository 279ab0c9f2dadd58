"""Questions that were not or badly answered, as gaps in the content, the most pressing first.

Used by the studio's page of gaps, which commits: that keeps the gaps' identities.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Order
from insights.content import outcomes
from insights.content.articles import Source, load_sources
from insights.content.clusters import MOST_GROUPED, find_middle, group, recognise
from insights.content.intervals import Trend, find_trend
from insights.content.models import ContentGap, GapState
from insights.content.outcomes import Traced
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.models import Article, ArticleVersion, PassageKind, VersionState

RECENT = timedelta(days=7)
BEFORE = timedelta(days=28)
MOST_EXAMPLES = 5
_LONGEST_LABEL = 90
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('content_gaps', 3))")


class Reason(StrEnum):
    """Why a question counts as badly answered; the first that holds."""

    UNKNOWN = "unknown"
    NOT_PICKED = "not_picked"
    NOT_HELPED = "not_helped"
    HUMAN = "human"
    ASKED_AGAIN = "asked_again"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The published article whose title or phrasing is nearest to a gap."""

    article_id: UUID
    slug: str
    title: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A cluster of badly answered questions. `examples` are the most frequent of `questions`."""

    id: UUID
    label: str
    language: str
    examples: tuple[str, ...]
    questions: frozenset[str]
    volume: int
    customers: int
    value_cents: int
    trend: Trend
    reasons: tuple[tuple[Reason, int], ...]
    nearest: Nearest | None
    score: float
    state: GapState
    slug: str | None


@dataclass(slots=True)
class _Cluster:
    """Questions that ask the same, before anything is known about them."""

    language: str
    label: str
    asked: list[tuple[Traced, Reason]]
    centre: Vectors
    questions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.questions = frozenset(traced.asked.question for traced, _ in self.asked)


async def find_gaps(session: AsyncSession, encoder: Encoder, now: datetime) -> tuple[Gap, ...]:
    """Return the gaps that nobody dismissed and no article has closed since."""
    await session.execute(_ONE_AT_A_TIME)
    traced = await outcomes.load(session, encoder, since=now - RECENT - BEFORE, now=now)
    clusters = await asyncio.to_thread(_cluster, traced, encoder)
    remembered = await _remember(session, clusters, now)
    published = await _load_published(session)
    shown = [
        (cluster, known)
        for cluster, known in zip(clusters, remembered, strict=True)
        if known.state is not GapState.DISMISSED and not _is_closed(cluster, known, published)
    ]
    spent = await _load_spent(session, {t.asked.customer_id for c, _ in shown for t, _ in c.asked})
    kinds = (PassageKind.TITLE, PassageKind.ASKED_AS)
    sources = await load_sources(session, *kinds, encoder=encoder.identity)
    first = min((each.asked.asked_at for each in traced), default=now)
    found = [
        _describe(cluster, known, spent, sources, now=now, first=first) for cluster, known in shown
    ]
    return _rank(found)


def find_reason(traced: Traced) -> Reason | None:
    """Return why this question was badly answered; None when it was not."""
    asked = traced.asked
    if traced.offer_picked or traced.helped is True:
        return None
    if asked.verdict == "unknown":
        return Reason.UNKNOWN
    if traced.helped is False:
        return Reason.NOT_HELPED
    if asked.verdict == "unsure" and asked.offered:
        return Reason.NOT_PICKED
    if traced.human:
        return Reason.HUMAN
    return Reason.ASKED_AGAIN if traced.asked_again else None


async def decide(
    session: AsyncSession,
    gap_id: UUID,
    *,
    state: GapState,
    by: str,
    at: datetime,
    slug: str | None = None,
) -> None:
    """Note what somebody did about a gap."""
    known = await session.get_one(ContentGap, gap_id, with_for_update=True)
    known.state, known.decided_by, known.decided_at = state, by, at
    known.slug = slug or known.slug


def _cluster(traced: Iterable[Traced], encoder: Encoder) -> list[_Cluster]:
    """Group by language: vectors of different languages are not to be compared."""
    bad = [(each, reason) for each in traced if (reason := find_reason(each)) is not None]
    by_language: dict[str, dict[str, list[tuple[Traced, Reason]]]] = defaultdict(dict)
    for each, reason in reversed(bad):
        texts = by_language[each.asked.language]
        if each.asked.question in texts or len(texts) < MOST_GROUPED:
            texts.setdefault(each.asked.question, []).append((each, reason))
    return [
        cluster
        for language in sorted(by_language)
        for cluster in _group_texts(language, by_language[language], encoder)
    ]


def _group_texts(
    language: str, texts: dict[str, list[tuple[Traced, Reason]]], encoder: Encoder
) -> list[_Cluster]:
    ordered = sorted(texts)
    vectors = encoder.encode(ordered)
    places: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(group(vectors)):
        places[number].append(place)
    clusters = []
    for own in places.values():
        weights = [float(len(texts[ordered[place]])) for place in own]
        middle, centre = find_middle(vectors[own], weights)
        asked = [pair for place in own for pair in texts[ordered[place]]]
        label = ordered[own[middle]][:_LONGEST_LABEL]
        clusters.append(_Cluster(language, label, asked, centre))
    return clusters


async def _remember(
    session: AsyncSession, clusters: Sequence[_Cluster], now: datetime
) -> list[ContentGap]:
    """Return the known gap that each cluster is; new ones are added."""
    rows = (await session.execute(select(ContentGap).order_by(ContentGap.id))).scalars().all()
    known = {row.id: row for row in rows}
    same = recognise(
        [cluster.questions for cluster in clusters],
        {row.id: frozenset(row.questions) for row in rows},
    )
    remembered = []
    for place, cluster in enumerate(clusters):
        row = known.get(same[place]) if place in same else None
        if row is None:
            row = ContentGap(state=GapState.OPEN, first_seen_at=now)
            session.add(row)
        row.questions, row.seen_at = sorted(cluster.questions), now
        remembered.append(row)
    await session.flush()
    return remembered


def _is_closed(cluster: _Cluster, known: ContentGap, published: dict[str, datetime]) -> bool:
    """The article meant for it was published since, and nobody has asked in vain after that."""
    since = published.get(known.slug or "")
    if since is None or known.decided_at is None or since < known.decided_at:
        return False
    return all(traced.asked.asked_at < since for traced, _ in cluster.asked)


def _describe(
    cluster: _Cluster,
    known: ContentGap,
    spent: dict[UUID, int],
    sources: tuple[list[Source], Vectors],
    *,
    now: datetime,
    first: datetime,
) -> Gap:
    customers = {traced.asked.customer_id for traced, _ in cluster.asked}
    recent = sum(1 for traced, _ in cluster.asked if traced.asked.asked_at > now - RECENT)
    days = max(0.0, min((now - RECENT - first) / timedelta(days=1), float(BEFORE.days)))
    often = Counter(traced.asked.question for traced, _ in cluster.asked)
    examples = sorted(often, key=lambda question: (-often[question], question))
    reasons = Counter(reason for _, reason in cluster.asked)
    return Gap(
        id=known.id,
        label=cluster.label,
        language=cluster.language,
        examples=tuple(examples[:MOST_EXAMPLES]),
        questions=cluster.questions,
        volume=len(cluster.asked),
        customers=len(customers),
        value_cents=sum(spent.get(customer, 0) for customer in customers),
        trend=find_trend(
            recent,
            len(cluster.asked) - recent,
            recent_days=float(RECENT.days),
            before_days=days,
        ),
        reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0].value))),
        nearest=_find_nearest(cluster, *sources),
        score=0.0,
        state=known.state,
        slug=known.slug,
    )


def _find_nearest(cluster: _Cluster, sources: Sequence[Source], vectors: Vectors) -> Nearest | None:
    own = [place for place, each in enumerate(sources) if each.language == cluster.language]
    if not own:
        return None
    similar = vectors[own] @ cluster.centre
    best = int(np.argmax(similar))
    source = sources[own[best]]
    return Nearest(source.article_id, source.slug, source.title, float(similar[best]))


def _rank(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Volume times trend, more by up to double for what the customers who asked are worth."""
    total = sum(gap.value_cents for gap in gaps) or 1
    scored = [
        replace(gap, score=gap.volume * gap.trend.ratio * (1 + gap.value_cents / total))
        for gap in gaps
    ]
    return tuple(sorted(scored, key=lambda gap: (-gap.score, gap.label)))


async def _load_spent(session: AsyncSession, customers: set[UUID]) -> dict[UUID, int]:
    found = (
        select(Order.customer_id, func.sum(Order.total_cents))
        .where(Order.customer_id.in_(customers), Order.status != "cancelled")
        .group_by(Order.customer_id)
    )
    return {row[0]: int(row[1]) for row in await session.execute(found)}


async def _load_published(session: AsyncSession) -> dict[str, datetime]:
    found = (
        select(Article.slug, ArticleVersion.published_at)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(ArticleVersion.state == VersionState.PUBLISHED)
    )
    return {slug: at for slug, at in await session.execute(found) if at is not None}
