"""The dialog that gives goodwill: what, how much, why; on the spot, or asked of a lead."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from console.desk import wording
from console.desk.parts import box, button, tell, words
from handoff.authority.models import GoodwillKind
from handoff.authority.service import MAX_REASON, Gift
from kit.errors import InvalidInputError
from kit.ids import new_token
from kit.money import read_cents, tell_money

# Takes the gift and whether a lead has to be asked; True when it was taken.
Give = Callable[[Gift, bool], Awaitable[bool]]


class GivingDialog:
    """Asks what to give; says at once whether a lead has to be asked."""

    def __init__(self, on_give: Give) -> None:
        self._on_give = on_give
        self._busy = False
        self._remaining = 0
        self._currency = ""
        self._key = new_token()
        kinds = {
            kind.value: wording.say(wording.GOODWILL, kind).capitalize() for kind in GoodwillKind
        }
        with ui.dialog() as self._dialog, box("closing giving"):
            words("Give goodwill", "closing-title", "h2")
            self._lead = words("", "closing-lead")
            self._kind = ui.select(kinds, label="What").props("outlined").classes("closing-input")
            self._amount = (
                ui.input(label="How much", on_change=self._draw)
                .props("outlined inputmode=decimal autofocus")
                .classes("closing-input")
            )
            self._reason = (
                ui.textarea(label="Why (for the ledger)", on_change=self._draw)
                .props(f"outlined autogrow maxlength={MAX_REASON}")
                .classes("closing-input")
            )
            self._reason.on("keydown.ctrl.enter.prevent", self._submit)
            self._reason.on("keydown.meta.enter.prevent", self._submit)
            with box("closing-foot"):
                button("Cancel", self._dialog.close, classes="quiet")
                self._done = box("btn primary", "button").on("click", self._submit)
                with self._done:
                    self._done_words = words("Give", tag="span")
                    words("Ctrl ↵", tag="kbd")

    @property
    def is_open(self) -> bool:
        """Whether the dialog is asking."""
        return bool(self._dialog.value)

    def ask(self, remaining_cents: int, currency: str) -> None:
        """Ask what to give; so much may be given on the spot."""
        self._remaining, self._currency = max(remaining_cents, 0), currency
        self._key = new_token()
        self._kind.value = GoodwillKind.CREDIT.value
        self._amount.value = self._reason.value = ""
        self._draw()
        self._dialog.open()

    async def _submit(self) -> None:
        cents, reason = self._read(), (self._reason.value or "").strip()
        if cents is None or not reason or self._busy:
            return
        gift = Gift(GoodwillKind(str(self._kind.value)), cents, reason, self._key)
        self._busy = True
        try:
            if await self._on_give(gift, cents > self._remaining):
                said = "Asked; every lead sees it." if cents > self._remaining else "Given."
                tell(f"{tell_money(cents, self._currency)}: {said}", "positive")
                self._dialog.close()
        finally:
            self._busy = False

    def _read(self) -> int | None:
        """Return the cents typed; None while they make no sense."""
        try:
            return read_cents(self._amount.value or "") or None
        except InvalidInputError:
            return None

    def _draw(self) -> None:
        cents = self._read()
        above = cents is not None and cents > self._remaining
        left = tell_money(self._remaining, self._currency)
        more = "This is more: one click asks a lead, who sees the case." if above else ""
        self._lead.set_text(f"You may give this customer {left} without asking anybody. {more}")
        self._done_words.set_text("Ask a lead" if above else "Give")
        self._done.props["disabled"] = cents is None or not (self._reason.value or "").strip()
        self._done.update()
