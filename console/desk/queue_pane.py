"""The left pane: who waits, who is being helped, in the order of the queue."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from console.desk import wording
from console.desk.alarms_strip import AlarmsStrip
from console.desk.clocks import draw_due
from console.desk.parts import box, button, hint, icon, moment, words
from console.desk.presence_bar import PresenceBar
from console.desk.requests_strip import RequestsStrip
from handoff.models import HandoffState
from handoff.queue import QueueItem, QueueView
from handoff.workforce.models import PresenceState

PAGE = 60


class Filter(StrEnum):
    """Which cases are shown."""

    WAITING = "waiting"
    MINE = "mine"
    ALL = "all"


class QueuePane:
    """Shows the queue; tells the desk which case was chosen."""

    def __init__(
        self,
        agent_id: UUID,
        on_select: Callable[[UUID], Awaitable[None]],
        on_presence: Callable[[PresenceState], Awaitable[None]],
        on_more: Callable[[], Awaitable[None]],
    ) -> None:
        self._agent_id = agent_id
        self._on_select = on_select
        self._view = QueueView((), 0, 0, 0)
        self._selected: UUID | None = None
        self._rows: dict[UUID, _Row] = {}
        self._order: list[UUID] = []
        self._on_more = on_more
        self.filter = Filter.WAITING
        self._tabs: dict[Filter, Element] = {}
        self._counts: dict[Filter, TextElement] = {}
        with box("pane queue", "nav") as pane:
            pane.props["aria-label"] = "Queue"
            with box("tabs"):
                for one in Filter:
                    self._build_tab(one)
            self.alarms = AlarmsStrip(on_select)
            self.requests = RequestsStrip(on_select)
            with box("queue-list") as self._scroll:
                self._list = box()
                self._foot = box()
            self.presence = PresenceBar(agent_id, on_presence)

    @property
    def visible(self) -> list[QueueItem]:
        """The cases the filter lets through, in order."""
        return [item for item in self._view.items if self._passes(item, self.filter)]

    def shows(self, conversation_id: str) -> bool:
        """Return whether one of the open cases is about this conversation."""
        return any(str(item.conversation_id) == conversation_id for item in self._view.items)

    def show(self, view: QueueView, selected: UUID | None) -> None:
        """Show these cases; `selected` is the one open in the middle."""
        self._view, self._selected = view, selected
        self._draw()

    def update(self, changed: QueueItem) -> None:
        """Show one case as it is now, where it stands."""
        items = tuple(
            changed if item.handoff_id == changed.handoff_id else item for item in self._view.items
        )
        self._view = replace(self._view, items=items)
        self._draw()

    def choose_filter(self, wanted: Filter) -> None:
        """Show other cases."""
        self.filter = wanted
        self._draw()

    def _build_tab(self, one: Filter) -> None:
        tab = box("tab", "button").on("click", lambda: self.choose_filter(one))
        tab.props["type"] = "button"
        with tab:
            words(one.value.capitalize(), tag="span")
            self._counts[one] = words("", "count", "span")
        self._tabs[one] = tab

    def _passes(self, item: QueueItem, wanted: Filter) -> bool:
        if wanted is Filter.WAITING:
            return item.state == HandoffState.WAITING
        return wanted is Filter.ALL or item.agent_id == self._agent_id

    def _draw(self) -> None:
        """Draw what changed: rows that are as they were stay untouched."""
        counts = {
            Filter.WAITING: self._view.waiting,
            Filter.MINE: self._view.mine,
            Filter.ALL: self._view.open,
        }
        for one, tab in self._tabs.items():
            self._counts[one].set_text(str(counts[one]) if counts[one] else "")
            tab.props["aria-pressed"] = "true" if one is self.filter else "false"
            tab.update()
        shown = self.visible
        self._drop_others({item.handoff_id for item in shown})
        for place, item in enumerate(shown):
            self._draw_row(item)
            self._put(item.handoff_id, place)
        self._draw_foot(counts[self.filter] - len(shown), empty=not shown)

    def _drop_others(self, wanted: set[UUID]) -> None:
        for handoff_id in [known for known in self._order if known not in wanted]:
            self._rows.pop(handoff_id).element.delete()
            self._order.remove(handoff_id)

    def _draw_row(self, item: QueueItem) -> None:
        selected = item.handoff_id == self._selected
        row = self._rows.get(item.handoff_id)
        if row is None:
            with self._list:
                element = box("", "button")
            element.on("click", lambda: self._on_select(item.handoff_id))
            element.props["type"] = "button"
            element.props["data-case"] = str(item.handoff_id)
            self._order.append(item.handoff_id)
        elif (row.item, row.selected) == (item, selected):
            return
        else:
            element = row.element
            element.clear()
        self._rows[item.handoff_id] = _Row(element, item, selected)
        level = f"case level-{wording.level_of(item.priority)}"
        element.classes(replace=f"{level} selected" if selected else level)
        if selected:
            element.props["aria-current"] = "true"
        else:
            element.props.pop("aria-current", None)
        element.update()
        with element:
            _fill_row(item)

    def _put(self, handoff_id: UUID, place: int) -> None:
        if self._order[place] != handoff_id:
            self._rows[handoff_id].element.move(self._list, place)
            self._order.remove(handoff_id)
            self._order.insert(place, handoff_id)

    def _draw_foot(self, hidden: int, *, empty: bool) -> None:
        self._foot.clear()
        with self._foot:
            if empty:
                self._build_empty()
            elif hidden > 0:
                button(f"{hidden} more", self._on_more, classes="quiet more")

    def _build_empty(self) -> None:
        said = {
            Filter.WAITING: ("Nobody is waiting.", "New cases appear here by themselves."),
            Filter.MINE: ("You have no cases.", "Claim one from Waiting."),
            Filter.ALL: ("No open cases.", "Wick is handling everything."),
        }[self.filter]
        with box("empty"):
            icon("spa")
            words(said[0], "empty-title")
            words(said[1], "empty-more")


@dataclass(frozen=True)
class _Row:
    """A row as it was drawn."""

    element: Element
    item: QueueItem
    selected: bool


def _fill_row(item: QueueItem) -> None:
    with box("row-top"):
        words(item.customer_name or "Guest", "row-name", "span")
        moment(item.opened_at, "ago", "row-wait")
    with box("row-why"):
        build_reason(item)
        if item.state == HandoffState.CLAIMED:
            words(item.agent_name or "", "row-agent", "span")
        draw_due(item, "row-due")
    with box("row-last"):
        hint(
            icon(wording.CHANNEL_ICONS.get(item.channel, "forum")),
            wording.say(wording.CHANNELS, item.channel),
        )
        author = wording.LAST_AUTHORS.get(item.last_author or "", "")
        words(author + _one_line(item.last_words), "row-words", "span")


def build_reason(item: QueueItem) -> None:
    """Show why the case is here, in the colour of its priority; further reasons as a number."""
    level = wording.level_of(item.priority)
    with box(f"reason level-{level}", "span") as chip:
        words(wording.say(wording.REASONS, item.reason), tag="span")
        others = [reason for reason in item.reasons if reason != item.reason]
        if others:
            words(f"+{len(others)}", "reason-more", "span")
    also = ", ".join(wording.say(wording.REASONS, reason) for reason in others)
    hint(chip, f"Priority {item.priority}" + (f"; also: {also}" if also else ""))


def newest_first(items: Sequence[QueueItem]) -> list[QueueItem]:
    """Return the cases by when they were opened, the newest first."""
    return sorted(items, key=_opened, reverse=True)


def _opened(item: QueueItem) -> datetime:
    return item.opened_at


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
