"""The work on an article: draft, review, restore, translations. Takes a session, never commits.

Called by the studio, the API and the importers. Publishing is in knowledge_base.releasing. Every
change of an article takes its row lock first, so that two people never work on an older state.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.ids import new_id
from knowledge_base import repository
from knowledge_base.drafts import Draft
from knowledge_base.errors import (
    ArticleNotFoundError,
    StaleDraftError,
    VersionNotFoundError,
    WrongStateError,
)
from knowledge_base.models import Article, ArticleEvent, ArticleVersion, VersionState
from knowledge_base.versions import OPEN, VersionView, read_content, view_version, write_content

_LOCK_GROUPS = text("SELECT pg_advisory_xact_lock(hashtextextended('knowledge_base.groups', 0))")


async def save(
    session: AsyncSession,
    draft: Draft,
    *,
    by: str,
    base: int | None = None,
    revision: int | None = None,
) -> VersionView:
    """Create an article, begin a draft beside what there is, or change the open draft.

    `base` is the number of the version the author began with (the published one, else the last),
    None for a new article; `revision` that of the open draft they last saw, None without one. A
    draft in review that is changed is a draft again, and a planned publication is called off: what
    is published later is what was approved. Raises StaleDraftError, which holds what somebody else
    wrote meanwhile.
    """
    article = await _ensure_article(session, draft.slug)
    current = await _find_open(session, article)
    if current is not None and revision == current.revision:
        return await _change(session, article, current, draft, by=by)
    newest = current or await _find_base(session, article)
    begins = current is None and revision is None and base == (newest and newest.number)
    if newest is not None and not begins:
        seen = view_version(article, newest)
        raise StaleDraftError(f"Somebody else changed {draft.slug} meanwhile.", seen)
    return await _begin(session, article, draft, by=by)


async def discard(session: AsyncSession, slug: str, *, by: str) -> None:
    """Put the open draft away; what it said stays in the history."""
    article, version = await get_open(session, slug)
    version.state = VersionState.ARCHIVED.value
    version.publish_at = None
    await record(session, article, version, what="discarded", by=by)


async def submit(session: AsyncSession, slug: str, *, number: int, by: str) -> VersionView:
    """Ask for a review."""
    article, version = await get_open(session, slug, number)
    if version.state == VersionState.IN_REVIEW:
        raise WrongStateError(f"Version {number} is in review already.")
    version.state = VersionState.IN_REVIEW.value
    version.submitted_by = by
    await record(session, article, version, what="submitted", by=by)
    return view_version(article, version)


async def send_back(
    session: AsyncSession, slug: str, *, number: int, by: str, note: str
) -> VersionView:
    """Return a version to its author with what is to be changed."""
    article, version = await get_open(session, slug, number)
    if version.state != VersionState.IN_REVIEW:
        raise WrongStateError(f"Version {number} is not in review.")
    version.state = VersionState.DRAFT.value
    version.publish_at = version.approved_by = None
    await record(session, article, version, what="sent back", by=by, note=note)
    return view_version(article, version)


async def restore(session: AsyncSession, slug: str, *, number: int, by: str) -> VersionView:
    """Begin a draft with what an old version said. Raises StaleDraftError when one is open."""
    article = await get_locked(session, slug)
    old = await get_version(session, article, number)
    current = await _find_open(session, article)
    if current is not None:
        seen = view_version(article, current)
        raise StaleDraftError(f"{slug} has an open draft; finish or discard it first.", seen)
    return await _begin(session, article, read_content(slug, old), by=by, restored_from=number)


async def link_translation(session: AsyncSession, slug: str, other: str, *, by: str) -> None:
    """Say that two articles, and what they are linked with, are the same in other languages."""
    await session.execute(_LOCK_GROUPS)  # it changes articles beyond the two: one link at a time
    first, second = sorted((slug, other))
    found = {each: await get_locked(session, each) for each in (first, second)}
    article, joined = found[slug], found[other]
    if article.translation_group == joined.translation_group:
        return
    theirs = await _languages(session, joined.translation_group)
    if await _languages(session, article.translation_group) & theirs:
        raise WrongStateError(f"{slug} and {other} have a language in common.")
    await session.execute(
        update(Article)
        .where(Article.translation_group == joined.translation_group)
        .values(translation_group=article.translation_group)
    )
    await record(session, article, None, what="linked", by=by, note=other)


async def unlink_translation(session: AsyncSession, slug: str, *, by: str) -> None:
    """Take an article out of its group of translations."""
    article = await get_locked(session, slug)
    article.translation_group = new_id()
    await record(session, article, None, what="unlinked", by=by)


async def get_locked(session: AsyncSession, slug: str) -> Article:
    """Return the article, locked. Raises ArticleNotFoundError."""
    article = await repository.find_article(session, slug)
    if article is None:
        raise ArticleNotFoundError(f"There is no article {slug}.")
    return article


async def get_version(session: AsyncSession, article: Article, number: int) -> ArticleVersion:
    """Return a version. Raises VersionNotFoundError."""
    version = await repository.find_version(session, article.id, number)
    if version is None:
        raise VersionNotFoundError(f"Article {article.slug} has no version {number}.")
    return version


async def get_open(
    session: AsyncSession, slug: str, number: int | None = None
) -> tuple[Article, ArticleVersion]:
    """Return the locked article and its open draft. Raises WrongStateError when it has none."""
    article = await get_locked(session, slug)
    version = await _find_open(session, article)
    if number is not None and (version is None or version.number != number):
        await get_version(session, article, number)
        raise WrongStateError(f"Version {number} of {slug} is not open any more.")
    if version is None:
        raise WrongStateError(f"{slug} has no open draft.")
    return article, version


async def record(
    session: AsyncSession,
    article: Article,
    version: ArticleVersion | None,
    *,
    what: str,
    by: str,
    note: str = "",
) -> None:
    """Write into the article's history."""
    number = version.number if version else None
    session.add(ArticleEvent(article_id=article.id, number=number, what=what, by=by, note=note))
    await session.flush()


