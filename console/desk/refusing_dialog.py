"""The dialog in which a lead says no to a request, and why."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from console.desk.parts import box, button, words
from handoff.authority.service import MAX_REASON

Refuse = Callable[[UUID, str], Awaitable[bool]]


class RefusingDialog:
    """Asks for the reason; stays open when it was not taken."""

    def __init__(self, on_refuse: Refuse) -> None:
        self._on_refuse = on_refuse
        self._grant_id: UUID | None = None
        with ui.dialog() as self._dialog, box("closing"):
            words("Refuse this request", "closing-title", "h2")
            words("Who asked reads why.", "closing-lead")
            self._why = (
                ui.textarea(label="Why", on_change=self._draw)
                .props(f"outlined autogrow autofocus maxlength={MAX_REASON}")
                .classes("closing-input")
            )
            with box("closing-foot"):
                button("Cancel", self._dialog.close, classes="quiet")
                self._done = button("Refuse", self._submit, classes="primary")

    @property
    def is_open(self) -> bool:
        """Whether the dialog is asking."""
        return bool(self._dialog.value)

    def ask(self, grant_id: UUID) -> None:
        """Ask why this request is refused."""
        self._grant_id = grant_id
        self._why.value = ""
        self._draw()
        self._dialog.open()

    async def _submit(self) -> None:
        why = (self._why.value or "").strip()
        if why and self._grant_id and await self._on_refuse(self._grant_id, why):
            self._dialog.close()

    def _draw(self) -> None:
        self._done.props["disabled"] = not (self._why.value or "").strip()
        self._done.update()
