"""The dialog that ends a case: back to the assistant or resolved, always with an outcome."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from nicegui import ui

from console.desk.parts import box, button, words
from handoff.service import MAX_OUTCOME


class Ending(StrEnum):
    """How a case ends."""

    RETURN = "return"
    RESOLVE = "resolve"


_TEXTS = {
    Ending.RETURN: (
        "Return to Wick",
        "The customer reads this, and the assistant will know it: write it to them.",
        "We will send a new shade, it arrives by Friday.",
        "Return to Wick",
    ),
    Ending.RESOLVE: (
        "Resolve this case",
        "The outcome stays inside; the customer is told that the request is closed.",
        "Refunded the shade, customer is happy.",
        "Resolve",
    ),
}
_PUBLIC_LEADS = {
    Ending.RETURN: "Others read along, so it is not said there; the assistant will know it.",
    Ending.RESOLVE: "The outcome stays inside; in public, one sentence says that it is solved.",
}


class ClosingDialog:
    """Asks for the outcome and hands it on; stays open when it was not taken."""

    def __init__(self, on_close: Callable[[Ending, str], Awaitable[bool]]) -> None:
        self._on_close = on_close
        self._ending = Ending.RETURN
        self._busy = False
        with ui.dialog() as self._dialog, box("closing"):
            self._title = words("", "closing-title", "h2")
            self._lead = words("", "closing-lead")
            self._input = (
                ui.textarea(on_change=self._draw)
                .props(f"outlined autogrow autofocus maxlength={MAX_OUTCOME}")
                .classes("closing-input")
            )
            self._input.on("keydown.ctrl.enter.prevent", self._submit)
            self._input.on("keydown.meta.enter.prevent", self._submit)
            with box("closing-foot"):
                button("Cancel", self._dialog.close, classes="quiet")
                self._done = box("btn primary", "button").on("click", self._submit)
                with self._done:
                    self._done_words = words("", tag="span")
                    words("Ctrl ↵", tag="kbd")

    @property
    def is_open(self) -> bool:
        """Whether the dialog is asking."""
        return bool(self._dialog.value)

    def ask(self, ending: Ending, *, public: bool = False, given: Sequence[str] = ()) -> None:
        """Ask for the outcome of this ending; what was given in the case is written already."""
        self._ending = ending
        title, lead, example, done = _TEXTS[ending]
        self._title.set_text(title)
        self._lead.set_text(_PUBLIC_LEADS[ending] if public else lead)
        self._done_words.set_text(done)
        self._input.props["placeholder"] = f"For example: {example}"
        self._input.props["aria-label"] = "Outcome"
        self._input.value = f"You get: {', '.join(given)}. " if given else ""
        self._input.update()
        self._draw()
        self._dialog.open()

    async def _submit(self) -> None:
        outcome = (self._input.value or "").strip()
        if not outcome or self._busy:
            return
        self._busy = True
        try:
            if await self._on_close(self._ending, outcome):
                self._dialog.close()
        finally:
            self._busy = False

    def _draw(self) -> None:
        self._done.props["disabled"] = not (self._input.value or "").strip()
        self._done.update()
