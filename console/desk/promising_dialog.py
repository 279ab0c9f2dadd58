"""The dialog that records a promise: what, and by when in the desk's time."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

from nicegui import ui

from console.desk.parts import box, button, words
from handoff.promises.deadlines import FRIDAY, end_of_day, next_weekday, today
from handoff.promises.service import MAX_WORDS, Pledge
from handoff.workforce.hours import OpeningHours
from handoff.workforce.teams import ALWAYS
from kit.clock import utc_now
from kit.ids import new_token

# Takes what is promised; True when it was taken.
Make = Callable[[Pledge], Awaitable[bool]]

_CHOICES: tuple[tuple[str, Callable[[datetime, OpeningHours], date]], ...] = (
    ("Today", today),
    ("Tomorrow", lambda now, hours: today(now, hours) + timedelta(days=1)),
    ("Friday", lambda now, hours: next_weekday(FRIDAY, now, hours)),
    ("In a week", lambda now, hours: today(now, hours) + timedelta(days=7)),
)


class PromisingDialog:
    """Asks what was promised and by when; stays open when it was not taken."""

    def __init__(self, on_make: Make) -> None:
        self._on_make = on_make
        self._busy = False
        self._hours = ALWAYS
        self._key = new_token()
        with ui.dialog() as self._dialog, box("closing promising"):
            words("Promise something", "closing-title", "h2")
            words(
                "You are reminded before it is due, also when the case is closed.", "closing-lead"
            )
            self._words = (
                ui.textarea(label="What the customer gets", on_change=self._draw)
                .props(f"outlined autogrow autofocus maxlength={MAX_WORDS}")
                .classes("closing-input")
            )
            self._words.on("keydown.ctrl.enter.prevent", self._submit)
            self._words.on("keydown.meta.enter.prevent", self._submit)
            with box("quick"):
                for label, choose in _CHOICES:
                    button(label, lambda one=choose: self._choose(one))
            self._due = (
                ui.input(label="By when", on_change=self._draw)
                .props("outlined type=datetime-local stack-label")
                .classes("closing-input")
            )
            self._told = words("", "closing-lead promising-told")
            with box("closing-foot"):
                button("Cancel", self._dialog.close, classes="quiet")
                self._done = box("btn primary", "button").on("click", self._submit)
                with self._done:
                    words("Promise", tag="span")
                    words("Ctrl ↵", tag="kbd")

    @property
    def is_open(self) -> bool:
        """Whether the dialog is asking."""
        return bool(self._dialog.value)

    def ask(self, hours: OpeningHours, *, said: str = "", due_at: datetime | None = None) -> None:
        """Ask for a promise; `said` and `due_at` are written already."""
        self._hours = hours
        self._key = new_token()
        self._words.value = said
        self._write(due_at)
        self._draw()
        self._dialog.open()

    async def _submit(self) -> None:
        due_at, said = self._read(), (self._words.value or "").strip()
        if due_at is None or not said or self._busy:
            return
        self._busy = True
        try:
            if await self._on_make(Pledge(said, due_at, self._key)):
                self._dialog.close()
        finally:
            self._busy = False

    def _choose(self, choose: Callable[[datetime, OpeningHours], date]) -> None:
        self._write(end_of_day(choose(utc_now(), self._hours), self._hours))
        self._draw()

    def _write(self, due_at: datetime | None) -> None:
        local = due_at.astimezone(self._hours.zone) if due_at else None
        self._due.value = f"{local:%Y-%m-%dT%H:%M}" if local else ""

    def _read(self) -> datetime | None:
        """Return the moment chosen, as a clock at the desk means it; None while there is none."""
        try:
            local = datetime.fromisoformat(self._due.value or "")
        except ValueError:
            return None
        return local.replace(tzinfo=self._hours.zone).astimezone(UTC)

    def _draw(self) -> None:
        due_at = self._read()
        past = due_at is not None and due_at <= utc_now()
        here = f"Time zone of the desk: {self._hours.zone}."
        self._told.set_text(f"This time has passed already. {here}" if past else here)
        self._done.props["disabled"] = (
            due_at is None or past or not (self._words.value or "").strip()
        )
        self._done.update()
