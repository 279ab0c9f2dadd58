"""Writes of the knowledge base: save, publish, withdraw, import, feedback.

Called by the gateway, the studio and the cli, which commit. `KnowledgeBase` is offered here too.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.database import notify
from knowledge_base import repository
from knowledge_base.answering import KnowledgeBase
from knowledge_base.chunking import cut, text_to_embed
from knowledge_base.drafts import STARTER_FOLDER, Draft, read_starters
from knowledge_base.encoder import DEFAULT_NAME, Encoder, SentenceTransformerEncoder, Vectors
from knowledge_base.errors import ArticleNotFoundError, VersionNotFoundError
from knowledge_base.models import (
    Article,
    ArticleVersion,
    Passage,
    PassageKind,
    VersionState,
)
from knowledge_base.traces import ArticleFeedback
from knowledge_base.versions import write_content

__all__ = [
    "ImportReport",
    "KnowledgeBase",
    "import_drafts",
    "import_starter",
    "load_default_bulk_encoder",
    "publish",
    "record_feedback",
    "release",
    "save_draft",
    "withdraw",
]

TOPIC = "kb"
A_HANDFUL = 32
"""From this many new passages on, loading the original model pays."""

BulkLoader = Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed."""

    published: int
    unchanged: int
    passages: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """A passage before it is embedded."""

    kind: PassageKind
    heading: str
    text: str
    embedded_as: str


def load_default_bulk_encoder() -> Encoder:
    """The default model in torch. Slow to load: called from a thread."""
    return SentenceTransformerEncoder.load(DEFAULT_NAME)


async def save_draft(session: AsyncSession, draft: Draft) -> ArticleVersion:
    """Add a version in the state draft; the first one creates the article."""
    article = await repository.find_article(session, draft.slug)
    if article is None:
        article = Article(slug=draft.slug)
        session.add(article)
        await session.flush()
    version = ArticleVersion(
        article_id=article.id,
        number=await repository.last_number(session, article.id) + 1,
        revision=await repository.last_revision(session, article.id) + 1,
        author=draft.owner,
    )
    write_content(version, draft)
    session.add(version)
    await session.flush()
    return version


async def publish(session: AsyncSession, slug: str, *, number: int, encoder: Encoder) -> None:
    """Make a version the one that is served, and wake every process when this commits.

    Raises ArticleNotFoundError, VersionNotFoundError.
    """
    await release(session, await _get_version(session, slug, number), encoder=encoder)


async def release(session: AsyncSession, version: ArticleVersion, *, encoder: Encoder) -> None:
    """Serve this version from now on, embedded, and archive the one before."""
    vectors = await asyncio.to_thread(encoder.encode, [u.embedded_as for u in _units(version)])
    await _publish(session, version, vectors=vectors, encoder=encoder.identity)
    await notify(session, TOPIC, str(version.article_id))


async def embed(session: AsyncSession, version: ArticleVersion, *, encoder: Encoder) -> int:
    """Give a version that has lost its passages new ones; returns how many."""
    vectors = await asyncio.to_thread(encoder.encode, [u.embedded_as for u in _units(version)])
    made = _passages(version, vectors, encoder.identity)
    session.add_all(made)
    await session.flush()
    return len(made)


async def withdraw(session: AsyncSession, slug: str) -> None:
    """Stop serving an article; its versions stay. Raises ArticleNotFoundError."""
    article = await _get_article(session, slug)
    current = await repository.find_published_version(session, article.id)
    if current is not None:
        current.state = VersionState.ARCHIVED.value
        await session.flush()
    await notify(session, TOPIC, str(article.id))


async def import_starter(
    session: AsyncSession,
    *,
    encoder: Encoder,
    load_bulk: BulkLoader | None = load_default_bulk_encoder,
    folder: Path = STARTER_FOLDER,
) -> ImportReport:
    """Publish the starter articles whose slug is new; what marketers changed since stays theirs."""
    drafts = read_starters(folder)
    known = await repository.find_slugs(session)
    missing = [draft for draft in drafts if draft.slug not in known]
    report = await import_drafts(session, missing, encoder=encoder, load_bulk=load_bulk)
    for draft in missing:
        if draft.translation_of is not None:
            await repository.join_translations(session, draft.slug, draft.translation_of)
    return replace(report, unchanged=len(drafts) - report.published)


