"""Every query of the knowledge base. Takes a session, never commits.

Called by knowledge_base.answering (reads) and knowledge_base.service (writes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from knowledge_base.columns import Entry
from knowledge_base.models import (
    Article,
    ArticleVersion,
    Audience,
    Passage,
    PassageKind,
    Stage,
    VersionState,
)
from knowledge_base.search import WordMatches

MOST_MATCHES = 200
MANY_PASSAGES = 5_000
"""From so many on only rare words are looked up."""
MOST_RARE = 64
"""Passages looked at then; and articles that the words looked up may be in together."""

_MATCH_WORDS = text("""
    WITH asked AS MATERIALIZED (
        SELECT tsvector_to_array(to_tsvector(CAST(:config AS regconfig), :question)) AS words,
               replace(plainto_tsquery(CAST(:config AS regconfig), :question)::text,
                       ' & ', ' | ')::tsquery AS query
    )
    SELECT asked.words, found.id,
           ARRAY(SELECT unnest(asked.words) INTERSECT
                 SELECT unnest(tsvector_to_array(found.lexemes))) AS matched
    FROM asked LEFT JOIN LATERAL (
        SELECT p.id, p.lexemes FROM passages p
        JOIN article_versions v ON v.id = p.version_id AND v.state = 'published'
        WHERE p.lexemes @@ asked.query
        ORDER BY ts_rank(p.lexemes, asked.query) DESC
        LIMIT :most
    ) found ON true
""")
# With many passages common words would match half of them: only the rare ones are looked up.
_STEM_WORDS = text("SELECT tsvector_to_array(to_tsvector(CAST(:config AS regconfig), :question))")
_MATCH_RARE = text("""
    SELECT p.id, ARRAY(SELECT unnest(CAST(:words AS text[])) INTERSECT
                       SELECT unnest(tsvector_to_array(p.lexemes)))
    FROM passages p
    JOIN article_versions v ON v.id = p.version_id AND v.state = 'published'
    WHERE p.lexemes @@ CAST(:query AS tsquery)
    LIMIT :most
""")
_TEXT_CONFIGS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "sv": "swedish",
}


@dataclass(frozen=True, slots=True)
class Servable:
    """A passage of a version that is published and valid at the moment of asking."""

    passage_id: int
    heading: str
    text: str
    article_id: UUID
    slug: str
    title: str
    version: int


def is_servable(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Published, and within its validity."""
    version = ArticleVersion
    return and_(
        version.state == VersionState.PUBLISHED,
        or_(version.valid_from.is_(None), version.valid_from <= now),
        or_(version.valid_until.is_(None), version.valid_until > now),
    )


# Built once: every question runs it, and building a query costs as much as running it.
_SERVABLE = (
    select(
        Passage.id,
        Passage.heading,
        Passage.text,
        Article.id,
        Article.slug,
        ArticleVersion.title,
        ArticleVersion.number,
    )
    .join(ArticleVersion, ArticleVersion.id == Passage.version_id)
    .join(Article, Article.id == ArticleVersion.article_id)
    .where(
        Passage.id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        is_servable(bindparam("now", type_=DateTime(timezone=True))),
    )
)


def text_config(language: str) -> str:
    """PostgreSQL's stemming rules for a language; `simple` stems nothing."""
    return _TEXT_CONFIGS.get(language.partition("-")[0].lower(), "simple")


async def find_slugs(session: AsyncSession) -> set[str]:
    """Return the slugs of all articles, whatever their state."""
    return set((await session.execute(select(Article.slug))).scalars())


async def list_entries(session: AsyncSession, article_id: UUID | None = None) -> list[Entry]:
    """Passages of published versions for the index, of one article or of all."""
    version = ArticleVersion
    query = (
        select(
            Passage.id,
            version.article_id,
            Passage.kind,
            version.language,
            version.audience,
            version.stage,
            version.segments,
            version.valid_from,
            version.valid_until,
            Passage.encoder,
            func.tsvector_to_array(Passage.lexemes).label("words"),
            Passage.vector,
        )
        .join(version, version.id == Passage.version_id)
        .where(version.state == VersionState.PUBLISHED)
        .order_by(Passage.id)
    )
    if article_id is not None:
        query = query.where(version.article_id == article_id)
    return [
        Entry(
            passage_id=row.id,
            article_id=row.article_id,
            kind=PassageKind(row.kind),
            language=row.language,
            audience=Audience(row.audience),
            stage=Stage(row.stage),
            segments=tuple(row.segments),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            encoder=row.encoder,
            lexemes=tuple(row.words),
            vector=row.vector,
        )
        for row in await session.execute(query)
    ]


