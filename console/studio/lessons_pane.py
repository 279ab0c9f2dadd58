"""What people labelled, as the change it would be to the training data."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from console.desk.parts import box, button, tell, words
from insights.understanding.labels import LabelView, list_labels, remove_label
from insights.understanding.review import Review
from kit.database import Database


class LessonsPane:
    """Lists the labels, shows the difference, writes it when somebody who may says so."""

    def __init__(self, database: Database, review: Review, *, may_apply: bool) -> None:
        self._database = database
        self._review = review
        self._may_apply = may_apply
        self.on_change: Callable[[], Awaitable[None]] | None = None
        with box("card", "section"):
            words("To be learned", "card-title", "h2")
            self._body = box()

    async def refresh(self) -> None:
        """Show labels and difference as they are now."""
        async with self._database.session() as session:
            labels = await list_labels(session)
        changes = await self._review.plan()
        self._body.clear()
        with self._body:
            if not labels:
                words("Nothing yet. What people label appears here as a change to read.", "empty")
            for label in labels:
                self._draw(label)
            for change in changes:
                words(change.difference, "difference", "pre")
            if changes and self._may_apply:
                button("Write into the training data", self._apply, classes="primary")
            elif changes:
                words("A lead or manager writes this into the training data.", "card-hint")
            elif labels:
                words("All of it is in the training data. Train to learn it.", "card-hint")

    def _draw(self, label: LabelView) -> None:
        with box("lesson"):
            words(label.intent.replace("_", " "), "understood", "span")
            words(label.text, "lesson-text", "span")

            async def take_back() -> None:
                await self._take_back(label.id)

            button("Take back", take_back, classes="quiet")

    async def _take_back(self, label_id: UUID) -> None:
        async with self._database.session() as session:
            await remove_label(session, label_id)
            await session.commit()
        await self.refresh()
        if self.on_change is not None:
            await self.on_change()

    async def _apply(self) -> None:
        changes = await self._review.plan()
        for change in changes:
            change.apply()
        tell("Written. It is in your working copy, for the team's review too.", "positive")
        await self.refresh()
