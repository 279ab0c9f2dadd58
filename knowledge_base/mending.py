"""Background work on stored vectors: other encoder, damaged vectors, published but no passages.

Run now and then by gateway.bootstrap in every process; one at a time does it. Each small batch is
committed by itself, so that a process that dies loses one batch and nothing is ever half done.
"""

import asyncio

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database, notify
from kit.log import get_logger
from knowledge_base import passages
from knowledge_base.answering import KnowledgeBase
from knowledge_base.encoder import Encoder
from knowledge_base.loading import MOST_AT_ONCE, LiveIndex
from knowledge_base.models import ArticleVersion, Passage, VersionState
from knowledge_base.service import TOPIC, embed

BATCH = 16
_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('knowledge_base.mending', 0))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('knowledge_base.mending', 0))")

_log = get_logger(__name__)


class Upkeep:
    """Keeps one process's index equal to PostgreSQL, and its vectors those of the wanted encoder.

    Until these are complete, the earlier encoder serves, if its folder was kept.
    """

    def __init__(
        self, knowledge: KnowledgeBase, *, wanted: Encoder, earlier: Encoder | None = None
    ) -> None:
        self._knowledge = knowledge
        self._wanted = wanted
        self._earlier = earlier

    async def start(self) -> None:
        """Load the index of whichever encoder can answer now."""
        database, earlier = self._knowledge.database, self._earlier
        if earlier is not None and earlier.identity != self._wanted.identity:
            async with database.session() as session:
                ours = await passages.count_missing(session, self._wanted.identity)
                theirs = await passages.count_missing(session, earlier.identity)
            if theirs < ours and ours > MOST_AT_ONCE:
                await self._knowledge.adopt(earlier)
                return
        await self._knowledge.start()

    async def run(self) -> None:
        """Look once: take over what differs, mend what is broken, change over when all is there."""
        knowledge = self._knowledge
        await knowledge.index.verify()
        await mend(knowledge.database, knowledge.index, self._wanted)
        if knowledge.encoder.identity != self._wanted.identity:
            async with knowledge.database.session() as session:
                missing = await passages.count_missing(session, self._wanted.identity)
            if missing <= MOST_AT_ONCE:
                await knowledge.adopt(self._wanted)


async def mend(database: Database, index: LiveIndex, encoder: Encoder) -> int:
    """Give every served passage a sound vector of this encoder; returns how many it made.

    0 also when another process is at it.
    """
    async with database.connection() as connection:  # holds the lock; dies with the process
        if not (await connection.execute(_LOCK)).scalar_one():
            return 0
        try:
            made = await _cut_anew(database, encoder)
            made += await _correct(database, sorted(index.damaged), index.encoder)
            made += await _complete(database, encoder)
        finally:
            await connection.execute(_UNLOCK)
    if made:
        _log.info("kb.mended", passages=made, encoder=encoder.identity)
        async with database.session() as session:
            await notify(session, TOPIC)
            await session.commit()
    return made


async def _cut_anew(database: Database, encoder: Encoder) -> int:
    """Published versions that have lost all their passages."""
    lost = select(ArticleVersion).where(
        ArticleVersion.state == VersionState.PUBLISHED,
        ~exists().where(Passage.version_id == ArticleVersion.id),
    )
    made = 0
    while True:
        async with database.session() as session:
            query = lost.limit(1).with_for_update(skip_locked=True)
            version = (await session.execute(query)).scalar_one_or_none()
            if version is None:
                return made
            made += await embed(session, version, encoder=encoder)
            await session.commit()


async def _correct(database: Database, damaged: list[int], encoder: Encoder) -> int:
    for first in range(0, len(damaged), BATCH):
        await _encode(database, damaged[first : first + BATCH], encoder)
    return len(damaged)


async def _complete(database: Database, encoder: Encoder) -> int:
    made = 0
    while True:
        async with database.session() as session:
            ids = await passages.list_missing(session, encoder.identity, most=BATCH)
        if not ids:
            return made
        await _encode(database, ids, encoder)
        made += len(ids)


async def _encode(database: Database, ids: list[int], encoder: Encoder) -> None:
    async with database.session() as session:
        texts = await passages.list_texts(session, ids)
        vectors = await asyncio.to_thread(encoder.encode, list(texts.values()))
        await _store(
            session, dict(zip(texts, (v.tobytes() for v in vectors), strict=True)), encoder
        )
        await session.commit()


async def _store(session: AsyncSession, vectors: dict[int, bytes], encoder: Encoder) -> None:
    for passage_id, vector in vectors.items():
        await passages.store_vector(session, passage_id, encoder=encoder.identity, vector=vector)
