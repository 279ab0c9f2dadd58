"""After a reply that names a date: the offer to keep it as a promise, with one click."""

from collections.abc import Awaitable, Callable
from datetime import tzinfo

from console.desk.parts import box, button, icon, words
from console.desk.promise_card import tell_due
from handoff.promises.commitments import Commitment

Choose = Callable[[Commitment], Awaitable[None]]


class CommitmentOffer:
    """A line above the composer; it goes when it is answered or another case is opened."""

    def __init__(self, on_keep: Choose, on_change: Choose) -> None:
        self._on_keep = on_keep
        self._on_change = on_change
        self._inside = box("commitment", "section")
        self._inside.props["aria-label"] = "A promise in your reply"
        self._inside.props["aria-live"] = "polite"
        self._inside.set_visibility(False)

    def show(self, found: Commitment, zone: tzinfo) -> None:
        """Offer to keep it."""

        async def keep() -> None:
            await self._on_keep(found)

        async def change() -> None:
            await self._on_change(found)

        self._inside.clear()
        with self._inside:
            icon("alarm_add")
            words(f"You wrote “{found.phrase}”. Shall it be kept as a promise?", "commitment-words")
            button(f"Yes, by {tell_due(found.due_at, zone)}", keep, classes="primary")
            button("Another time", change)
            button("No", self.hide, classes="quiet")
        self._inside.set_visibility(True)

    def hide(self) -> None:
        """Offer nothing any more."""
        self._inside.clear()
        self._inside.set_visibility(False)
