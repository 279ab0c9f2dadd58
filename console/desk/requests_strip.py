"""Above the queue of leads: colleagues who ask for more goodwill than they may give."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from console.desk import wording
from console.desk.parts import box, icon, moment, words
from handoff.authority.queries import LedgerLine
from kit.money import tell_money

_MOST = 5


class RequestsStrip:
    """Shows what waits for a lead's word; a click opens the case, where it is decided."""

    def __init__(self, on_select: Callable[[UUID], Awaitable[None]]) -> None:
        self._on_select = on_select
        self._inside = box("requests", "section")
        self._inside.props["aria-label"] = "Requests for goodwill"
        self._inside.set_visibility(False)

    def show(self, lines: Sequence[LedgerLine]) -> None:
        """Show these requests; nothing when there are none."""
        self._inside.clear()
        self._inside.set_visibility(bool(lines))
        with self._inside:
            for line in lines[:_MOST]:
                self._draw(line)
            if len(lines) > _MOST:
                words(f"and {len(lines) - _MOST} more requests", "more")

    def _draw(self, line: LedgerLine) -> None:
        row = box("request", "button").on("click", lambda: self._on_select(line.handoff_id))
        row.props["type"] = "button"
        with row:
            with box("row-top"):
                icon("redeem")
                amount = tell_money(line.amount_cents, line.currency)
                kind = wording.say(wording.GOODWILL, line.kind)
                words(f"{amount} {kind} for {line.customer_name or 'Guest'}?", "row-name", "span")
                moment(line.created_at, "ago", "row-wait")
            words(f"{line.agent_name} asks: {line.reason}", "row-words")
