"""What the studio and the API read of the articles, in every state. Takes a session, never commits.

An article is shown by its open draft when it has one, else by what is published, else by the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from knowledge_base.errors import ArticleNotFoundError, VersionNotFoundError
from knowledge_base.models import Article, ArticleEvent, ArticleVersion, VersionState
from knowledge_base.repository import text_config
from knowledge_base.versions import OPEN, VersionView, view_version

PAGE = 50
LONGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class LibraryFilters:
    """What to list; empty fields filter nothing. `only` are the ids to choose among."""

    text: str = ""
    state: VersionState | None = None
    language: str = ""
    stage: str = ""
    owner: str = ""
    tag: str = ""
    campaign: str = ""
    only: frozenset[UUID] | None = None
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article in the list."""

    article_id: UUID
    slug: str
    title: str
    state: VersionState
    language: str
    stage: str
    audience: str
    owner: str
    campaign: str | None
    tags: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    review_on: date | None
    publish_at: datetime | None
    updated_at: datetime
    number: int
    published_number: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list, and how many there are in all."""

    rows: tuple[ArticleRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of an article's history."""

    at: datetime
    what: str
    by: str
    number: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Translation:
    """The same article in another language."""

    slug: str
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class ArticleDetail:
    """An article with every version, newest first, its history and its translations."""

    article_id: UUID
    slug: str
    versions: tuple[VersionView, ...]
    events: tuple[Event, ...]
    translations: tuple[Translation, ...] = field(default=())

    @property
    def draft(self) -> VersionView | None:
        """The version being worked on."""
        return next((each for each in self.versions if each.is_open), None)

    @property
    def published(self) -> VersionView | None:
        """The version that is served, whatever its validity."""
        served = (each for each in self.versions if each.state is VersionState.PUBLISHED)
        return next(served, None)

    @property
    def shown(self) -> VersionView:
        """What an author sees first."""
        return self.draft or self.published or self.versions[0]


async def list_articles(session: AsyncSession, filters: LibraryFilters) -> Listing:
    """Articles that match, the last changed first."""
    shown = aliased(ArticleVersion, _shown_versions().subquery())
    published = aliased(ArticleVersion)
    conditions = _conditions(shown, filters)
    total = select(func.count()).select_from(shown).join(Article, Article.id == shown.article_id)
    query = (
        select(Article, shown, published.number)
        .join(shown, shown.article_id == Article.id)
        .outerjoin(
            published,
            and_(published.article_id == Article.id, published.state == VersionState.PUBLISHED),
        )
        .where(*conditions)
        .order_by(shown.updated_at.desc(), Article.slug)
        .offset(max(0, filters.offset))
        .limit(max(1, min(filters.limit, LONGEST_PAGE)))
    )
    found = await session.execute(query)
    rows = tuple(_row(article, version, number) for article, version, number in found)
    return Listing(rows, await session.scalar(total.where(*conditions)) or 0)


async def get_article(session: AsyncSession, slug: str) -> ArticleDetail:
    """Everything about one article. Raises ArticleNotFoundError."""
    article = await session.scalar(select(Article).where(Article.slug == slug))
    versions = [] if article is None else await _list_versions(session, article)
    if article is None or not versions:
        raise ArticleNotFoundError(f"There is no article {slug}.")
    events = await session.execute(
        select(ArticleEvent)
        .where(ArticleEvent.article_id == article.id)
        .order_by(ArticleEvent.at.desc(), ArticleEvent.id.desc())
    )
    return ArticleDetail(
        article_id=article.id,
        slug=slug,
        versions=tuple(view_version(article, each) for each in versions),
        events=tuple(Event(e.at, e.what, e.by, e.number, e.note) for e in events.scalars()),
        translations=await _list_translations(session, article),
    )


async def get_version(session: AsyncSession, slug: str, number: int) -> VersionView:
    """One version. Raises ArticleNotFoundError, VersionNotFoundError."""
    detail = await get_article(session, slug)
    for version in detail.versions:
        if version.number == number:
            return version
    raise VersionNotFoundError(f"Article {slug} has no version {number}.")


async def list_choices(session: AsyncSession) -> dict[str, tuple[str, ...]]:
    """What the list can be filtered by: languages, owners, campaigns and tags in use."""
    shown = _shown_versions().subquery()
    tags = select(func.unnest(shown.c.tags)).distinct()
    found: dict[str, tuple[str, ...]] = {}
    for name in ("language", "owner", "campaign"):
        values = await session.execute(select(shown.c[name]).distinct())
        found[name] = tuple(sorted(filter(None, values.scalars())))
    found["tag"] = tuple(sorted((await session.execute(tags)).scalars()))
    return found


def _shown_versions() -> Select[ArticleVersion]:
    """Each article's version that stands for it."""
    first = case(
        (ArticleVersion.state.in_(OPEN), 0),
        (ArticleVersion.state == VersionState.PUBLISHED, 1),
        else_=2,
    )
    return (
        select(ArticleVersion)
        .ext(distinct_on(ArticleVersion.article_id))
        .order_by(ArticleVersion.article_id, first, ArticleVersion.number.desc())
    )


def _conditions(shown: Any, filters: LibraryFilters) -> list[ColumnElement[bool]]:
    conditions = [
        getattr(shown, name) == value
        for name in ("state", "language", "stage", "owner", "campaign")
        if (value := getattr(filters, name))
    ]
    if filters.tag:
        conditions.append(filters.tag == any_(shown.tags))
    if filters.only is not None:
        conditions.append(Article.id.in_(filters.only))
    if words := filters.text.replace("\x00", " ").strip():
        conditions.append(_matches(shown, words, filters.language or "en"))
    return conditions


def _matches(shown: Any, words: str, language: str) -> ColumnElement[bool]:
    """Full text in the language's own stems, or the words as they stand in title or address."""
    config = text_config(language)
    everything = func.concat_ws(
        " ",
        shown.title,
        shown.body,
        func.array_to_string(shown.asked_as, " "),
        func.array_to_string(shown.tags, " "),
    )
    return or_(
        func.to_tsvector(config, everything).op("@@")(func.websearch_to_tsquery(config, words)),
        shown.title.icontains(words, autoescape=True),
        Article.slug.icontains(words, autoescape=True),
    )


def _row(article: Article, version: ArticleVersion, published: int | None) -> ArticleRow:
    return ArticleRow(
        article_id=article.id,
        slug=article.slug,
        title=version.title,
        state=VersionState(version.state),
        language=version.language,
        stage=version.stage,
        audience=version.audience,
        owner=version.owner,
        campaign=version.campaign,
        tags=tuple(version.tags),
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        review_on=version.review_on,
        publish_at=version.publish_at,
        updated_at=version.updated_at,
        number=version.number,
        published_number=published,
    )


async def _list_versions(session: AsyncSession, article: Article) -> Sequence[ArticleVersion]:
    query = (
        select(ArticleVersion)
        .where(ArticleVersion.article_id == article.id)
        .order_by(ArticleVersion.number.desc())
    )
    return (await session.execute(query)).scalars().all()


async def _list_translations(session: AsyncSession, article: Article) -> tuple[Translation, ...]:
    shown = aliased(ArticleVersion, _shown_versions().subquery())
    query = (
        select(Article.slug, shown.language, shown.title)
        .join(shown, shown.article_id == Article.id)
        .where(Article.translation_group == article.translation_group, Article.id != article.id)
        .order_by(shown.language)
    )
    return tuple(Translation(*row) for row in await session.execute(query))
