"""What is the matter with an article, for the studio's list. Reads only."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from insights.content.conflicts import ConflictKind, find_conflicts
from insights.content.intervals import wilson
from knowledge_base.models import ArticleVersion, VersionState
from knowledge_base.traces import (
    ArticleFeedback,
    AskedQuestion,
    ContentOffer,
    LinkFollowed,
    PageFeedback,
)

STALE_AFTER = timedelta(days=365)
UNUSED_AFTER = timedelta(days=30)
JUDGED_OVER = timedelta(days=90)
LEAST_WORDS = 5
HELPFUL_FROM = 0.6


class HealthFlag(StrEnum):
    """What is the matter."""

    EXPIRED = "expired"
    STALE = "stale"
    UNHELPFUL = "unhelpful"
    NEVER_SERVED = "never_served"
    CONTRADICTING = "contradicting"
    DUPLICATE = "duplicate"


async def find_health(session: AsyncSession, now: datetime) -> dict[UUID, frozenset[HealthFlag]]:
    """Return the published articles with which something is the matter."""
    flags: dict[UUID, set[HealthFlag]] = defaultdict(set)
    for version in await _load_published(session):
        if version.valid_until is not None and version.valid_until <= now:
            flags[version.article_id].add(HealthFlag.EXPIRED)
        if is_stale(version, now):
            flags[version.article_id].add(HealthFlag.STALE)
    for article_id in await _find_unhelpful(session, now):
        flags[article_id].add(HealthFlag.UNHELPFUL)
    for article_id in await _find_unused(session, now):
        flags[article_id].add(HealthFlag.NEVER_SERVED)
    for conflict in await find_conflicts(session):
        duplicate = conflict.kind is ConflictKind.DUPLICATE
        for source in (conflict.one, conflict.other):
            flags[source.article_id].add(
                HealthFlag.DUPLICATE if duplicate else HealthFlag.CONTRADICTING
            )
    return {article_id: frozenset(found) for article_id, found in flags.items()}


def is_stale(version: ArticleVersion, now: datetime) -> bool:
    """Its review is due, or, when no day was set, nobody has touched it for a year."""
    if version.review_on is not None:
        return version.review_on <= now.date()
    return max(version.updated_at, version.published_at or version.updated_at) <= now - STALE_AFTER


def is_unhelpful(helped: int, not_helped: int) -> bool:
    """Even the best that so few words allow is less than six of ten."""
    interval = wilson(helped, helped + not_helped)
    enough = helped + not_helped >= LEAST_WORDS
    return interval is not None and enough and interval.high < HELPFUL_FROM


async def _load_published(session: AsyncSession) -> list[ArticleVersion]:
    found = select(ArticleVersion).where(ArticleVersion.state == VersionState.PUBLISHED)
    return list((await session.execute(found)).scalars())


async def _find_unhelpful(session: AsyncSession, now: datetime) -> list[UUID]:
    """By what was said of the published version; an older one's faults may have been mended."""
    words: Counter[tuple[UUID, bool]] = Counter()
    for table in (ArticleFeedback, PageFeedback):
        found = (
            select(table.article_id, table.helped, func.count())
            .join(
                ArticleVersion,
                (ArticleVersion.article_id == table.article_id)
                & (ArticleVersion.number == table.version)
                & (ArticleVersion.state == VersionState.PUBLISHED),
            )
            .where(table.created_at > now - JUDGED_OVER, table.created_at <= now)
            .group_by(table.article_id, table.helped)
        )
        for article_id, helped, count in await session.execute(found):
            words[article_id, helped] += count
    return [
        article_id
        for article_id in sorted({article_id for article_id, _ in words})
        if is_unhelpful(words[article_id, True], words[article_id, False])
    ]


async def _find_unused(session: AsyncSession, now: datetime) -> list[UUID]:
    """Published for a month, in which questions were kept, and shown, opened, offered never."""
    began = await session.scalar(select(func.min(AskedQuestion.asked_at)))
    if began is None or began > now - UNUSED_AFTER:
        return []
    used = (
        select(AskedQuestion.article_id)
        .where(AskedQuestion.article_id.is_not(None))
        .union(select(LinkFollowed.article_id), select(ContentOffer.article_id))
    )
    found = select(ArticleVersion.article_id).where(
        ArticleVersion.state == VersionState.PUBLISHED,
        ArticleVersion.published_at <= now - UNUSED_AFTER,
        ArticleVersion.article_id.not_in(used),
    )
    return list((await session.execute(found)).scalars())
