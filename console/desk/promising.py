"""Promises on one open desk: the card, the dialog, the offer after a reply. Used by Desk."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui.element import Element
from sqlalchemy.ext.asyncio import AsyncSession

from console.desk.actions import DeskActions
from console.desk.commitment_offer import CommitmentOffer
from console.desk.parts import box, tell
from console.desk.promise_card import PromiseHandlers, PromisesView, draw_promises, tell_due
from console.desk.promising_dialog import PromisingDialog
from handoff.models import HandoffState
from handoff.promises.commitments import Commitment, find_commitment
from handoff.promises.queries import list_promises
from handoff.promises.service import Pledge
from handoff.queue import QueueItem
from handoff.workforce.teams import ALWAYS, find_default_hours
from kit.clock import utc_now
from kit.ids import new_token

# Does something; when it is refused says why and returns False.
Try = Callable[[Awaitable[object]], Awaitable[bool]]


class Promising:
    """What the open case's customer was promised, and what makes more promises.

    `card` and `offer` are the places in the panes where they are drawn.
    """

    def __init__(
        self,
        agent_id: UUID,
        actions: DeskActions,
        attempt: Try,
        redraw: Callable[[], Awaitable[None]],
        *,
        card: Element,
        offer: Element,
    ) -> None:
        self._agent_id = agent_id
        self._actions = actions
        self._attempt = attempt
        self._redraw = redraw
        self._hours = ALWAYS
        self._item: QueueItem | None = None
        self._view: PromisesView | None = None
        self._noticed_in: UUID | None = None
        self._offer_key = new_token()
        self._dialog = PromisingDialog(self._make)
        self._handlers = PromiseHandlers(self.ask, self._keep, self._withdraw)
        with card:
            self._place = box("person-part")
        with offer:
            self._offer = CommitmentOffer(self._take_offer, self._change_offer)

    @property
    def is_asking(self) -> bool:
        """Whether the dialog is open."""
        return self._dialog.is_open

    async def show(self, session: AsyncSession, item: QueueItem) -> None:
        """Show what the open case's customer was promised, if it differs from what is shown."""
        self._hours = await find_default_hours(session)
        self._item = item
        view = PromisesView(
            promises=await list_promises(session, item.customer_id),
            zone=self._hours.zone,
            mine=item.state == HandoffState.CLAIMED and item.agent_id == self._agent_id,
        )
        if item.handoff_id != self._noticed_in:
            self._offer.hide()
        if view != self._view:
            self._view = view
            self._place.clear()
            with self._place:
                draw_promises(view, self._handlers)

    async def ask(self) -> None:
        """Ask what is promised, if the case is one's own."""
        if self._view is not None and self._view.mine:
            self._dialog.ask(self._hours)

    def notice(self, handoff_id: UUID, said: str) -> None:
        """Offer to keep what was just said to the customer, if it names a date to come.

        Another case may have been opened while it was sent; there nothing is offered.
        """
        if self._item is None or self._item.handoff_id != handoff_id:
            return
        found = find_commitment(said, utc_now(), self._hours)
        if found is None:
            self._offer.hide()
            return
        self._noticed_in, self._offer_key = handoff_id, new_token()
        self._offer.show(found, self._hours.zone)

    async def _take_offer(self, found: Commitment) -> None:
        await self._make(Pledge(found.words, found.due_at, self._offer_key))

    async def _change_offer(self, found: Commitment) -> None:
        self._dialog.ask(self._hours, said=found.words, due_at=found.due_at)

    async def _make(self, pledge: Pledge) -> bool:
        if self._item is None:
            return False
        done = await self._attempt(self._actions.promise(self._item.handoff_id, pledge))
        if done:
            self._offer.hide()
            tell(f"Promised by {tell_due(pledge.due_at, self._hours.zone)}.", "positive")
        await self._redraw()
        return done

    async def _keep(self, promise_id: UUID) -> None:
        await self._attempt(self._actions.keep_promise(promise_id))
        await self._redraw()

    async def _withdraw(self, promise_id: UUID) -> None:
        await self._attempt(self._actions.withdraw_promise(promise_id))
        await self._redraw()
