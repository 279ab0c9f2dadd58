"""Above the queue: promises of one's own that are about to be broken, or have been."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from console.desk.parts import box, icon, moment, tell, words
from handoff.promises.queries import PromiseView

_MOST = 5
_MOST_TOLD = 3


class AlarmsStrip:
    """Shows what alarms, the soonest first; a click opens the case. What is new is told once."""

    def __init__(self, on_select: Callable[[UUID], Awaitable[None]]) -> None:
        self._on_select = on_select
        self._known: set[tuple[UUID, str]] | None = None
        self._inside = box("alarms", "section")
        self._inside.props["aria-label"] = "Promises that are due"
        self._inside.set_visibility(False)

    def show(self, promises: Sequence[PromiseView]) -> None:
        """Show these promises; nothing when there are none."""
        self._inside.clear()
        self._inside.set_visibility(bool(promises))
        with self._inside:
            for made in promises[:_MOST]:
                self._draw(made)
            if len(promises) > _MOST:
                words(f"and {len(promises) - _MOST} more promises", "more")
        self._tell_new(promises)

    def _draw(self, made: PromiseView) -> None:
        row = box("request", "button")
        row.props["type"] = "button"
        if (handoff_id := made.handoff_id) is not None:
            row.on("click", lambda: self._on_select(handoff_id))
        with row:
            with box("row-top"):
                icon("alarm")
                words(made.customer_name or "Guest", "row-name", "span")
                moment(made.due_at, "due", "row-wait")
            words(made.words, "row-words")

    def _tell_new(self, promises: Sequence[PromiseView]) -> None:
        """The first look only takes note: it is there to be seen anyway."""
        keys = {(made.id, made.state): made for made in promises}
        fresh = [] if self._known is None else [keys[key] for key in keys if key not in self._known]
        for made in fresh[:_MOST_TOLD]:
            said = "Promise broken" if made.state == "broken" else "Promise due"
            tell(f"{said}: {made.customer_name or 'Guest'} · {made.words[:80]}", "warning")
        self._known = (self._known or set()) | keys.keys()
