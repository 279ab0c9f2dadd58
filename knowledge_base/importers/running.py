"""Carries an import out: one transaction for each document, and a line of the report for each.

Called by the gateway and the studio. `begin` opens a transaction and ends it: committing imports,
rolling back previews. What a crash leaves are whole documents; the next run finds them unchanged.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import AppError
from kit.log import get_logger
from knowledge_base.importers.applying import Entry, Orders, Outcome, apply_candidate
from knowledge_base.importers.candidates import Candidate, Problem
from knowledge_base.importers.drafting import Slugs
from knowledge_base.importers.reading import Expected, Item
from knowledge_base.importers.restoring import (
    History,
    Picture,
    Synonyms,
    restore_article,
    restore_picture,
    restore_synonyms,
)

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an import is; `expected` is None while nobody knows."""

    entry: Entry
    done: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every document."""

    entries: tuple[Entry, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many documents had this outcome."""
        return sum(entry.outcome is outcome for entry in self.entries)

    @property
    def headline(self) -> str:
        """The report in one line."""
        counts = Counter(entry.outcome for entry in self.entries)
        said = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
        return ", ".join(said) or "nothing found"


async def run_import(
    items: AsyncIterator[Item],
    begin: Begin,
    orders: Orders,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> Report:
    """Import everything that comes; a document that is refused stops no other."""
    entries: list[Entry] = []
    slugs = Slugs()
    expected: int | None = None
    async for item in items:
        if isinstance(item, Expected):
            expected = item.documents
            continue
        entry = await _import(item, begin, orders, slugs)
        entries.append(entry)
        on_progress(Progress(entry, len(entries), expected))
    report = Report(tuple(entries))
    _log.info("content.imported", headline=report.headline, by=orders.by)
    return report


async def _import(
    item: Candidate | Problem | History | Picture | Synonyms,
    begin: Begin,
    orders: Orders,
    slugs: Slugs,
) -> Entry:
    if isinstance(item, Problem):
        return _refused(item.name, item.reason)
    try:
        async with begin() as session:
            return await _apply(session, item, orders, slugs)
    except AppError as error:
        return _refused(item.name, error.message)
    except IntegrityError:
        return _refused(item.name, "Somebody changed it at the same moment. Please import again.")


async def _apply(
    session: AsyncSession,
    item: Candidate | History | Picture | Synonyms,
    orders: Orders,
    slugs: Slugs,
) -> Entry:
    match item:
        case Candidate():
            slug = slugs.take(str(item.fields.get("slug") or item.title))
            return await apply_candidate(session, item, slug=slug, orders=orders)
        case History():
            return await restore_article(session, item, orders)
        case Picture():
            return await restore_picture(session, item, by=orders.by)
        case Synonyms():
            return await restore_synonyms(session, item, by=orders.by)


def _refused(name: str, reason: str) -> Entry:
    return Entry(name=name, outcome=Outcome.REFUSED, reason=reason)
