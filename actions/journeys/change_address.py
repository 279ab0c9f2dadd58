"""Sending an order elsewhere: possible while it is received; the country stays as it is."""

from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.requests import file_request, refuse
from actions.journeys.steps import TROUBLE, confirmation, words
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, state_of
from actions.speech import Value

ADDRESS = "new_address"
LEAST_WORDS = 3


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None or state_of(order) is OrderState.RECEIVED:
        return None
    values: dict[str, Value] = {"order": order.number}
    if state_of(order) in {OrderState.PACKED, OrderState.ON_ITS_WAY}:
        return refuse("address_too_late", values)
    return refuse("address_over", values)


def _describe(scene: Scene) -> dict[str, Value]:
    return {"order": scene.get_order().number, "address": scene.values[ADDRESS]}


CHANGE_ADDRESS = Journey(
    form="change_address_form",
    intents=frozenset({"change_address"}),
    steps=(
        *order_steps(lambda order, _scene: state_of(order) is OrderState.RECEIVED),
        words(ADDRESS, "ask_new_address", least_words=LEAST_WORDS, too_short="address_incomplete"),
        confirmation("ask_confirm_address", _describe),
    ),
    gate=_gate,
    complete=lambda scene: file_request(
        scene,
        "change_address",
        "address_done",
        values=_describe(scene),
        details={"address": scene.values[ADDRESS]},
    ),
    akin=TROUBLE,
)
