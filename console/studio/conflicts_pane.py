"""Passages of different articles to be read side by side: duplicates and contradictions."""

from console.desk.parts import box, words
from console.studio.value_parts import chip, link
from insights.content.articles import Source
from insights.content.conflicts import Conflict, ConflictKind, find_conflicts
from kit.database import Database

MOST_SHOWN = 30


class ConflictsPane:
    """Lists the candidates."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with box("card conflicts", "section") as section:
            section.props["aria-label"] = "Duplicates and contradictions"
            words("Duplicates and contradictions", "card-title", "h2")
            self._list = box()

    async def refresh(self) -> None:
        """Show the candidates as they are now."""
        async with self._database.session() as session:
            found = await find_conflicts(session)
        self._list.clear()
        with self._list:
            if not found:
                words("No two published articles contradict or repeat each other.", "card-hint")
            for conflict in found[:MOST_SHOWN]:
                _draw(conflict)


def _draw(conflict: Conflict) -> None:
    contradiction = conflict.kind is ConflictKind.CONTRADICTION
    with box("conflict", "article"):
        with box("chips"):
            chip("contradiction?" if contradiction else "duplicate?", "rising")
            words(conflict.why, "why-gap", "span")
        with box("side-by-side"):
            _draw_side(conflict.one, conflict.one_says)
            _draw_side(conflict.other, conflict.other_says)


def _draw_side(source: Source, says: str) -> None:
    with box("side"):
        link(source.title, f"/studio/content/{source.slug}")
        words(says, "side-words", "blockquote")
