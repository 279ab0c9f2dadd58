"""The messages the bot was least sure about; a person says what each one meant."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from console.desk.parts import box, button, moment, tell, words
from insights.understanding.labels import Doubtful, list_doubtful, save_label
from insights.understanding.review import Review
from kit.database import Database
from kit.errors import AppError


class MessagesPane:
    """Lists doubtful messages and saves what people make of them."""

    def __init__(self, database: Database, review: Review, agent_id: UUID) -> None:
        self._database = database
        self._agent_id = agent_id
        self._intents = review.intents()
        self._languages = review.languages()
        self.on_change: Callable[[], Awaitable[None]] | None = None
        with box("card messages", "section"):
            words("Messages in doubt", "card-title", "h1")
            words(
                "The least sure first. Names, addresses and numbers are taken out; please take out "
                "what was missed, then say what the customer meant.",
                "card-hint",
            )
            self._list = box("message-list")

    async def refresh(self) -> None:
        """Show what is in doubt now."""
        async with self._database.session() as session:
            found = await list_doubtful(session)
        self._list.clear()
        with self._list:
            for each in found:
                self._draw(each)
        self._say_when_empty()

    def _draw(self, doubtful: Doubtful) -> None:
        with box("message-row", "article") as row:
            with box("message-facts"):
                words(doubtful.intent.replace("_", " "), "understood", "span")
                words(f"{doubtful.confidence:.0%} sure", "count", "span")
                moment(doubtful.created_at, "ago", "count")
            text = ui.textarea(value=doubtful.text).props("autogrow outlined dense")
            text.props["aria-label"] = "The customer's words"
            with box("message-choice"):
                known = doubtful.intent if doubtful.intent in self._intents else None
                intent = ui.select(self._intents, value=known, with_input=True, label="Meant")
                intent.props("outlined dense options-dense")
                language = doubtful.language if doubtful.language in self._languages else "en"
                chosen = ui.select(self._languages, value=language, label="Language")
                chosen.props("outlined dense options-dense")

                async def save() -> None:
                    if await self._save(doubtful, text.value, intent.value, chosen.value):
                        row.delete()
                        self._say_when_empty()

                button("Learn this", save, classes="primary")

    def _say_when_empty(self) -> None:
        if not self._list.default_slot.children:
            with self._list:
                words("Nothing is in doubt. Messages appear here as customers write.", "empty")

    async def _save(self, doubtful: Doubtful, text: str, intent: str | None, language: str) -> bool:
        if not intent:
            tell("Please choose what the customer meant.", "warning")
            return False
        try:
            async with self._database.session() as session:
                await save_label(
                    session,
                    message_id=doubtful.message_id,
                    agent_id=self._agent_id,
                    text=text,
                    language=language,
                    intent=intent,
                )
                await session.commit()
        except AppError as error:
            tell(error.message, "warning")
            return False
        if self.on_change is not None:
            await self.on_change()
        return True
