"""Reads published passages with their vectors, for the gap report and the search for conflicts."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.encoder import Vectors
from knowledge_base.models import Article, ArticleVersion, Passage, PassageKind, VersionState

MOST_READ = 20_000
"""Passages beyond this are left out: the report is for reading, not a second search."""


@dataclass(frozen=True, slots=True)
class Source:
    """The article a passage stands in."""

    article_id: UUID
    slug: str
    title: str
    language: str
    text: str


async def load_sources(
    session: AsyncSession, *kinds: PassageKind, encoder: str | None = None
) -> tuple[list[Source], Vectors]:
    """Return published passages and their vectors, row by row; of one encoder, so comparable."""
    found = (
        select(
            Article.id,
            Article.slug,
            ArticleVersion.title,
            ArticleVersion.language,
            Passage.text,
            Passage.vector,
            Passage.encoder,
        )
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .join(Passage, Passage.version_id == ArticleVersion.id)
        .where(
            ArticleVersion.state == VersionState.PUBLISHED,
            Passage.kind.in_([kind.value for kind in kinds]),
        )
        .order_by(Article.slug, Passage.ordinal)
        .limit(MOST_READ)
    )
    rows = (await session.execute(found)).all()
    wanted = encoder or (rows[0].encoder if rows else "")
    same = [row for row in rows if row.encoder == wanted]
    vectors = [np.frombuffer(row.vector, dtype=np.float32) for row in same]
    stacked: Vectors = np.stack(vectors) if vectors else np.empty((0, 1), dtype=np.float32)
    return [Source(*row[:5]) for row in same], stacked
