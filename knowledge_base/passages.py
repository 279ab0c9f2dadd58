"""Queries for the index: passages with their vectors, streamed; fingerprints; what lacks a vector.

Called by knowledge_base.loading and mending. Takes a session, never commits.
"""

from collections.abc import AsyncIterator, Sequence
from typing import cast
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.chunking import Piece, text_to_embed
from knowledge_base.columns import Entry
from knowledge_base.models import Audience, PassageKind, Stage

AT_ONCE = 1_000

# A passage has the vector it was published with, and maybe others beside it.
_STREAM = """
    SELECT p.id, v.article_id, p.kind, v.language, v.audience, v.stage, v.segments,
           v.valid_from, v.valid_until,
           CASE WHEN p.encoder = %(encoder)s OR w.vector IS NULL
                THEN p.encoder ELSE w.encoder END,
           tsvector_to_array(p.lexemes),
           CASE WHEN p.encoder = %(encoder)s OR w.vector IS NULL THEN p.vector ELSE w.vector END
    FROM article_versions v
    JOIN passages p ON p.version_id = v.id
    LEFT JOIN passage_vectors w ON w.passage_id = p.id AND w.encoder = %(encoder)s
    WHERE v.state = 'published'
      AND (%(articles)s::uuid[] IS NULL OR v.article_id = ANY(%(articles)s::uuid[]))
    ORDER BY v.article_id, p.id
"""
# xmin changes with every change of a row, whatever it was and whoever made it.
_FINGERPRINT = text("""
    SELECT v.article_id, concat_ws('/', v.id, v.xmin, count(p.id), sum(p.id),
           sum(CAST(CAST(p.xmin AS text) AS bigint)), sum(CAST(CAST(w.xmin AS text) AS bigint)))
    FROM article_versions v
    LEFT JOIN passages p ON p.version_id = v.id
    LEFT JOIN passage_vectors w ON w.passage_id = p.id AND w.encoder = :encoder
    WHERE v.state = 'published'
      AND (CAST(:articles AS uuid[]) IS NULL OR v.article_id = ANY(CAST(:articles AS uuid[])))
    GROUP BY v.article_id, v.id, v.xmin
""")
_LACKING = """
    FROM passages p JOIN article_versions v ON v.id = p.version_id AND v.state = 'published'
    WHERE p.encoder <> :encoder AND NOT EXISTS (
        SELECT FROM passage_vectors w WHERE w.passage_id = p.id AND w.encoder = :encoder)
"""
_COUNT_LACKING = text(f"SELECT count(*) {_LACKING}")
_LIST_LACKING = text(f"SELECT p.id {_LACKING} ORDER BY p.id LIMIT :most")
_TEXTS = text("""
    SELECT p.id, p.kind, p.heading, p.text, v.title
    FROM passages p JOIN article_versions v ON v.id = p.version_id
    WHERE p.id = ANY(:ids)
""")
_ADD_VECTOR = text("""
    INSERT INTO passage_vectors (encoder, passage_id, vector)
    SELECT :encoder, id, :vector FROM passages WHERE id = :id AND encoder <> :encoder
    ON CONFLICT (encoder, passage_id) DO UPDATE SET vector = excluded.vector
""")
_CORRECT_VECTOR = text("UPDATE passages SET vector = :vector WHERE id = :id AND encoder = :encoder")


async def stream_entries(
    session: AsyncSession, encoder: str, article_ids: Sequence[UUID] | None = None
) -> AsyncIterator[list[Entry]]:
    """Passages of published versions, article by article, with this encoder's vectors if any.

    Through the driver and in binary: half the bytes, and never everything at once.
    """
    lent = await (await session.connection()).get_raw_connection()
    connection = cast("psycopg.AsyncConnection[tuple[object, ...]]", lent.driver_connection)
    asked = {"encoder": encoder, "articles": None if article_ids is None else list(article_ids)}
    async with connection.cursor(name="kb_entries", binary=True) as cursor:
        await cursor.execute(_STREAM, asked)
        while rows := await cursor.fetchmany(AT_ONCE):
            yield [_as_entry(row) for row in rows]


def _as_entry(row: tuple) -> Entry:  # type: ignore[type-arg]  # the columns of _STREAM
    return Entry(
        row[0],
        row[1],
        PassageKind(row[2]),
        row[3],
        Audience(row[4]),
        Stage(row[5]),
        tuple(row[6]),
        row[7],
        row[8],
        row[9],
        tuple(row[10]),
        row[11],
    )


async def fingerprint(
    session: AsyncSession, encoder: str, article_ids: Sequence[UUID] | None = None
) -> dict[UUID, str]:
    """A short text per served article that differs when anything of it does."""
    articles = None if article_ids is None else list(article_ids)
    rows = await session.execute(_FINGERPRINT, {"encoder": encoder, "articles": articles})
    return {row[0]: row[1] for row in rows}


async def count_missing(session: AsyncSession, encoder: str) -> int:
    """How many served passages have no vector of this encoder."""
    return int((await session.execute(_COUNT_LACKING, {"encoder": encoder})).scalar_one())


async def list_missing(session: AsyncSession, encoder: str, *, most: int) -> list[int]:
    """Some served passages without a vector of this encoder."""
    rows = await session.execute(_LIST_LACKING, {"encoder": encoder, "most": most})
    return [row[0] for row in rows]


async def list_texts(session: AsyncSession, passage_ids: Sequence[int]) -> dict[int, str]:
    """What the encoder reads of each passage."""
    rows = await session.execute(_TEXTS, {"ids": list(passage_ids)})
    return {
        row.id: text_to_embed(row.title, Piece(row.heading, row.text))
        if row.kind == PassageKind.PASSAGE
        else row.text
        for row in rows
    }


async def store_vector(
    session: AsyncSession, passage_id: int, *, encoder: str, vector: bytes
) -> None:
    """Put a vector where this encoder's belongs: in the passage, or beside it."""
    values = {"id": passage_id, "encoder": encoder, "vector": vector}
    await session.execute(_CORRECT_VECTOR, values)
    await session.execute(_ADD_VECTOR, values)
