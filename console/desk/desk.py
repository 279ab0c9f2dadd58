"""One employee's open desk: which case is shown, what is drawn again when something happens."""

import asyncio
import time
from collections.abc import Awaitable
from uuid import UUID

from nicegui import ui
from nicegui.client import Client
from nicegui.events import KeyEventArguments

from console.desk import wording
from console.desk.actions import DeskActions
from console.desk.announcing import Announcer
from console.desk.closing import ClosingDialog, Ending
from console.desk.composer import Mode
from console.desk.conversation_pane import ConversationPane
from console.desk.customer_pane import CustomerPane
from console.desk.goodwill import Goodwill
from console.desk.parts import tell
from console.desk.passing_dialog import PassingDialog
from console.desk.promising import Promising
from console.desk.queue_pane import PAGE, QueuePane
from console.desk.reads import load_case, load_customer
from handoff.authority.queries import list_requests
from handoff.models import HandoffState
from handoff.promises.queries import list_alarms
from handoff.queue import QueueItem, find_open_item, read_queue
from handoff.workforce.models import PresenceState
from handoff.workforce.presence import BEAT_S, list_colleagues
from insights.content.offers import Offer
from kit.clock import utc_now
from kit.database import Database
from kit.errors import AppError, UnauthenticatedError
from kit.log import get_logger

_log = get_logger(__name__)
_GATHER_S = 0.03
QUEUE_EVERY_S = 0.5
_SHOWS_MESSAGES = ("message", "turn", "delivery")


