"""The card of the ledger: what this customer was given, what is asked for, and who decides."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from console.desk import wording
from console.desk.parts import box, button, card, moment, words
from handoff.authority.models import GrantState
from handoff.authority.queries import LedgerLine
from kit.money import tell_money


@dataclass(frozen=True)
class GoodwillView:
    """The customer's ledger as one employee sees it.

    `remaining_cents` is what they may still give on the spot; None: the case is not theirs.
    """

    lines: Sequence[LedgerLine]
    currency: str
    remaining_cents: int | None
    decides: bool
    agent_id: UUID


@dataclass(frozen=True)
class GoodwillHandlers:
    """What the card's buttons do; each takes the line it stands at."""

    on_give: Callable[[], Awaitable[None]]
    on_approve: Callable[[UUID], Awaitable[None]]
    on_refuse: Callable[[UUID], Awaitable[None]]
    on_withdraw: Callable[[UUID], Awaitable[None]]


def draw_goodwill(view: GoodwillView, handlers: GoodwillHandlers) -> None:
    """Show the ledger; nothing when there is none and nothing can be given."""
    if not view.lines and view.remaining_cents is None:
        return
    with card("Goodwill").classes("goodwill"):
        if view.remaining_cents is not None:
            left = tell_money(max(view.remaining_cents, 0), view.currency)
            words(f"You may give this customer {left} on the spot.", "none")
            with box("row-buttons"):
                button("Give", handlers.on_give, key="g")
        for line in view.lines:
            _draw_line(line, view, handlers)


def _draw_line(line: LedgerLine, view: GoodwillView, handlers: GoodwillHandlers) -> None:
    with box("past"):
        with box("past-top"):
            amount = tell_money(line.amount_cents, line.currency)
            kind = wording.say(wording.GOODWILL, line.kind)
            words(f"{amount} {kind}", "past-reason", "span")
            words(wording.say(wording.GRANTS, line.state), f"grant {line.state}", "span")
            moment(line.created_at, "ago", "past-when")
        words(f"{line.agent_name}: {line.reason}", "past-outcome")
        if line.decision_note:
            words(f"{line.decider_name}: {line.decision_note}", "past-outcome")
        if line.state == GrantState.ASKED:
            _draw_deciding(line, view, handlers)


def _draw_deciding(line: LedgerLine, view: GoodwillView, handlers: GoodwillHandlers) -> None:
    async def approve() -> None:
        await handlers.on_approve(line.grant_id)

    async def refuse() -> None:
        await handlers.on_refuse(line.grant_id)

    async def withdraw() -> None:
        await handlers.on_withdraw(line.grant_id)

    with box("row-buttons"):
        if line.agent_id == view.agent_id:
            button("Take back", withdraw, classes="quiet")
        elif view.decides:
            button("Approve", approve, classes="primary")
            button("Refuse", refuse)
