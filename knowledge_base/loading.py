"""The live index of one process: loaded from PostgreSQL, changed by notifications, and checked.

Used by knowledge_base.answering, which searches it, and by gateway.bootstrap, which has it checked.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import Database
from kit.log import get_logger
from knowledge_base import passages
from knowledge_base.columns import Entry, is_sound
from knowledge_base.encoder import Encoder
from knowledge_base.index import Snapshot, build

MOST_AT_ONCE = 256
"""Passages without a sound vector that a process embeds for itself while it loads."""
MOST_REPAIRED = 500
"""Articles that differ up to which each is exchanged; more are loaded anew together."""
SETTLE_AFTER_S = 1.0
"""What is published shows first; then, and for several changes at once, the slow part is done."""

_log = get_logger(__name__)


class LiveIndex:
    """Holds the newest snapshot; whoever searches keeps the one they began with."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self.encoder = encoder
        self._changing = asyncio.Lock()
        self._prints: dict[UUID, str] = {}
        self._touched: set[UUID] = set()
        self._settling: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._damaged: set[int] = set()
        self._snapshot = _build((), encoder)

    @property
    def snapshot(self) -> Snapshot:
        """What is searched at this moment."""
        return self._snapshot

    @property
    def damaged(self) -> frozenset[int]:
        """Passages whose stored vectors are not sound."""
        return frozenset(self._damaged)

    async def refresh(self, article_id: UUID | str | None = None) -> None:
        """Take over what was published or withdrawn: one article, or whatever differs."""
        if article_id is None:
            await self.verify()
            return
        async with self._database.session() as session:
            await self.load(session, UUID(str(article_id)))

    async def load(self, session: AsyncSession, article_id: UUID | None = None) -> Snapshot:
        """Swap in what the session sees; one at a time, so that an older view never wins."""
        async with self._changing:
            if article_id is None:
                await self._load_everything(session)
            else:
                await self._exchange(session, [article_id])
        self._settle_soon()
        return self.snapshot

    async def verify(self) -> int:
        """Compare with PostgreSQL and take over what differs; returns how many articles did."""
        async with self._changing, self._database.session() as session:
            prints = await passages.fingerprint(session, self.encoder.identity)
            known = self._prints
            differing = [
                key for key in prints.keys() | known.keys() if prints.get(key) != known.get(key)
            ]
            if len(differing) > MOST_REPAIRED:
                await self._load_everything(session)
            elif differing:
                await self._exchange(session, differing)
        self._settle_soon()
        return len(differing)

    async def stop(self) -> None:
        """Wait until nothing is done in the background any more."""
        self._hurry.set()
        if self._settling is not None:
            await asyncio.gather(self._settling, return_exceptions=True)
        self._hurry.clear()

    async def _load_everything(self, session: AsyncSession) -> None:
        # Before the passages: whatever changes meanwhile differs at the next check.
        prints = await passages.fingerprint(session, self.encoder.identity)
        self._damaged.clear()
        entries = await self._read(session, None)
        self._snapshot = await asyncio.to_thread(_build, entries, self.encoder)
        self._prints = prints
        self._touched.update(prints)
        self._report()

    async def _exchange(self, session: AsyncSession, article_ids: Sequence[UUID]) -> None:
        prints = await passages.fingerprint(session, self.encoder.identity, article_ids)
        changed: dict[UUID, list[Entry]] = {key: [] for key in article_ids}
        for entry in await self._read(session, article_ids):
            changed[entry.article_id].append(entry)
        self._snapshot = await asyncio.to_thread(
            self._snapshot.replacing_all, changed, encoder=self.encoder.identity
        )
        for key in article_ids:
            self._prints.pop(key, None)
        self._prints.update(prints)
        self._touched.update(article_ids)
        self._report()

    async def _read(self, session: AsyncSession, article_ids: Sequence[UUID] | None) -> list[Entry]:
        """What is served, with a few vectors of our own where none, or no sound one, is stored."""
        entries: list[Entry] = []
        async for some in passages.stream_entries(session, self.encoder.identity, article_ids):
            entries += some
        unsound = await asyncio.to_thread(_find_unsound, entries, self.encoder)
        for at in unsound:
            if entries[at].encoder == self.encoder.identity:
                self._damaged.add(entries[at].passage_id)
        ids = [entries[at].passage_id for at in unsound[:MOST_AT_ONCE]]
        texts = await passages.list_texts(session, ids) if ids else {}
        vectors = await asyncio.to_thread(self.encoder.encode, [texts[each] for each in ids])
        for at, vector in zip(unsound[:MOST_AT_ONCE], vectors, strict=True):
            entries[at] = replace(
                entries[at], encoder=self.encoder.identity, vector=vector.tobytes()
            )
        return entries

    def _settle_soon(self) -> None:
        if self._settling is not None and not self._settling.done():
            return
        if self.snapshot.needs_settling():
            self._settling = asyncio.create_task(self._settle(), name="kb.settle")

    async def _settle(self) -> None:
        """Make one part of both while publishing goes on; what changed meanwhile is done again."""
        while self.snapshot.needs_settling():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), SETTLE_AFTER_S)
            await self._settle_once()

    async def _settle_once(self) -> None:
        before = self._snapshot
        self._touched.clear()
        settled = await asyncio.to_thread(before.settled)
        async with self._changing, self._database.session() as session:
            if len(self._touched) > MOST_REPAIRED:
                return
            self._snapshot = settled
            if self._touched:
                await self._exchange(session, list(self._touched))

    def _report(self) -> None:
        foreign, encoder = self._snapshot.foreign, self.encoder.identity
        if foreign:
            _log.warning("kb.passages_without_vectors", passages=foreign, encoder=encoder)


def _build(entries: Sequence[Entry], encoder: Encoder) -> Snapshot:
    return build(entries, encoder=encoder.identity, dimension=_width(encoder))


def _width(encoder: Encoder) -> int:
    return int(encoder.identity.rpartition("/")[2])


def _find_unsound(entries: Sequence[Entry], encoder: Encoder) -> list[int]:
    """Where the vector is another encoder's, or broken."""
    width = _width(encoder)
    return [
        at
        for at, entry in enumerate(entries)
        if entry.encoder != encoder.identity or not is_sound(entry.vector, width)
    ]
