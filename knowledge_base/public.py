"""What anybody may read: published, valid now, public, for no segment in particular. Reads only.

Called by gateway.help_centre; every query of the public pages is here and asks for all of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, REGCONFIG, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.models import (
    Article,
    ArticleVersion,
    Audience,
    ContentImage,
    Passage,
    PassageKind,
)
from knowledge_base.rendering import summary
from knowledge_base.repository import is_servable, text_config

MOST_RELATED = 4
MOST_FOUND = 10
_MOST_MATCHES = 200
_OPENING = 600
# As PostgreSQL's own type, which knows what arrays have in common.
_TAGS = cast(ArticleVersion.tags, ARRAY(Text))
# Private-use characters: they mark found words until the page escapes and emphasises them.
MARK_START, MARK_END = "\ue000", "\ue001"
_HEADLINES = text(f"""
    SELECT ts_headline(CAST(:config AS regconfig), piece, replace(
        plainto_tsquery(CAST(:config AS regconfig), :question)::text, ' & ', ' | ')::tsquery,
        'MaxWords=34, MinWords=18, StartSel={MARK_START}, StopSel={MARK_END}')
    FROM unnest(CAST(:pieces AS text[])) WITH ORDINALITY AS given (piece, place) ORDER BY place
""")  # noqa: S608  the marks are constants of this module


@dataclass(frozen=True, slots=True)
class Card:
    """A public article as lists show it; `begins` is the beginning of its Markdown."""

    article_id: UUID
    slug: str
    title: str
    begins: str
    language: str
    tags: tuple[str, ...]
    version: int
    published_at: datetime
    group: UUID

    @property
    def opening(self) -> str:
        """The first paragraph in plain words."""
        return summary(self.begins)


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """A public article with its Markdown, what says the same elsewhere, and what is akin."""

    card: Card
    body: str
    translations: tuple[Card, ...]
    related: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of a public article."""

    card: Card
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicImage:
    """A picture, and what kind of picture it is."""

    media_type: str
    data: bytes


def is_public(now: datetime) -> ColumnElement[bool]:
    """Servable now to somebody of whom nothing is known."""
    version = ArticleVersion
    return and_(
        is_servable(now),
        version.audience == Audience.PUBLIC.value,
        func.cardinality(version.segments) == 0,
    )


async def list_languages(session: AsyncSession, *, now: datetime) -> tuple[str, ...]:
    """The languages there are public articles in."""
    query = select(ArticleVersion.language).where(is_public(now)).distinct()
    return tuple(sorted((await session.execute(query)).scalars()))


async def list_cards(
    session: AsyncSession, *, now: datetime, language: str | None = None, tag: str | None = None
) -> tuple[Card, ...]:
    """Every public article, in one language or about one tag, by title.

    What each begins with is read for one tag only: of a whole base it would be megabytes.
    """
    query = _cards(now, opening=tag is not None).order_by(ArticleVersion.title, Article.slug)
    if language is not None:
        query = query.where(ArticleVersion.language == language)
    if tag is not None:
        query = query.where(_TAGS.contains([tag]))
    return tuple(_card(row) for row in await session.execute(query))


async def find_card(session: AsyncSession, slug: str, *, now: datetime) -> Card | None:
    """The public article at this address, without its body."""
    row = (await session.execute(_cards(now).where(Article.slug == slug))).one_or_none()
    return None if row is None else _card(row)


async def find_article(session: AsyncSession, slug: str, *, now: datetime) -> PublicArticle | None:
    """The public article at this address."""
    query = _cards(now).add_columns(ArticleVersion.body).where(Article.slug == slug)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    card = _card(row)
    same = _cards(now).where(Article.translation_group == card.group, Article.id != card.article_id)
    translations = await session.execute(same.order_by(ArticleVersion.language, Article.slug))
    return PublicArticle(
        card,
        row.body,
        tuple(_card(each) for each in translations),
        await _list_related(session, card, now=now),
    )


