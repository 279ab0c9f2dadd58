"""The middle pane: the conversation as it happens, what can be done with it, where to write."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from nicegui.element import Element

from console.desk import wording
from console.desk.bubbles import draw_message, side_of
from console.desk.clocks import draw_promise
from console.desk.closing import Ending
from console.desk.composer import Composer, Send
from console.desk.parts import box, button, hint, icon, words
from console.desk.public_banner import draw_public_banner
from console.desk.queue_pane import build_reason
from console.desk.reads import CaseView
from crm.schemas import TimelineEntry
from handoff.models import HandoffState


class ConversationPane:
    """Shows one case; only messages that are new or changed are drawn again."""

    def __init__(
        self,
        agent_id: UUID,
        *,
        on_claim: Callable[[], Awaitable[None]],
        on_end: Callable[[Ending], None],
        on_pass: Callable[[], Awaitable[None]],
        on_send: Send,
        on_private: Callable[[], Awaitable[None]],
    ) -> None:
        self._agent_id = agent_id
        self._on_claim = on_claim
        self._on_end = on_end
        self._on_pass = on_pass
        self._on_private = on_private
        self._case: tuple[UUID, UUID] | None = None
        self._public = False
        self._drawn: dict[UUID, tuple[Element, TimelineEntry]] = {}
        with box("pane talk", "main"):
            self._placeholder = box("nothing")
            with self._placeholder:
                icon("forum")
                words("Choose a case", "nothing-title")
                words("j and k move through the queue, c claims, r replies, n notes,")
                words("g gives goodwill, m promises, t passes on, b returns, e resolves.")
            with box("talk-in") as self._inside:
                self._head = box("talk-head", "header")
                self._banner = box()
                self._scroll = box("talk-scroll")
                self._scroll.props["role"] = "log"
                self._scroll.props["aria-label"] = "Conversation"
                with self._scroll:
                    self._messages = box("messages")
                self.offer = box()  # drawn by console.desk.promising
                self.composer = Composer(on_send)
        self._inside.set_visibility(False)

    @property
    def is_public(self) -> bool:
        """Whether others read the conversation that is shown."""
        return self._public

    async def show(self, case: CaseView) -> None:
        """Show the case as it is now."""
        shown = case.item.handoff_id, case.item.conversation_id  # a case may move to a private chat
        moved = shown != self._case
        if moved:
            self._case = shown
            self._messages.clear()
            self._drawn = {}
            self._placeholder.set_visibility(False)
            self._inside.set_visibility(True)
        self._public = case.place is not None
        grown = self._draw_messages(case)
        self._draw_head(case)
        await self.composer.open(
            case.item.handoff_id, locked=self._why_locked(case), public=case.place is not None
        )
        if moved:
            ui.run_javascript("CH.toEnd(true)")
        elif grown:
            ui.run_javascript("CH.toEnd(false)")

    def _why_locked(self, case: CaseView) -> str:
        if case.item.state == HandoffState.WAITING:
            return "Claim this case to answer the customer"
        if case.item.state != HandoffState.CLAIMED:
            return "This case is closed"
        if case.item.agent_id != self._agent_id:
            return f"{case.item.agent_name} is answering"
        return ""

    def _draw_messages(self, case: CaseView) -> bool:
        grown = False
        customer = case.item.customer_name or "Guest"
        for entry in case.entries:
            known = self._drawn.get(entry.id)
            if known is not None and known[1] == entry:
                continue
            if known is None:
                with self._messages:
                    row = box()
                row.props["data-message"] = str(entry.id)
                grown = True
            else:
                row = known[0]
                row.clear()
            row.classes(replace=side_of(entry))
            with row:
                draw_message(entry, customer, case.agents)
            self._drawn[entry.id] = (row, entry)
        return grown

    def _draw_head(self, case: CaseView) -> None:
        item = case.item
        self._head.clear()
        with self._head:
            words(item.customer_name or "Guest", "talk-name", "h1")
            with box("talk-actions"):
                self._draw_actions(case)
            with box("talk-facts"):
                build_reason(item)
                with box("fact", "span"):
                    icon(wording.CHANNEL_ICONS.get(item.channel, "forum"))
                    words(wording.say(wording.CHANNELS, item.channel), tag="span")
                hint(words(f"P{item.priority}", "fact", "span"), "Priority, 0 to 100")
                if item.state in (HandoffState.WAITING, HandoffState.CLAIMED):
                    draw_promise(item)
                self._draw_owner(case)

        self._banner.clear()
        with self._banner:
            draw_public_banner(case, mine=self._is_mine(case), on_private=self._on_private)

    def _is_mine(self, case: CaseView) -> bool:
        item = case.item
        return item.state == HandoffState.CLAIMED and item.agent_id == self._agent_id

    def _draw_owner(self, case: CaseView) -> None:
        item = case.item
        said = {
            HandoffState.WAITING: "Unclaimed",
            HandoffState.CLAIMED: "Yours"
            if item.agent_id == self._agent_id
            else f"With {item.agent_name}",
            HandoffState.RETURNED: "Returned to Wick",
            HandoffState.RESOLVED: "Resolved",
        }[HandoffState(item.state)]
        badge = words(said, f"owner owner-{item.state}", "span")
        if case.outcome:
            hint(badge, case.outcome)

    def _draw_actions(self, case: CaseView) -> None:
        item = case.item
        if item.state == HandoffState.WAITING:
            button("Claim", self._on_claim, classes="primary", key="c")
        elif self._is_mine(case):
            button("Pass on", self._on_pass, key="t")
            button("Return to Wick", lambda: self._on_end(Ending.RETURN), key="b")
            button("Resolve", lambda: self._on_end(Ending.RESOLVE), key="e")
