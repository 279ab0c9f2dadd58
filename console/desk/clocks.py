"""What was promised to the customer of a case and by when, as the queue and the head show it."""

from console.desk import wording
from console.desk.parts import box, hint, moment, words
from handoff.models import HandoffState
from handoff.queue import QueueItem


def draw_due(item: QueueItem, classes: str) -> None:
    """Show when the next promise is due; while the customer is awaited nothing is."""
    if item.state not in (HandoffState.WAITING, HandoffState.CLAIMED):
        return
    if item.sla_due_at is None:
        waiting = words("awaiting customer", classes, "span")
        hint(waiting, "We have replied; the clocks stand until the customer writes.")
        return
    what = wording.say(wording.CLOCKS, item.sla_due_kind)
    hint(moment(item.sla_due_at, "due", classes), what)


def draw_promise(item: QueueItem) -> None:
    """Show the next promise in words, with the class it belongs to."""
    if item.sla_due_at is None:
        draw_due(item, "fact due")
        return
    with box("fact", "span") as fact:
        words(wording.say(wording.CLOCKS, item.sla_due_kind), tag="span")
        moment(item.sla_due_at, "due", "due")
    hint(fact, f"SLA class {item.sla_name}; counted in the team's working hours")
