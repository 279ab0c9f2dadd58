"""Calling off an order: possible while it is received, as the article "Cancel an order" says."""

from datetime import timedelta

from actions.journeys.goods import is_made_to_measure
from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.requests import file_request, refuse, way_on
from actions.journeys.steps import confirmation
from actions.journeys.which_order import name_items, order_steps
from actions.order_states import OrderState, state_of
from actions.speech import PERSON, Phrase, Value

PRODUCTION_STARTS = timedelta(hours=4)


def _describe(scene: Scene) -> dict[str, Value]:
    order = scene.get_order()
    return {"order": order.number, "items": name_items(order)}


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    match state_of(order):
        case OrderState.RECEIVED:
            made = any(map(is_made_to_measure, order.items))
            in_production = made and scene.facts.now - order.placed_at > PRODUCTION_STARTS
            return refuse("cancel_in_production", values) if in_production else None
        case OrderState.PACKED | OrderState.ON_ITS_WAY:
            return refuse("cancel_too_late", values)
        case OrderState.DELIVERED:
            back = way_on("return_item", "button_return", scene)
            return refuse("cancel_delivered", values, buttons=(back, PERSON))
        case OrderState.CANCELLED:
            return Ending((Phrase("cancel_already", values),))
    return refuse("cancel_over", values)


CANCEL_ORDER = Journey(
    form="cancel_order_form",
    intents=frozenset({"cancel_order"}),
    steps=(
        *order_steps(lambda order, _scene: state_of(order) is OrderState.RECEIVED),
        confirmation("ask_confirm_cancel", _describe),
    ),
    gate=_gate,
    complete=lambda scene: file_request(scene, "cancel_order", "cancel_done"),
)
