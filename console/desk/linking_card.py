"""The card about one customer's many accounts: who may be the same, and what was joined."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from console.desk import wording
from console.desk.parts import box, button, card, icon, moment, words
from console.desk.reads import LinkingView
from crm.linking.queries import MergeView
from crm.linking.suggestions import Suggestion

# Takes the other customer and whether it is the same one.
Decide = Callable[[UUID, bool], Awaitable[None]]
Part = Callable[[UUID], Awaitable[None]]

_EVIDENCE = {"email": "the same e-mail address", "phone": "the same phone number"}
_PROOFS = {
    "code": "By a one-time code",
    "verified": "By the shop's signature",
    "employee": "By an employee",
}


def draw_linking(view: LinkingView, on_decide: Decide, on_part: Part) -> None:
    """Show suggestions to decide about and merges to undo; nothing when there are none."""
    if view.suggestions:
        with card("Perhaps the same customer"):
            for suggestion in view.suggestions:
                _draw_suggestion(suggestion, on_decide)
    if view.merges:
        with card("Joined accounts"):
            for merge in view.merges:
                _draw_merge(merge, on_part)


def _draw_suggestion(suggestion: Suggestion, on_decide: Decide) -> None:
    async def accept() -> None:
        await on_decide(suggestion.customer_id, True)

    async def reject() -> None:
        await on_decide(suggestion.customer_id, False)

    with box("past"):
        with box("past-top"):
            for channel in suggestion.channels:
                icon(wording.CHANNEL_ICONS.get(channel, "forum"))
            words(suggestion.name or "Guest", "past-reason", "span")
            moment(suggestion.since, "day", "past-when")
        said = " and ".join(_EVIDENCE[one] for one in suggestion.evidence)
        known = " · ".join(one for one in (suggestion.email, suggestion.phone) if one)
        words(f"{said.capitalize()}: {known}. That proves nothing; please ask.", "past-outcome")
        with box("row-buttons"):
            button("Join", accept)
            button("Not the same", reject, classes="quiet")


def _draw_merge(merge: MergeView, on_part: Part) -> None:
    async def part() -> None:
        await on_part(merge.id)

    with box("past"):
        with box("past-top"):
            icon("link")
            words(_PROOFS.get(merge.proof, merge.proof), "past-reason", "span")
            moment(merge.merged_at, "ago", "past-when")
        words(merge.reason, "past-outcome")
        if merge.can_undo:
            with box("row-buttons"):
                button("Part again", part, classes="quiet")
        else:
            words("A later one builds on it; part that first.", "none")