class Desk:
    """Connects the panes with the database; one per browser tab."""

    def __init__(
        self,
        client: Client,
        database: Database,
        actions: DeskActions,
        agent_id: UUID,
        *,
        public_url: str,
        decides: bool,
    ) -> None:
        self._agent_id = agent_id
        self._public_url = public_url
        self._decides = decides
        self._client = client
        self._database = database
        self._actions = actions
        self._case: QueueItem | None = None
        self._announcer = Announcer(agent_id)
        self._happened = asyncio.Event()
        self._queue_changed = self._case_changed = True
        self._stale: set[str] = set()  # conversations whose row in the queue is not up to date
        self._rows = PAGE
        self._queue_read_at = float("-inf")
        self._drawing = asyncio.Lock()
        with ui.element("div").classes("desk"):
            self._queue = QueuePane(agent_id, self.select, self.declare, self.show_more)
            self._talk = ConversationPane(
                agent_id,
                on_claim=self.claim,
                on_end=self.ask_end,
                on_pass=self.ask_pass,
                on_send=self.send,
                on_private=self.go_private,
            )
            self._person = CustomerPane(self.use_offer, self.decide_same, self.part_again)
        with self._person.goodwill:
            self._goodwill = Goodwill(agent_id, actions, self._try, self._redraw)
        self._promising = Promising(
            agent_id,
            actions,
            self._try,
            self._redraw,
            card=self._person.promises,
            offer=self._talk.offer,
        )
        self._closing = ClosingDialog(self.end)
        self._passing = PassingDialog(self.pass_on)
        ui.keyboard(on_key=self._on_key, ignore=["input", "select", "textarea"])

    def note(self, topic: str, key: str) -> None:
        """Remember that something happened, if it concerns what is shown here; cheap."""
        if topic in ("queue", "presence", "reconnected"):
            self._queue_changed = True
        elif self._queue.shows(key):
            self._stale.add(key)
        if self._case is not None and (
            topic == "reconnected"
            or (topic == "queue" and key == str(self._case.handoff_id))
            or (topic in _SHOWS_MESSAGES and key == str(self._case.conversation_id))
        ):
            self._case_changed = True
        if self._queue_changed or self._case_changed or self._stale:
            self._happened.set()

    async def follow(self) -> None:
        """Draw again whatever changed, as long as the tab is open; several changes at once."""
        while True:
            await self._happened.wait()
            await asyncio.sleep(_GATHER_S)
            self._happened.clear()
            try:
                with self._client:
                    if await self._actions.is_signed_in():
                        await self.refresh()
                    else:
                        self._leave()
            except Exception as error:  # a failed refresh must not end the live view
                _log.warning("desk.refresh_failed", error=type(error).__name__)

    async def beat(self) -> None:
        """Tell now and then that the desk is open, as long as it is."""
        while True:
            try:
                await self._actions.beat()
            except UnauthenticatedError:
                return  # the next refresh leads to the login
            except Exception as error:  # the database is away, say
                _log.warning("desk.beat_failed", error=type(error).__name__)
            await asyncio.sleep(BEAT_S)

    async def open(self) -> None:
        """Come to the desk: from now on one counts as here."""
        if await self._try(self._actions.come()):
            await self.refresh()

    async def declare(self, state: PresenceState) -> None:
        """Say whether one is given cases."""
        if await self._try(self._actions.declare(state)):
            await self._redraw()

    async def refresh(self, *, at_once: bool = False) -> None:
        """Load and draw what is marked as changed: first the conversation, which is waited for.

        The queue as a whole is read every QUEUE_EVERY_S at most, unless the employee did something.
        """
        async with self._drawing:
            if self._case_changed and self._case is not None:
                self._case_changed = False
                await self._draw_case(self._case.handoff_id)
            wait = self._queue_read_at + QUEUE_EVERY_S - time.monotonic()
            if self._queue_changed and (at_once or wait <= 0):
                self._queue_changed = False
                await self._draw_queue()
            elif self._queue_changed:
                asyncio.get_running_loop().call_later(wait, self._happened.set)
            elif self._stale:
                await self._draw_rows()

    async def show_more(self) -> None:
        """Show more of the queue."""
        self._rows += PAGE
        async with self._drawing:
            await self._draw_queue()

    async def select(self, handoff_id: UUID) -> None:
        """Open a case."""
        async with self._drawing:
            await self._draw_case(handoff_id, with_person=True)
            await self._draw_queue()

    async def claim(self) -> None:
        """Take the open case; says kindly when a colleague was faster."""
        if self._case is not None and await self._try(self._actions.claim(self._case.handoff_id)):
            tell(f"{self._name()} is yours. Wick stays silent.", "positive")
            await self._redraw()

    async def go_private(self) -> None:
        """Lead the customer of a public conversation to a private chat, where the case goes on."""
        if self._case is None:
            return
        if await self._try(self._actions.continue_privately(self._case.handoff_id)):
            tell(f"{self._name()} is being led to a private chat; the case goes along.", "positive")
            await self._redraw()

    async def send(self, mode: Mode, body: str, client_key: str) -> bool:
        """Send or note what the composer holds; True when it was taken."""
        if self._case is None:
            return False
        handoff_id = self._case.handoff_id
        if mode is Mode.NOTE:
            done = await self._try(self._actions.add_note(self._case.conversation_id, body))
        else:
            done = await self._try(self._actions.reply(handoff_id, body, client_key))
        await self._redraw()
        if done and mode is Mode.REPLY:
            self._promising.notice(handoff_id, body)
        return done

    async def use_offer(self, offer: Offer) -> None:
        """Put the article into the reply; what is sent stays the employee's decision."""
        await self._talk.composer.add(f"{offer.title}: {self._public_url}/help/{offer.slug}")

    async def decide_same(self, other_id: UUID, same: bool) -> None:
        """Join the open case's customer with another one, or never suggest that again."""
        if self._case is None:
            return
        customer_id = self._case.customer_id
        if await self._try(self._actions.decide_same(customer_id, other_id, same=same)):
            tell("Joined; it can be undone." if same else "Noted: not the same.", "positive")
        await self.select(self._case.handoff_id)

    async def part_again(self, merge_id: UUID) -> None:
        """Undo a merge of the open case's customer."""
        if self._case is None:
            return
        if await self._try(self._actions.part_again(merge_id)):
            tell("Parted: everything is where it was.", "positive")
        await self.select(self._case.handoff_id)

    def ask_end(self, ending: Ending) -> None:
        """Ask for the outcome before a case ends."""
        given = self._goodwill.list_given()
        self._closing.ask(ending, public=self._talk.is_public, given=given)

    async def end(self, ending: Ending, outcome: str) -> bool:
        """Return or resolve the open case with this outcome; True when it was done."""
        if self._case is None:
            return False
        handoff_id = self._case.handoff_id
        if ending is Ending.RETURN:
            done = await self._try(self._actions.return_to_bot(handoff_id, outcome))
            said = f"Wick is back with {self._name()} and knows the outcome."
        else:
            done = await self._try(self._actions.resolve(handoff_id, outcome))
            said = f"Resolved. {self._name()} has been told."
        if done:
            tell(said, "positive")
        await self._redraw()
        if done and ending is Ending.RETURN:  # the customer reads it
            self._promising.notice(handoff_id, outcome)
        return done

    async def ask_pass(self) -> None:
        """Ask to whom the open case goes."""
        async with self._database.session() as session:
            colleagues = await list_colleagues(session, utc_now())
        others = [one for one in colleagues if one.agent_id != self._agent_id]
        self._passing.ask(others, list(wording.SKILLS))

    async def pass_on(self, target: UUID | str, why: str) -> bool:
        """Give the open case to a colleague, or to whoever has a skill; True when it was done."""
        if self._case is None:
            return False
        done = await self._try(self._actions.pass_on(self._case.handoff_id, target, why))
        if done:
            tell(f"Passed on. {self._name()} is in other hands.", "positive")
        await self._redraw()
        return done

    async def _redraw(self) -> None:
        self._queue_changed = self._case_changed = True
        await self.refresh(at_once=True)

    async def _draw_queue(self) -> None:
        self._stale.clear()
        self._queue_read_at = time.monotonic()
        async with self._database.session() as session:
            view = await read_queue(session, self._agent_id, limit=self._rows)
            colleagues = await list_colleagues(session, utc_now())
            requests = await list_requests(session) if self._decides else []
            alarms = await list_alarms(session, self._agent_id)
        self._queue.show(view, self._case.handoff_id if self._case else None)
        self._queue.presence.show(colleagues)
        self._queue.requests.show(requests)
        self._queue.alarms.show(alarms)
        title = "Desk · Carehouse"
        ui.page_title(f"({view.waiting}) {title}" if view.waiting else title)
        self._announcer.announce(view.items, utc_now())

    async def _draw_rows(self) -> None:
        """Draw single cases of the queue in which somebody wrote."""
        stale, self._stale = self._stale, set()
        async with self._database.session() as session:
            items = [await find_open_item(session, UUID(key)) for key in stale]
        for item in items:
            if item is not None:
                self._queue.update(item)

    async def _draw_case(self, handoff_id: UUID, *, with_person: bool = False) -> None:
        person = None
        async with self._database.session() as session:
            case = await load_case(session, handoff_id)
            if case is None:
                return
            if with_person or self._case is None or case.item.state != self._case.state:
                person = await load_customer(session, case.item)
            await self._goodwill.show(session, case.item)
            await self._promising.show(session, case.item)
        self._case = case.item
        await self._talk.show(case)
        if person is not None:
            self._person.show(person, await self._find_offer(case.item))

    async def _find_offer(self, item: QueueItem) -> Offer | None:
        """Only whose case it is can offer anything; merely looking must not count as an offer."""
        if item.state != HandoffState.CLAIMED or item.agent_id != self._agent_id:
            return None
        try:
            return await self._actions.choose_offer(item.customer_id)
        except AppError as error:
            _log.warning("desk.no_offer", error=type(error).__name__)
            return None

    async def _try(self, doing: Awaitable[object]) -> bool:
        """Do it; when it is refused say why in words, and send who is signed out to the login."""
        try:
            await doing
        except UnauthenticatedError:
            self._leave()
            return False
        except AppError as error:
            tell(error.message, "warning")
            return False
        return True

    async def _on_key(self, event: KeyEventArguments) -> None:
        modified = event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt
        asking = self._closing.is_open or self._passing.is_open or self._goodwill.is_asking
        if not event.action.keydown or modified or asking or self._promising.is_asking:
            return
        match event.key.name:
            case "j":
                await self._step(1)
            case "k":
                await self._step(-1)
            case "c" if not event.action.repeat:
                await self.claim()
            case "r":
                await self._talk.composer.write(Mode.REPLY)
            case "n":
                await self._talk.composer.write(Mode.NOTE)
            case "g" if self._is_mine() and not event.action.repeat:
                await self._goodwill.ask()
            case "m" if self._is_mine() and not event.action.repeat:
                await self._promising.ask()
            case "t" if self._is_mine() and not event.action.repeat:
                await self.ask_pass()
            case "p" if self._is_mine() and self._talk.is_public and not event.action.repeat:
                await self.go_private()
            case "b" | "e" if self._is_mine():
                self.ask_end(Ending.RETURN if event.key.name == "b" else Ending.RESOLVE)

    async def _step(self, by: int) -> None:
        shown = self._queue.visible
        if not shown:
            return
        ids = [item.handoff_id for item in shown]
        current = self._case.handoff_id if self._case else None
        place = ids.index(current) + by if current in ids else 0
        await self.select(ids[max(0, min(place, len(ids) - 1))])

    def _is_mine(self) -> bool:
        return self._case is not None and self._talk.composer.can_reply

    def _name(self) -> str:
        return (self._case.customer_name if self._case else None) or "The customer"

    def _leave(self) -> None:
        ui.navigate.to("/login?next=/desk")
