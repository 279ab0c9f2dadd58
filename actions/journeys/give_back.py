"""Returning and exchanging: 30 days from delivery, with the exceptions of our articles."""

from datetime import timedelta

from actions.journeys.goods import (
    Kind,
    is_gift_card,
    is_made_to_measure,
    is_sealed_good,
    kind_of,
)
from actions.journeys.model import Ending, Journey, Option, Scene
from actions.journeys.readers import YES
from actions.journeys.requests import file_request, refuse, way_on
from actions.journeys.steps import ITEM, TROUBLE, choice, confirmation, item_step, words, yes_or_no
from actions.journeys.which_order import ORDER, order_steps
from actions.order_states import OrderState, days_since_delivery, state_of
from actions.ports import OrderView
from actions.speech import PERSON, Phrase, Value, date

DAYS = 30
RETURN, EXCHANGE = "return", "exchange"
FAULTY, EVERYTHING = "faulty", "everything"
_REASONS = (
    Option(
        "unwanted",
        "option_unwanted",
        words=(
            *("changed my mind", "don't like", "not like it", "gefällt", "gefallen", "nicht schön"),
            *("hässlich", "mag ich nicht", "anders überlegt"),
        ),
    ),
    Option(
        "fit",
        "option_does_not_fit",
        words=(
            *(
                "too small",
                "too big",
                "too large",
                "not fit",
                "passt nicht",
                "passen nicht",
            ),
            *("zu klein", "zu groß", "zu kurz", "zu lang", "zu breit"),
            *("zu schmal", "zu hoch"),
        ),
    ),
    Option(
        FAULTY,
        "option_faulty",
        words=(
            *("faulty", "broken", "damaged", "defect", "doesn't work", "kaputt", "defekt"),
            *("mangel", "beschädigt", "funktioniert nicht", "geht nicht"),
        ),
    ),
    Option(
        "other",
        "option_other_reason",
        words=(
            *(
                "other",
                "another reason",
                "no reason",
                "rather not",
                "anderer",
                "andere gründe",
                "kein grund",
            ),
            *("keine angabe", "sag ich nicht", "einfach so"),
        ),
    ),
)
_ALL = Option(
    EVERYTHING,
    "option_everything",
    words=("everything", "all of", "both", "alles", "alle", "beide", "komplett"),
)


def _can_come_back(order: OrderView, scene: Scene) -> bool:
    days = days_since_delivery(order, scene.facts.now)
    return state_of(order) is OrderState.DELIVERED and days is not None and days <= DAYS


def _items(scene: Scene) -> tuple[str, ...]:
    """Return the things to be sent back, as far as they are known."""
    item = scene.values.get(ITEM)
    if item is None or scene.order is None:
        return ()
    return scene.order.items if item == EVERYTHING else (item,)


def _is_exchange(scene: Scene) -> bool:
    return scene.values.get("way") == EXCHANGE


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    match state_of(order):
        case OrderState.RETURNED | OrderState.REFUNDED:
            return Ending((Phrase("return_already", values),))
        case OrderState.CANCELLED | OrderState.LOST:
            return refuse("return_over", values)
        case state if state is not OrderState.DELIVERED:
            return Ending((Phrase("return_not_yet", values),))
    if not _can_come_back(order, scene):
        delivered = order.delivered_at or order.placed_at
        until = delivered + timedelta(days=DAYS)
        warranty = way_on("warranty_claim", "button_warranty", scene)
        told = {**values, "delivered": date(delivered), "until": date(until)}
        return refuse("return_too_late", told, buttons=(warranty, PERSON))
    return _judge_items(scene)


def _judge_items(scene: Scene) -> Ending | None:
    """Some things cannot come back unless they are faulty."""
    faulty = scene.values.get("reason") == FAULTY
    told = faulty or "reason" in scene.values or _is_exchange(scene)
    for item in _items(scene):
        if is_gift_card(item) and told and not faulty:
            return refuse("return_gift_card")
        if is_made_to_measure(item) and told and not faulty:
            return refuse("return_made_to_measure", {"item": item})
        if is_sealed_good(item) and scene.values.get("unsealed") == YES:
            return refuse("return_unsealed", {"item": item})
        if _is_exchange(scene) and kind_of(item) is Kind.FURNITURE:
            back = way_on("return_item", "button_return", scene)
            return refuse("exchange_no_furniture", {"item": item}, buttons=(back, PERSON))
    return None


def _describe(scene: Scene) -> dict[str, Value]:
    item = scene.values.get(ITEM)
    named: Value = {"key": _ALL.key} if item == EVERYTHING else item or ""
    return {"order": scene.get_order().number, "item": named}


def _complete(scene: Scene) -> Ending:
    faulty = scene.values.get("reason") == FAULTY
    furniture = any(kind_of(item) is Kind.FURNITURE for item in _items(scene))
    how = "return_pick_up" if furniture else "return_label"
    costs = "return_free" if faulty else "return_pick_up_cost" if furniture else "return_costs"
    more = [Phrase(how), Phrase(costs)]
    if _is_exchange(scene):
        more = [Phrase(how), Phrase("exchange_reserved")]
    details = {slot: scene.values.get(slot) for slot in (ITEM, "reason", "variant", "unsealed")}
    details["hand_over"] = "pick-up" if furniture else "label"
    kind = EXCHANGE if _is_exchange(scene) else RETURN
    values = _describe(scene)
    return file_request(scene, kind, f"{kind}_done", *more, values=values, details=details)


GIVE_BACK = Journey(
    form="return_form",
    intents=frozenset({"return_item", "exchange_item"}),
    steps=(
        *order_steps(_can_come_back),
        item_step("ask_item_to_return", everything=_ALL),
        choice(
            "reason", "ask_return_reason", *_REASONS, needed=lambda scene: not _is_exchange(scene)
        ),
        words(
            "variant",
            "ask_which_variant",
            least_words=1,
            needed=_is_exchange,
            of=(ORDER, ITEM),
        ),
        yes_or_no(
            "unsealed",
            "ask_unsealed",
            needed=lambda scene: (
                any(map(is_sealed_good, _items(scene))) and scene.values.get("reason") != FAULTY
            ),
            of=(ORDER, ITEM),
        ),
        confirmation("ask_confirm_return", _describe),
    ),
    gate=_gate,
    complete=_complete,
    akin=TROUBLE,
    opened_as={"exchange_item": {"way": EXCHANGE}, "return_item": {"way": RETURN}},
)
