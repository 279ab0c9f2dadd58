"""Where is my order: looks it up and tells it. The journey changes nothing."""

from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.which_order import find_number, name_items, order_steps
from actions.order_states import OrderState, is_late, is_open, state_of
from actions.ports import OrderView
from actions.speech import PERSON, Phrase, Value, date

_TELLS_TRACKING = frozenset({OrderState.ON_ITS_WAY, OrderState.DELIVERED, OrderState.OTHER})


def _tell(scene: Scene) -> Ending:
    order = scene.get_order()
    late = is_late(order, scene.facts.now)
    parts = [_tell_state(order), *_tell_tracking(order), *_tell_expectation(order, late=late)]
    if _was_presumed(order, scene):
        parts.append(Phrase("another_order"))
    return Ending(tuple(parts), buttons=(PERSON,) if late else ())


def _tell_state(order: OrderView) -> Phrase:
    state = state_of(order)
    values: dict[str, Value] = {
        "order": order.number,
        "items": name_items(order),
        "placed": date(order.placed_at),
    }
    if state is OrderState.DELIVERED and order.delivered_at is not None:
        return Phrase("order_delivered_on", {**values, "delivered": date(order.delivered_at)})
    if order.status == "out_for_delivery":
        return Phrase("order_out_for_delivery", values)
    if state is OrderState.ON_ITS_WAY and order.carrier:
        return Phrase("order_on_its_way_with", {**values, "carrier": order.carrier})
    if state is OrderState.OTHER:
        return Phrase("order_other", {**values, "status": order.status.replace("_", " ")})
    return Phrase(f"order_{state}", values)


def _tell_tracking(order: OrderView) -> list[Phrase]:
    if not order.tracking_code or state_of(order) not in _TELLS_TRACKING:
        return []
    values = {"code": order.tracking_code}
    if order.carrier:
        return [Phrase("order_tracking_with", {**values, "carrier": order.carrier})]
    return [Phrase("order_tracking", values)]


def _tell_expectation(order: OrderView, *, late: bool) -> list[Phrase]:
    if order.expected_on is None or not is_open(order):
        return []
    return [Phrase("order_late" if late else "order_expected", {"day": date(order.expected_on)})]


def _was_presumed(order: OrderView, scene: Scene) -> bool:
    """The customer named no order here, and it is not the answer to a question."""
    own = {each.number for each in scene.facts.own_orders}
    own.add(scene.facts.profile.get("last_order_number", ""))
    asked = scene.heard.intent in {"pick_option", "affirm", "deny", "correct_previous"}
    return order.number in own and find_number(scene) is None and not asked


TRACK_ORDER = Journey(
    form="track_order_form",
    intents=frozenset({"track_order", "give_order_number"}),
    steps=order_steps(lambda order, _scene: is_open(order), latest=True),
    complete=_tell,
    only_reads=True,
)