class Census(Protocol):
    """What the index knows about words; a knowledge_base.index.Snapshot is one."""

    @property
    def size(self) -> int:
        """How many passages there are."""
        ...

    def count(self, word: str) -> int:
        """How many articles contain the word."""
        ...


async def match_words(
    session: AsyncSession, question: str, *, language: str, census: Census | None = None
) -> WordMatches:
    """Full-text search for passages that contain any of the question's words.

    With a census of many passages: any of its rare words.
    """
    asked = {"config": text_config(language), "question": question}
    if census is not None and census.size > MANY_PASSAGES:
        words = (await session.execute(_STEM_WORDS, asked)).scalar_one()
        return await _match_rare(session, words, census)
    rows = await session.execute(_MATCH_WORDS, {**asked, "most": MOST_MATCHES})
    known: frozenset[str] = frozenset()
    by_passage = {}
    for given, passage_id, matched in rows:
        known = frozenset(given or ())
        if passage_id is not None:
            by_passage[passage_id] = frozenset(matched)
    return WordMatches(known, by_passage)


async def _match_rare(session: AsyncSession, words: Sequence[str], census: Census) -> WordMatches:
    chosen: list[str] = []
    articles = 0
    for held, word in sorted((census.count(word), word) for word in words):
        articles += held
        if held and articles <= MOST_RARE:
            chosen.append(word)
    if not chosen:
        return WordMatches(frozenset(words), {})
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in chosen)
    query = " | ".join(f"'{word}'" for word in quoted)
    rows = await session.execute(
        _MATCH_RARE, {"words": list(words), "query": query, "most": MOST_RARE}
    )
    return WordMatches(frozenset(words), {row[0]: frozenset(row[1]) for row in rows})


async def list_servable(
    session: AsyncSession, passage_ids: Sequence[int], *, now: datetime
) -> dict[int, Servable]:
    """Those of the passages that may be served now, by their ids."""
    rows = await session.execute(_SERVABLE, {"ids": list(passage_ids), "now": now})
    return {row[0]: Servable(*row) for row in rows}


async def find_next_passage(session: AsyncSession, passage_id: int) -> Passage | None:
    """The body passage that follows in the same version."""
    here = select(Passage.version_id, Passage.ordinal).where(Passage.id == passage_id).subquery()
    query = select(Passage).where(
        Passage.version_id == here.c.version_id,
        Passage.ordinal == here.c.ordinal + 1,
        Passage.kind == PassageKind.PASSAGE.value,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def find_article(session: AsyncSession, slug: str) -> Article | None:
    """The article at this address, locked against concurrent new versions."""
    query = select(Article).where(Article.slug == slug).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def join_translations(session: AsyncSession, slug: str, original: str) -> None:
    """Say that an article says the same as another one in another language, if that is there."""
    other = aliased(Article)
    group = select(other.translation_group).where(other.slug == original).scalar_subquery()
    await session.execute(
        update(Article)
        .where(Article.slug == slug, group.is_not(None))
        .values(translation_group=group)
        .execution_options(synchronize_session=False)
    )


async def find_article_by_id(session: AsyncSession, article_id: UUID | str) -> Article | None:
    """The article with this id; None also for what is no id at all."""
    try:
        return await session.get(Article, UUID(str(article_id)))
    except ValueError:
        return None


async def find_version(
    session: AsyncSession, article_id: UUID, number: int
) -> ArticleVersion | None:
    """One version of an article by its number."""
    query = select(ArticleVersion).where(
        ArticleVersion.article_id == article_id, ArticleVersion.number == number
    )
    return (await session.execute(query)).scalar_one_or_none()


async def find_published_version(session: AsyncSession, article_id: UUID) -> ArticleVersion | None:
    """The version in the state published, whatever its validity."""
    query = select(ArticleVersion).where(
        ArticleVersion.article_id == article_id, ArticleVersion.state == VersionState.PUBLISHED
    )
    return (await session.execute(query)).scalar_one_or_none()


async def last_number(session: AsyncSession, article_id: UUID) -> int:
    """The highest version number so far; 0 when there is none."""
    query = select(func.max(ArticleVersion.number)).where(ArticleVersion.article_id == article_id)
    return (await session.execute(query)).scalar() or 0


async def last_revision(session: AsyncSession, article_id: UUID) -> int:
    """The highest revision of any version so far; 0 when there is none.

    A new draft counts on from there: a revision never names two wordings of an article.
    """
    query = select(func.max(ArticleVersion.revision)).where(ArticleVersion.article_id == article_id)
    return (await session.execute(query)).scalar() or 0
