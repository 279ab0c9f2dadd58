"""Says on the desk what came since it last looked: new cases, and promises that are late."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from console.desk import wording
from console.desk.parts import tell
from console.desk.queue_pane import newest_first
from handoff.models import HandoffState
from handoff.queue import QueueItem

_MOST_TOLD = 3


class Announcer:
    """Remembers what it has told; the first look only takes note.

    Whoever has a case is told when it is late, everybody when nobody has it.
    """

    def __init__(self, agent_id: UUID) -> None:
        self._agent_id = agent_id
        self._known: set[UUID] | None = None
        self._late: set[tuple[UUID, datetime]] = set()

    def announce(self, items: Sequence[QueueItem], now: datetime) -> None:
        """Tell what is new among the open cases."""
        first = self._known is None
        self._announce_new(items, first=first)
        self._announce_late(items, now, first=first)

    def _announce_new(self, items: Sequence[QueueItem], *, first: bool) -> None:
        known = self._known or set()
        waiting = [item for item in items if item.state == HandoffState.WAITING]
        fresh = [] if first else [item for item in waiting if item.handoff_id not in known]
        for item in newest_first(fresh)[:_MOST_TOLD]:
            reason = wording.say(wording.REASONS, item.reason)
            urgent = wording.level_of(item.priority) == "high"
            tell(f"New case: {_name(item)} · {reason}", "warning" if urgent else "info")
        self._known = known | {item.handoff_id for item in waiting}

    def _announce_late(self, items: Sequence[QueueItem], now: datetime, *, first: bool) -> None:
        late = {
            (item.handoff_id, item.sla_due_at): item
            for item in items
            if item.sla_due_at is not None
            and item.sla_due_at <= now
            and item.agent_id in (None, self._agent_id)
        }
        fresh = [] if first else [item for key, item in late.items() if key not in self._late]
        for item in fresh[:_MOST_TOLD]:
            what = wording.say(wording.CLOCKS, item.sla_due_kind)
            tell(f"Late: {_name(item)} · {what}", "warning")
        self._late |= late.keys()


def _name(item: QueueItem) -> str:
    return item.customer_name or "Guest"
