"""Publishing: now, at a planned time, back to an earlier version, or not any more.

Called by the studio, the API and the scheduler, which commit. With `four_eyes` nobody approves
what they wrote or submitted themselves.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import notify
from kit.log import find_place, get_logger
from knowledge_base import repository
from knowledge_base.editorial import get_locked, get_open, get_version, list_authors, record
from knowledge_base.encoder import Encoder
from knowledge_base.errors import (
    ContentRefusedError,
    SecondPersonNeededError,
    StaleDraftError,
    WrongStateError,
)
from knowledge_base.models import Article, ArticleVersion, VersionState
from knowledge_base.service import TOPIC, release
from knowledge_base.versions import OPEN, VersionView, read_content, view_version, write_content

SCHEDULER = "scheduler"

_log = get_logger(__name__)


async def publish(
    session: AsyncSession,
    slug: str,
    *,
    number: int,
    by: str,
    encoder: Encoder,
    four_eyes: bool = False,
    revision: int | None = None,
) -> VersionView:
    """Approve the open draft and serve it from now on.

    `revision` is what the approver read; raises StaleDraftError when it was changed since.
    """
    article, version = await get_open(session, slug, number)
    _require_read(article, version, revision)
    await _require_second_person(session, version, by, four_eyes=four_eyes)
    version.approved_by, version.publish_at = by, None
    await release(session, version, encoder=encoder)
    await record(session, article, version, what="published", by=by)
    return view_version(article, version)


async def schedule(
    session: AsyncSession,
    slug: str,
    *,
    number: int,
    by: str,
    at: datetime,
    four_eyes: bool = False,
    revision: int | None = None,
) -> VersionView:
    """Approve the open draft now and have it published at `at`, which is still to come."""
    article, version = await get_open(session, slug, number)
    _require_read(article, version, revision)
    if at.tzinfo is None or at <= utc_now():
        raise ContentRefusedError("A planned publication lies in the future, with a time zone.")
    await _require_second_person(session, version, by, four_eyes=four_eyes)
    version.approved_by, version.publish_at = by, at
    await record(session, article, version, what="scheduled", by=by, note=at.isoformat())
    return view_version(article, version)


async def unschedule(session: AsyncSession, slug: str, *, by: str) -> VersionView:
    """Call a planned publication off."""
    article, version = await get_open(session, slug)
    if version.publish_at is None:
        raise WrongStateError(f"{slug} is not planned to be published.")
    version.approved_by = version.publish_at = None
    await record(session, article, version, what="unscheduled", by=by)
    return view_version(article, version)


async def publish_due(session: AsyncSession, *, now: datetime, encoder: Encoder) -> list[str]:
    """Publish every version whose time has come; return the addresses.

    Any number of processes may call it: each article is locked, and skipped by who comes second.
    One that cannot be published is called off, which its history says.
    """
    due = (
        select(Article)
        .where(
            Article.id.in_(
                select(ArticleVersion.article_id).where(
                    ArticleVersion.publish_at <= now, ArticleVersion.state.in_(OPEN)
                )
            )
        )
        .order_by(Article.id)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    published = []
    for article in (await session.execute(due)).scalars().all():
        version = await _find_due(session, article, now)
        if version is None:  # somebody changed or published it before we had the lock
            continue
        if await _release_as_planned(session, article, version, encoder):
            published.append(article.slug)
    return published


async def _release_as_planned(
    session: AsyncSession, article: Article, version: ArticleVersion, encoder: Encoder
) -> bool:
    """Publish one of those that are due; one that cannot be is called off and holds up no other.

    Errors: what the database raises; then all of them are tried again.
    """
    try:
        async with session.begin_nested():
            version.publish_at = None
            await release(session, version, encoder=encoder)
            await record(session, article, version, what="published", by=SCHEDULER)
    except SQLAlchemyError:
        raise
    except Exception as error:
        await session.refresh(article)
        await session.refresh(version)
        _log.error("kb.not_published", article=str(article.id), where=find_place(error))
        version.publish_at = version.approved_by = None
        name = type(error).__name__
        await record(session, article, version, what="not published", by=SCHEDULER, note=name)
        return False
    return True


async def roll_back(
    session: AsyncSession, slug: str, *, number: int, by: str, encoder: Encoder
) -> VersionView:
    """Serve again what an earlier published version said, as a version of its own.

    An open draft stays as it is. It was approved when it was first published.
    """
    article = await get_locked(session, slug)
    old = await get_version(session, article, number)
    if old.published_at is None or old.state == VersionState.PUBLISHED:
        raise WrongStateError(f"Version {number} of {slug} was not published before another one.")
    again = ArticleVersion(
        article_id=article.id,
        number=await repository.last_number(session, article.id) + 1,
        author=old.author,
        approved_by=by,
        restored_from=number,
    )
    write_content(again, read_content(slug, old))
    session.add(again)
    await session.flush()
    await release(session, again, encoder=encoder)
    await record(session, article, again, what="rolled back", by=by, note=str(number))
    return view_version(article, again)


async def withdraw(session: AsyncSession, slug: str, *, by: str) -> None:
    """Stop serving an article; its versions stay. Raises WrongStateError when it is not served."""
    article = await get_locked(session, slug)
    current = await repository.find_published_version(session, article.id)
    if current is None:
        raise WrongStateError(f"{slug} is not published.")
    current.state = VersionState.ARCHIVED.value
    await record(session, article, current, what="withdrawn", by=by)
    await notify(session, TOPIC, str(article.id))


def _require_read(article: Article, version: ArticleVersion, revision: int | None) -> None:
    """Nobody approves words they have not seen."""
    if revision is not None and revision != version.revision:
        seen = view_version(article, version)
        raise StaleDraftError(f"{article.slug} was changed after you read it.", seen)


async def _require_second_person(
    session: AsyncSession, version: ArticleVersion, by: str, *, four_eyes: bool
) -> None:
    if four_eyes and by in await list_authors(session, version.article_id, version.number):
        raise SecondPersonNeededError("Somebody who did not write this version has to approve it.")


async def _find_due(
    session: AsyncSession, article: Article, now: datetime
) -> ArticleVersion | None:
    query = (
        select(ArticleVersion)
        .where(
            ArticleVersion.article_id == article.id,
            ArticleVersion.publish_at <= now,
            ArticleVersion.state.in_(OPEN),
        )
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().first()
