"""Where an employee writes: to the customer or, visibly different, to colleagues only."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from uuid import UUID

from nicegui import ui

from console.desk.parts import box, icon, tell, words
from kit.ids import new_token


class Mode(StrEnum):
    """Who will read what is written."""

    REPLY = "reply"
    NOTE = "note"


Send = Callable[[Mode, str, str], Awaitable[bool]]


class Composer:
    """One text box, two modes; drafts, per case and mode, survive a reload in the browser."""

    def __init__(self, on_send: Send) -> None:
        self._on_send = on_send
        self._case: UUID | None = None
        self._mode = Mode.REPLY
        self._locked = True
        self._public = False
        self._sending = False
        self._client_key = new_token()
        self._drafts: dict[tuple[UUID, Mode], str] = {}
        with box("composer", "section") as self._box:
            self._build_head()
            self._input = (
                ui.textarea(on_change=self._keep)
                .props("borderless autogrow")
                .classes("composer-input")
            )
            self._input.on("keydown.ctrl.enter.prevent", self.send)
            self._input.on("keydown.meta.enter.prevent", self.send)
            self._input.on("keydown.esc", js_handler="(event) => event.target.blur()")
            with box("composer-foot"):
                self._told = words("", "composer-told")
                self._submit = box("btn primary", "button").on("click", self.send)
                with self._submit:
                    self._submit_words = words("Send", tag="span")
                    words("Ctrl ↵", tag="kbd")
        self._draw()

    @property
    def can_reply(self) -> bool:
        """Whether the open case is the employee's own."""
        return not self._locked

    async def open(self, case: UUID, *, locked: str, public: bool = False) -> None:
        """Write in another case, or in the same one after its owner changed.

        `locked` says why the customer cannot be answered; empty when they can. `public`: others
        read what is written.
        """
        self._public = public
        before = (self._case, self._mode)
        if locked:
            self._mode = Mode.NOTE
        elif case != self._case or self._locked:
            self._mode = Mode.REPLY
        self._case, self._locked = case, bool(locked)
        self._lock_words.set_text(locked)
        if (self._case, self._mode) != before:
            await self._restore()
        self._draw()

    async def write(self, mode: Mode) -> None:
        """Choose who will read it, and put the cursor into the box."""
        if self._case is None:
            return
        if mode is Mode.REPLY and self._locked:
            tell(f"{self._lock_words.text}. Notes are open to you.", "info")
            return
        if mode is not self._mode:
            self._mode = mode
            await self._restore()
            self._draw()
        self._input.run_method("focus")

    async def add(self, text: str) -> None:
        """Put words under what is written to the customer; the employee still sends them."""
        await self.write(Mode.REPLY)
        if self._mode is Mode.REPLY and not self._locked:
            self._input.value = f"{self._input.value or ''}\n{text}".strip()

    async def send(self) -> None:
        """Hand the words on; they stay in the box unless they were taken."""
        body = self._input.value or ""
        if self._sending or not body.strip():
            return
        self._sending = True
        try:
            if await self._on_send(self._mode, body, self._client_key):
                self._client_key = new_token()
                self._input.value = ""
                ui.run_javascript(f"CH.dropDraft({self._draft_name!r})")
        finally:
            self._sending = False

    @property
    def _draft_name(self) -> str:
        return f"{self._case}:{self._mode.value}"

    def _keep(self) -> None:
        if self._case is not None:
            self._drafts[self._case, self._mode] = self._input.value or ""

    async def _restore(self) -> None:
        """Show the draft of this case and mode: the one typed here, else the browser's."""
        if self._case is None:
            return
        self._input.props["data-draft"] = self._draft_name
        known = self._drafts.get((self._case, self._mode))
        self._client_key = new_token()
        self._input.value = known or ""
        if known is None:
            kept = await ui.run_javascript(f"CH.readDraft({self._draft_name!r})", timeout=3)
            if not self._input.value:  # who has begun to type meanwhile keeps their words
                self._input.value = kept or ""

    def _build_head(self) -> None:
        with box("modes"):
            self._tabs = {}
            for mode, label, key in ((Mode.REPLY, "Reply", "r"), (Mode.NOTE, "Note", "n")):
                tab = box("mode", "button").on("click", lambda m=mode: self.write(m))
                tab.props["type"] = "button"
                with tab:
                    words(label, tag="span")
                    words(key, tag="kbd")
                self._tabs[mode] = tab
            with box("lock") as self._lock:
                icon("lock_outline")
                self._lock_words = words("", tag="span")

    def _draw(self) -> None:
        note = self._mode is Mode.NOTE
        self._box.classes(
            add="noting" if note else "replying", remove="replying" if note else "noting"
        )
        for mode, tab in self._tabs.items():
            tab.props["aria-pressed"] = "true" if mode is self._mode else "false"
            tab.props["disabled"] = mode is Mode.REPLY and self._locked
            tab.update()
        self._lock.set_visibility(self._locked)
        to_whom = "Write where everybody reads it…" if self._public else "Write to the customer…"
        placeholder = "A note for colleagues…" if note else to_whom
        self._input.props["placeholder"] = placeholder
        self._input.props["aria-label"] = placeholder.rstrip("…")
        self._input.update()
        readers = "Everybody there reads this." if self._public else "The customer reads this."
        self._told.set_text("Only colleagues read this." if note else readers)
        self._submit_words.set_text("Add note" if note else "Send")
