"""Goodwill on one open desk: loads the ledger, asks, gives, decides. Used by console.desk.desk."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.desk.actions import DeskActions
from console.desk.giving_dialog import GivingDialog
from console.desk.goodwill_card import GoodwillHandlers, GoodwillView, draw_goodwill
from console.desk.parts import box, tell
from console.desk.refusing_dialog import RefusingDialog
from handoff.authority.models import GrantState
from handoff.authority.queries import find_limit, find_remaining, list_ledger
from handoff.authority.service import DECIDERS, Gift
from handoff.models import Agent, HandoffState
from handoff.queue import QueueItem
from kit.clock import utc_now

# Does something; when it is refused says why and returns False.
Try = Callable[[Awaitable[object]], Awaitable[bool]]


class Goodwill:
    """The ledger's card in the customer pane, and the dialogs that write into it."""

    def __init__(
        self,
        agent_id: UUID,
        actions: DeskActions,
        attempt: Try,
        redraw: Callable[[], Awaitable[None]],
    ) -> None:
        self._agent_id = agent_id
        self._actions = actions
        self._attempt = attempt
        self._redraw = redraw
        self._item: QueueItem | None = None
        self._view: GoodwillView | None = None
        self._giving = GivingDialog(self._give)
        self._refusing = RefusingDialog(self._refuse)
        self._place = box()
        self._handlers = GoodwillHandlers(
            self.ask, self._approve, self._ask_refusal, self._withdraw
        )

    @property
    def is_asking(self) -> bool:
        """Whether a dialog is open."""
        return self._giving.is_open or self._refusing.is_open

    async def show(self, session: AsyncSession, item: QueueItem) -> None:
        """Show the ledger of the open case's customer, if it differs from what is shown."""
        agent = await session.get_one(Agent, self._agent_id)
        mine = item.state == HandoffState.CLAIMED and item.agent_id == agent.id
        remaining = None
        if mine:
            remaining = await find_remaining(session, agent.id, item.customer_id, utc_now())
        view = GoodwillView(
            lines=await list_ledger(session, item.customer_id),
            currency=(await find_limit(session, agent.id)).currency,
            remaining_cents=remaining,
            decides=agent.role in DECIDERS,
            agent_id=agent.id,
        )
        self._item = item
        if view != self._view:
            self._view = view
            self._place.clear()
            with self._place:
                draw_goodwill(view, self._handlers)

    async def ask(self) -> None:
        """Ask what to give, if the case is one's own."""
        if self._view is not None and self._view.remaining_cents is not None:
            self._giving.ask(self._view.remaining_cents, self._view.currency)

    def list_given(self) -> Sequence[str]:
        """Return what was given in the open case, in words."""
        if self._view is None or self._item is None:
            return ()
        return [
            f"{line.amount_cents / 100:.2f} {line.currency} {line.kind}"
            for line in reversed(self._view.lines)
            if line.state == GrantState.GRANTED and line.handoff_id == self._item.handoff_id
        ]

    async def _give(self, gift: Gift, above: bool) -> bool:
        if self._item is None:
            return False
        act = self._actions.ask_goodwill if above else self._actions.give_goodwill
        done = await self._attempt(act(self._item.handoff_id, gift))
        await self._redraw()
        return done

    async def _approve(self, grant_id: UUID) -> None:
        if await self._attempt(self._actions.approve_goodwill(grant_id)):
            tell("Approved; the customer gets it.", "positive")
        await self._redraw()

    async def _ask_refusal(self, grant_id: UUID) -> None:
        self._refusing.ask(grant_id)

    async def _refuse(self, grant_id: UUID, why: str) -> bool:
        done = await self._attempt(self._actions.refuse_goodwill(grant_id, why))
        await self._redraw()
        return done

    async def _withdraw(self, grant_id: UUID) -> None:
        await self._attempt(self._actions.withdraw_goodwill(grant_id))
        await self._redraw()