async def list_authors(session: AsyncSession, article_id: UUID, number: int) -> set[str]:
    """Return everybody who wrote or submitted this version."""
    wrote = select(ArticleEvent.by).where(
        ArticleEvent.article_id == article_id,
        ArticleEvent.number == number,
        ArticleEvent.what.in_(("began", "changed", "imported", "restored", "submitted")),
    )
    return set((await session.execute(wrote)).scalars())


async def _ensure_article(session: AsyncSession, slug: str) -> Article:
    """Return the article, locked; made now when there is none, whoever else makes it too."""
    article = await repository.find_article(session, slug)
    if article is None:
        new = insert(Article).values(id=new_id(), slug=slug, created_at=utc_now())
        await session.execute(new.on_conflict_do_nothing(index_elements=["slug"]))
        article = await get_locked(session, slug)
    return article


async def _begin(
    session: AsyncSession,
    article: Article,
    draft: Draft,
    *,
    by: str,
    restored_from: int | None = None,
) -> VersionView:
    version = ArticleVersion(
        article_id=article.id,
        number=await repository.last_number(session, article.id) + 1,
        state=VersionState.DRAFT.value,
        revision=await repository.last_revision(session, article.id) + 1,
        author=by,
        restored_from=restored_from,
    )
    write_content(version, draft)
    session.add(version)
    await session.flush()
    what = "began" if restored_from is None else "restored"
    note = "" if restored_from is None else str(restored_from)
    await record(session, article, version, what=what, by=by, note=note)
    return view_version(article, version)


async def _change(
    session: AsyncSession, article: Article, version: ArticleVersion, draft: Draft, *, by: str
) -> VersionView:
    """Autosave comes every few seconds: the history names each author of a version once."""
    if read_content(article.slug, version) == draft:
        return view_version(article, version)
    write_content(version, draft)
    version.revision += 1
    version.updated_at = utc_now()
    version.author = by
    version.state = VersionState.DRAFT.value
    version.publish_at = version.submitted_by = version.approved_by = None
    await session.flush()
    if by not in await list_authors(session, article.id, version.number):
        await record(session, article, version, what="changed", by=by)
    return view_version(article, version)


async def _find_open(session: AsyncSession, article: Article) -> ArticleVersion | None:
    return await _find_last(session, article, ArticleVersion.state.in_(OPEN))


async def _find_base(session: AsyncSession, article: Article) -> ArticleVersion | None:
    """Return what an author sees first: the published version, else the last one there was."""
    published = ArticleVersion.state == VersionState.PUBLISHED
    return await _find_last(session, article, published) or await _find_last(session, article)


async def _find_last(
    session: AsyncSession, article: Article, *conditions: Any
) -> ArticleVersion | None:
    query = (
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id, *conditions)
        .order_by(ArticleVersion.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _languages(session: AsyncSession, group: UUID) -> set[str]:
    """Return the languages of a group of translations."""
    query = (
        select(ArticleVersion.language)
        .ext(distinct_on(Article.id))
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(Article.translation_group == group)
        .order_by(Article.id, ArticleVersion.number.desc())
    )
    return set((await session.execute(query)).scalars())
