"""Changing an order: things can be taken out while it is received, never added or swapped."""

from actions.journeys.model import Ending, Journey, Option, Scene
from actions.journeys.requests import file_request, refuse, way_on
from actions.journeys.steps import ITEM, choice, confirmation, item_step
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, state_of
from actions.speech import PERSON, Value

REMOVE, SWAP, ADD = "remove", "swap", "add"
_CHANGES = (
    Option(
        REMOVE,
        "option_remove_item",
        words=(
            *(
                "remove",
                "take out",
                "take something out",
                "without",
                "fewer",
                "less",
                "drop",
                "entfern",
            ),
            *("weniger", "herausnehmen", "rausnehmen", "raus", "streich", "ohne"),
        ),
    ),
    Option(
        SWAP,
        "option_swap_item",
        words=(
            *("colour", "color", "size", "different", "swap", "instead", "farbe", "größe"),
            *("groesse", "grösse", "statt", "lieber", "tausch"),
        ),
    ),
    Option(
        ADD,
        "option_add_item",
        words=(
            *("add", "more", "another", "extra", "additional", "hinzu", "dazu", "mehr"),
            *("zusätzlich", "noch ein", "noch was", "noch etwas"),
        ),
    ),
)


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    state = state_of(order)
    if state in {OrderState.PACKED, OrderState.ON_ITS_WAY}:
        return refuse("change_too_late", values)
    if state is not OrderState.RECEIVED:
        return refuse("change_over", values)
    if scene.values.get("change") in {SWAP, ADD}:
        cancel = way_on("cancel_order", "button_cancel_order", scene)
        return refuse("change_order_again", values, buttons=(cancel, PERSON))
    return None


def _describe(scene: Scene) -> dict[str, Value]:
    return {"order": scene.get_order().number, "item": scene.values.get(ITEM, "")}


CHANGE_ORDER = Journey(
    form="change_order_form",
    intents=frozenset({"change_order"}),
    steps=(
        *order_steps(lambda order, _scene: state_of(order) is OrderState.RECEIVED),
        choice("change", "ask_which_change", *_CHANGES),
        item_step("ask_item_to_remove"),
        confirmation("ask_confirm_change", _describe),
    ),
    gate=_gate,
    complete=lambda scene: file_request(
        scene,
        "change_order",
        "change_done",
        values=_describe(scene),
        details={"remove": scene.values.get(ITEM)},
    ),
)
