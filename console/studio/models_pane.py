"""Which model serves; train another, compare the two, serve it, go back."""

from collections.abc import Coroutine
from uuid import UUID

from nicegui.element import Element

from console.desk.parts import box, button, moment, tell, words
from insights.understanding.models_folder import ModelFile
from insights.understanding.review import Comparison, Review
from insights.understanding.scoring import figures_of
from kit.database import Database
from kit.errors import AppError

_MOST_DIFFERENCES = 30


class ModelsPane:
    """Shows the models and what can be done with them."""

    def __init__(
        self, database: Database, review: Review, agent_id: UUID, *, may_serve: bool
    ) -> None:
        self._database = database
        self._review = review
        self._agent_id = agent_id
        self._may_serve = may_serve
        self._busy = False
        with box("card", "section"):
            words("Models", "card-title", "h2")
            self._list = box()
            self._progress = words("", "progress", "pre")
            self._progress.props["role"] = "status"
            self._result = box("comparison")

    async def refresh(self) -> None:
        """Show the models as they are now."""
        try:
            self._draw_list(await self._review.serving())
        except AppError as error:
            self._draw_list("")
            self._say(error.message)

    def _draw_list(self, serving: str) -> None:
        self._list.clear()
        with self._list:
            for model in self._review.models.list():
                self._draw(model, serving)
            if self._may_serve:
                button("Train from the data", self._train, classes="primary")

    def _draw(self, model: ModelFile, serving: str) -> None:
        with box("model"):
            words(model.name.removesuffix(".tar.gz"), "model-name", "span")
            moment(model.trained_at, "ago", "count")
            if model.name == serving:
                words("serves now", "serving", "span")
            elif self._may_serve and serving:

                async def compare() -> None:
                    await self._compare(serving, model.name)

                async def serve() -> None:
                    await self._serve(model.name)

                button("Compare", compare)
                button("Serve this", serve, classes="primary")

    async def _train(self) -> None:
        async def work() -> None:
            async for line in self._review.train():
                self._say(line)

        await self._do(work())

    async def _compare(self, serving: str, other: str) -> None:
        async def work() -> None:
            self._result.clear()
            self._say("Both models read the held-out and the newest real messages ...")
            self._show(await self._review.compare(serving, other))
            self._say("Compared.")

        await self._do(work())

    async def _serve(self, model: str) -> None:
        async def work() -> None:
            self._say(f"Loading {model} beside the one that serves ...")
            async with self._database.session() as session:
                await self._review.swap(session, model, agent_id=self._agent_id)
                await session.commit()
            self._say(f"{model} serves now. No turn was dropped; the old one can serve again.")

        await self._do(work())

    async def _do(self, work: Coroutine[None, None, None]) -> None:
        """Do one piece of work at a time, and say why when it cannot be done."""
        if self._busy:
            work.close()
            tell("Something is going on already; please wait for it.", "info")
            return
        self._busy = True
        try:
            await work
        except AppError as error:
            self._say(error.message)
        finally:
            self._busy = False
        await self.refresh()

    def _say(self, line: str) -> None:
        self._progress.text = line

    def _show(self, comparison: Comparison) -> None:
        old, new = (dict(figures_of(scores)) for scores in comparison.held_out)
        with self._result:
            with box("figures", "table"):
                _row("", "serves now", "the other", head=True)
                for name, value in old.items():
                    _row(name, value, new[name])
            words(
                f"{len(comparison.differences)} of the {comparison.real} newest real messages "
                "would be treated differently.",
                "card-hint",
            )
            for each in comparison.differences[:_MOST_DIFFERENCES]:
                with box("lesson"):
                    words(f"{each.before} → {each.after}".replace("_", " "), "understood", "span")
                    words(each.text, "lesson-text", "span")


def _row(*cells: str, head: bool = False) -> Element:
    with box("", "tr") as row:
        for cell in cells:
            words(cell, "", "th" if head else "td")
    return row
