"""The dialog that passes a case on: to a colleague or to whoever has a skill, with a note."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import ui

from console.desk import wording
from console.desk.parts import box, button, words
from handoff.passing import MAX_REASON
from handoff.workforce.models import PresenceState
from handoff.workforce.presence import Colleague

# Takes a colleague's id or the name of a skill, and the note.
Pass = Callable[[UUID | str, str], Awaitable[bool]]


class PassingDialog:
    """Asks to whom and why; stays open when it was not taken."""

    def __init__(self, on_pass: Pass) -> None:
        self._on_pass = on_pass
        self._busy = False
        self._targets: dict[str, UUID | str] = {}
        with ui.dialog() as self._dialog, box("closing"):
            words("Pass this case on", "closing-title", "h2")
            words("The customer notices nothing; what was promised stands.", "closing-lead")
            self._choice = ui.select({}, label="To whom").props("outlined").classes("closing-input")
            self._choice.on_value_change(self._draw)
            self._why = (
                ui.textarea(label="What they should know", on_change=self._draw)
                .props(f"outlined autogrow maxlength={MAX_REASON}")
                .classes("closing-input")
            )
            self._why.on("keydown.ctrl.enter.prevent", self._submit)
            self._why.on("keydown.meta.enter.prevent", self._submit)
            with box("closing-foot"):
                button("Cancel", self._dialog.close, classes="quiet")
                self._done = box("btn primary", "button").on("click", self._submit)
                with self._done:
                    words("Pass on", tag="span")
                    words("Ctrl ↵", tag="kbd")

    @property
    def is_open(self) -> bool:
        """Whether the dialog is asking."""
        return bool(self._dialog.value)

    def ask(self, colleagues: Sequence[Colleague], skills: Sequence[str]) -> None:
        """Ask to whom of these the case goes."""
        self._targets = {str(one.agent_id): one.agent_id for one in colleagues}
        self._targets |= {f"skill:{skill}": skill for skill in skills}
        labels = {str(one.agent_id): _describe(one) for one in colleagues}
        labels |= {
            f"skill:{skill}": f"Whoever knows: {wording.say(wording.SKILLS, skill)}"
            for skill in skills
        }
        self._choice.set_options(labels, value=None)
        self._why.value = ""
        self._draw()
        self._dialog.open()

    async def _submit(self) -> None:
        target, why = self._targets.get(self._choice.value or ""), (self._why.value or "").strip()
        if target is None or not why or self._busy:
            return
        self._busy = True
        try:
            if await self._on_pass(target, why):
                self._dialog.close()
        finally:
            self._busy = False

    def _draw(self) -> None:
        ready = self._choice.value and (self._why.value or "").strip()
        self._done.props["disabled"] = not ready
        self._done.update()


def _describe(colleague: Colleague) -> str:
    state = "not here"
    if colleague.here:
        state = "here" if colleague.state is PresenceState.AVAILABLE else "here, away"
    return f"{colleague.name} · {state} · {colleague.cases} of {colleague.capacity} cases"
