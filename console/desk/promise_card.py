"""The card of what this customer was promised: by whom, until when, and what became of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from console.desk import wording
from console.desk.parts import box, button, card, hint, moment, words
from handoff.promises.models import PromiseState
from handoff.promises.queries import PromiseView


@dataclass(frozen=True)
class PromisesView:
    """What the customer was promised, in the desk's time. `mine`: the case is one's own."""

    promises: Sequence[PromiseView]
    zone: tzinfo
    mine: bool


@dataclass(frozen=True)
class PromiseHandlers:
    """What the card's buttons do; each takes the promise it stands at."""

    on_make: Callable[[], Awaitable[None]]
    on_keep: Callable[[UUID], Awaitable[None]]
    on_withdraw: Callable[[UUID], Awaitable[None]]


def draw_promises(view: PromisesView, handlers: PromiseHandlers) -> None:
    """Show the promises; nothing when there are none and none can be made."""
    if not view.promises and not view.mine:
        return
    with card("Promises").classes("promises"):
        if not view.promises:
            words("Nothing with a date so far.", "none")
        for made in view.promises:
            _draw_promise(made, view.zone, handlers)
        if view.mine:
            with box("row-buttons"):
                button("Promise", handlers.on_make, key="m")


def tell_due(due_at: datetime, zone: tzinfo) -> str:
    """Return the moment in the desk's time: `Fri 27 Nov, 18:00`."""
    return f"{due_at.astimezone(zone):%a %d %b, %H:%M}"


def _draw_promise(made: PromiseView, zone: tzinfo, handlers: PromiseHandlers) -> None:
    with box("past promise"):
        with box("past-top"):
            due = words(f"By {tell_due(made.due_at, zone)}", "past-reason", "span")
            hint(due, f"Time zone of the desk: {zone}")
            if made.is_settled:
                said = wording.say(wording.PROMISES, made.state)
                words(said, f"grant {made.state} past-when", "span")
            else:
                moment(made.due_at, "due", "past-when")
        words(f"{made.maker or wording.AUTHORS['bot']}: {made.words}", "past-outcome")
        if not made.is_settled:
            _draw_settling(made, handlers)


def _draw_settling(made: PromiseView, handlers: PromiseHandlers) -> None:
    async def keep() -> None:
        await handlers.on_keep(made.id)

    async def withdraw() -> None:
        await handlers.on_withdraw(made.id)

    with box("row-buttons"):
        if made.state == PromiseState.BROKEN:
            button("Made good", keep)
            return
        button("Kept", keep)
        button("Take back", withdraw, classes="quiet")