async def import_drafts(
    session: AsyncSession,
    drafts: Iterable[Draft],
    *,
    encoder: Encoder,
    load_bulk: BulkLoader | None = None,
) -> ImportReport:
    """Publish every draft whose content differs from what is published under its slug."""
    listed = list(drafts)
    fresh = [draft for draft in listed if not await _is_published(session, draft)]
    versions = [await save_draft(session, draft) for draft in fresh]
    texts = [unit.embedded_as for version in versions for unit in _units(version)]
    vectors = await _embed(texts, encoder, load_bulk)
    start = 0
    for version in versions:
        end = start + len(_units(version))
        await _publish(session, version, vectors=vectors[start:end], encoder=encoder.identity)
        start = end
    if versions:
        await notify(session, TOPIC)  # Without a key: every process loads everything once.
    return ImportReport(len(versions), len(listed) - len(versions), len(texts))


async def record_feedback(
    session: AsyncSession, message_id: UUID, *, article_id: UUID | str, version: int, helped: bool
) -> bool:
    """Store whether an answer helped; who changes their mind is believed the last time.

    False, and nothing stored, when the article is no longer there.
    """
    article = await repository.find_article_by_id(session, article_id)
    if article is None:
        return False
    row = insert(ArticleFeedback).values(
        message_id=message_id,
        article_id=article.id,
        version=version,
        helped=helped,
    )
    changes = {"helped": row.excluded.helped, "version": row.excluded.version}
    await session.execute(
        row.on_conflict_do_update(index_elements=["message_id", "article_id"], set_=changes)
    )
    return True


async def _get_article(session: AsyncSession, slug: str) -> Article:
    article = await repository.find_article(session, slug)
    if article is None:
        raise ArticleNotFoundError(f"There is no article {slug}.")
    return article


async def _get_version(session: AsyncSession, slug: str, number: int) -> ArticleVersion:
    article = await _get_article(session, slug)
    version = await repository.find_version(session, article.id, number)
    if version is None:
        raise VersionNotFoundError(f"Article {slug} has no version {number}.")
    return version


async def _is_published(session: AsyncSession, draft: Draft) -> bool:
    article = await repository.find_article(session, draft.slug)
    if article is None:
        return False
    current = await repository.find_published_version(session, article.id)
    return current is not None and current.content_hash == draft.content_hash


async def _publish(
    session: AsyncSession, version: ArticleVersion, *, vectors: Vectors, encoder: str
) -> None:
    current = await repository.find_published_version(session, version.article_id)
    if current is not None and current.id != version.id:
        current.state = VersionState.ARCHIVED.value
        await session.flush()
    await session.execute(delete(Passage).where(Passage.version_id == version.id))
    session.add_all(_passages(version, vectors, encoder))
    version.state, version.published_at = VersionState.PUBLISHED.value, utc_now()
    version.publish_at = None
    await session.flush()


def _units(version: ArticleVersion) -> list[_Unit]:
    """What is searched of a version: its title, the customers' phrasings, the body in pieces."""
    phrases = [
        _Unit(PassageKind.TITLE, "", version.title, version.title),
        *(_Unit(PassageKind.ASKED_AS, "", phrase, phrase) for phrase in version.asked_as),
    ]
    body = [
        _Unit(PassageKind.PASSAGE, piece.heading, piece.text, text_to_embed(version.title, piece))
        for piece in cut(version.body)
    ]
    return phrases + body


def _passages(version: ArticleVersion, vectors: Vectors, encoder: str) -> list[Passage]:
    return [
        Passage(
            version_id=version.id,
            kind=unit.kind.value,
            ordinal=ordinal,
            heading=unit.heading,
            text=unit.text,
            vector=vector.tobytes(),
            encoder=encoder,
            config=repository.text_config(version.language),
        )
        for ordinal, (unit, vector) in enumerate(zip(_units(version), vectors, strict=True))
    ]


async def _embed(texts: Sequence[str], encoder: Encoder, load_bulk: BulkLoader | None) -> Vectors:
    """In a thread; by the bulk encoder when there is much to do and its vectors are comparable."""

    def work() -> Vectors:
        if load_bulk is not None and len(texts) >= A_HANDFUL:
            bulk = load_bulk()
            if bulk.identity == encoder.identity:
                return bulk.encode(texts)
        return encoder.encode(texts)

    return await asyncio.to_thread(work)
