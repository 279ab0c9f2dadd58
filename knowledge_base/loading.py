"""The live index of one process: loaded from PostgreSQL, changed by notifications.

Used by knowledge_base.answering, which searches it.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.log import get_logger
from knowledge_base import repository
from knowledge_base.index import Entry, Snapshot, build

_log = get_logger(__name__)


class LiveIndex:
    """Holds the newest snapshot; whoever searches keeps the one they began with."""

    def __init__(self, database: Database, *, encoder: str, dimension: int) -> None:
        self._database = database
        self._encoder = encoder
        self._dimension = dimension
        self._changing = asyncio.Lock()
        self._snapshot = self._build(())

    @property
    def snapshot(self) -> Snapshot:
        """What is searched at this moment."""
        return self._snapshot

    async def refresh(self, article_id: UUID | str | None = None) -> None:
        """Take over what was published or withdrawn: one article, or everything without an id."""
        changed = UUID(str(article_id)) if article_id else None
        async with self._database.session() as session:
            await self.load(session, changed)

    async def load(self, session: AsyncSession, article_id: UUID | None = None) -> Snapshot:
        """Swap in what the session sees; one at a time, so that an older view never wins."""
        async with self._changing:
            entries = await repository.list_entries(session, article_id)
            if article_id is None:
                loaded = await asyncio.to_thread(self._build, entries)
            else:
                loaded = await asyncio.to_thread(
                    self._snapshot.replacing, article_id, entries, encoder=self._encoder
                )
            self._snapshot = loaded
        if loaded.foreign:
            _log.warning("kb.passages_of_another_encoder", passages=loaded.foreign)
        return loaded

    def _build(self, entries: Sequence[Entry]) -> Snapshot:
        return build(entries, encoder=self._encoder, dimension=self._dimension)
