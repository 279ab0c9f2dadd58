"""At the foot of the queue: whether one is given cases, and who else is here."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui.element import Element

from console.desk.parts import box, hint, words
from handoff.workforce.models import PresenceState
from handoff.workforce.presence import Colleague

_CHOICES = {
    PresenceState.AVAILABLE: ("Available", "Cases are given to you, up to your capacity."),
    PresenceState.AWAY: ("Away", "You are given no cases; you can still claim them."),
    PresenceState.OFFLINE: ("Shift over", "Customers of yours who wait go to colleagues."),
}


class PresenceBar:
    """Shows and changes one's own presence."""

    def __init__(
        self, agent_id: UUID, on_choose: Callable[[PresenceState], Awaitable[None]]
    ) -> None:
        self._agent_id = agent_id
        self._buttons: dict[PresenceState, Element] = {}
        with box("presence", "section") as bar:
            bar.props["aria-label"] = "Your presence"
            with box("presence-choices"):
                for state, (label, meaning) in _CHOICES.items():
                    choice = box(f"presence-choice {state.value}", "button")
                    choice.on("click", lambda one=state: on_choose(one))
                    choice.props["type"] = "button"
                    with choice:
                        words("", "presence-dot", "span").props["aria-hidden"] = "true"
                        words(label, tag="span")
                    hint(choice, meaning)
                    self._buttons[state] = choice
            self._others = words("", "presence-others")

    def show(self, colleagues: Sequence[Colleague]) -> None:
        """Show what everybody said last."""
        mine = next((one for one in colleagues if one.agent_id == self._agent_id), None)
        for state, choice in self._buttons.items():
            pressed = mine is not None and mine.state == state
            choice.props["aria-pressed"] = "true" if pressed else "false"
            choice.update()
        here = [one for one in colleagues if one.here and one.agent_id != self._agent_id]
        load = f"{mine.cases} of {mine.capacity} cases · " if mine else ""
        who = ", ".join(f"{one.name} ({one.cases})" for one in here[:4])
        if len(here) > 4:
            who += f" and {len(here) - 4} more"
        self._others.set_text(load + (f"with {who}" if who else "nobody else is here"))
