"""Words that mean the same to customers, edited by marketers."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from console.desk.parts import box, button, tell, words
from console.login.rights import may_publish
from handoff.models import Agent
from kit.database import Database
from kit.errors import AppError
from knowledge_base.synonyms import Synonyms, delete_synonyms, list_synonyms, save_synonyms


class SynonymsPane:
    """Lists the groups of words; who may publish may change them."""

    def __init__(self, database: Database, agent: Agent) -> None:
        self._database = database
        self._by = agent.login
        self._may_change = may_publish(agent)
        with box("card synonyms", "section"):
            words("Words that mean the same", "card-title", "h2")
            words("The first word of a line is the one the articles use.", "card-hint")
            self._list = box("synonym-list")
            if self._may_change:
                with box("synonym-new"):
                    self._new = ui.input("settee, sofa, couch").props("dense outlined")
                    self._language = ui.input("Language", value="en").props("dense outlined")
                    button("Add", self._add)

    async def refresh(self) -> None:
        """Show the groups there are."""
        async with self._database.session() as session:
            groups = await list_synonyms(session)
        self._list.clear()
        with self._list:
            if not groups:
                words("None yet.", "card-hint")
            for group in groups:
                self._draw(group)

    def _draw(self, group: Synonyms) -> None:
        with box("synonym-row"):
            words(f"{group.language}: {', '.join(group.words)}", "example-words", "span")
            if self._may_change:
                taking = button("Remove", self._remove(group), classes="small")
                taking.props["aria-label"] = f"Remove {', '.join(group.words)}"

    def _remove(self, group: Synonyms) -> Callable[[], Awaitable[None]]:
        async def remove() -> None:
            async with self._database.session() as session:
                await delete_synonyms(session, group.id)
                await session.commit()
            await self.refresh()

        return remove

    async def _add(self) -> None:
        said = [word.strip() for word in (self._new.value or "").split(",")]
        language = (self._language.value or "en").strip()
        try:
            async with self._database.session() as session:
                await save_synonyms(session, said, by=self._by, language=language)
                await session.commit()
        except AppError as error:
            tell(error.message, "warning")
            return
        self._new.value = ""
        await self.refresh()