async def find_excerpts(
    session: AsyncSession, passage_ids: Sequence[int], *, now: datetime
) -> dict[int, Excerpt]:
    """Those of the passages that are public, by their ids."""
    query = (
        _cards(now)
        .add_columns(Passage.id.label("passage_id"), Passage.heading, Passage.text)
        .join(Passage, Passage.version_id == ArticleVersion.id)
        .where(Passage.id.in_(passage_ids))
    )
    rows = await session.execute(query)
    return {row.passage_id: Excerpt(_card(row), row.heading, row.text) for row in rows}


async def find_words(
    session: AsyncSession, question: str, *, language: str, now: datetime
) -> tuple[int, ...]:
    """Passages that hold at least half of the question's words, the best of each article first."""
    config = cast(text_config(language), REGCONFIG)
    asked = await session.scalar(
        select(func.tsvector_to_array(func.to_tsvector(config, question), type_=ARRAY(Text)))
    )
    if not asked:
        return ()
    any_word = func.replace(cast(func.plainto_tsquery(config, question), Text), " & ", " | ")
    wanted = cast(any_word, TSQUERY)
    query = (
        select(
            ArticleVersion.article_id,
            Passage.id,
            func.tsvector_to_array(Passage.lexemes, type_=ARRAY(Text)),
        )
        .join(ArticleVersion, ArticleVersion.id == Passage.version_id)
        .where(
            is_public(now),
            ArticleVersion.language == language,
            Passage.kind == PassageKind.PASSAGE.value,
            Passage.lexemes.op("@@")(wanted),
        )
        .order_by(func.ts_rank(Passage.lexemes, wanted).desc(), Passage.id)
        .limit(_MOST_MATCHES)
    )
    best: dict[UUID, int] = {}
    for article_id, passage_id, words in await session.execute(query):
        if 2 * len(set(asked) & set(words)) >= len(asked):
            best.setdefault(article_id, passage_id)
    return tuple(best.values())[:MOST_FOUND]


async def highlight(
    session: AsyncSession, pieces: Sequence[str], question: str, *, language: str
) -> tuple[str, ...]:
    """The part of each piece that holds the question's words, these between the marks."""
    values = {
        "config": text_config(language),
        "question": question,
        "pieces": [piece.replace(MARK_START, "").replace(MARK_END, "") for piece in pieces],
    }
    return tuple((await session.execute(_HEADLINES, values)).scalars())


async def find_image(
    session: AsyncSession, image_id: UUID, *, now: datetime | None
) -> PublicImage | None:
    """A picture that a public article shows; with `now` None any picture, for who writes them."""
    query = select(ContentImage.media_type, ContentImage.data).where(ContentImage.id == image_id)
    if now is not None:
        shown = ArticleVersion.body.contains(f"/help/images/{image_id}")
        query = query.where(select(ArticleVersion.id).where(is_public(now), shown).exists())
    row = (await session.execute(query)).one_or_none()
    return None if row is None else PublicImage(row.media_type, row.data)


async def _list_related(session: AsyncSession, card: Card, *, now: datetime) -> tuple[Card, ...]:
    """Public articles in the same language that share the most tags."""
    if not card.tags:
        return ()
    query = _cards(now, opening=False).where(
        ArticleVersion.language == card.language,
        _TAGS.overlap(list(card.tags)),
        Article.id != card.article_id,
    )
    akin = [_card(row) for row in await session.execute(query)]
    akin.sort(key=lambda each: (-len(set(each.tags) & set(card.tags)), each.title))
    return tuple(akin[:MOST_RELATED])


def _cards(now: datetime, *, opening: bool = True) -> Select[Any]:
    begins = func.left(ArticleVersion.body, _OPENING) if opening else literal("")
    return (
        select(
            Article.id.label("article_id"),
            Article.slug,
            Article.translation_group,
            ArticleVersion.title,
            ArticleVersion.number,
            ArticleVersion.language,
            ArticleVersion.tags,
            func.coalesce(ArticleVersion.published_at, ArticleVersion.created_at).label("since"),
            begins.label("begins"),
        )
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(is_public(now))
    )


def _card(row: Row[Any]) -> Card:
    return Card(
        article_id=row.article_id,
        slug=row.slug,
        title=row.title,
        begins=row.begins,
        language=row.language,
        tags=tuple(row.tags),
        version=row.number,
        published_at=row.since.astimezone(UTC),
        group=row.translation_group,
    )
