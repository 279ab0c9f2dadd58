"""Something arrived broken, wrong or incomplete: within 14 days of delivery, and put right."""

from datetime import timedelta

from actions.journeys.goods import Kind, kind_of
from actions.journeys.model import Ending, Journey, Option, Scene
from actions.journeys.readers import notice_story
from actions.journeys.requests import file_request, refuse, way_on
from actions.journeys.steps import ITEM, TROUBLE, choice, item_step, words
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, days_since_delivery, state_of
from actions.ports import OrderView
from actions.speech import PERSON, Phrase, Value, date

REPORT_WITHIN_DAYS = 14
STORY_WORDS = 10
BROKEN, WRONG, MISSING = "broken", "wrong", "missing"
_KINDS = (
    Option(
        BROKEN,
        "option_broken",
        words=(
            *("broken", "damaged", "crack", "scratch", "dent", "smashed", "shatter", "chipped"),
            *("torn", "crushed", "in pieces", "kaputt", "beschädigt", "zerbrochen", "kratzer"),
            *("defekt", "gesprungen", "scherben", "delle", "verbeult", "riss", "zerkratzt"),
        ),
    ),
    Option(
        WRONG,
        "option_wrong_item",
        words=(
            *("wrong", "different", "not what i ordered", "instead of", "falsch", "andere"),
            *("statt", "verwechselt", "nicht bestellt"),
        ),
    ),
    Option(
        MISSING,
        "option_part_missing",
        words=(
            *("missing", "not in the box", "incomplete", "fewer", "no screws", "fehl"),
            *("unvollständig", "nicht dabei", "nicht drin", "zu wenig"),
        ),
    ),
)
_WISHES = (
    Option(
        "replacement",
        "option_replacement",
        words=("replace", "new one", "again", "ersatz", "ersetz", "neue", "noch einmal", "nochmal"),
    ),
    Option(
        "refund",
        "option_refund",
        words=("refund", "money back", "geld zurück", "erstatt", "geld wieder", "mein geld"),
    ),
    Option(
        "keep",
        "option_keep_reduced",
        words=("keep", "reduction", "discount", "behalt", "rabatt", "nachlass", "günstig"),
    ),
)


def _may_be_damaged(order: OrderView, scene: Scene) -> bool:
    days = days_since_delivery(order, scene.facts.now)
    return days is not None and days <= REPORT_WITHIN_DAYS


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    if state_of(order) in {OrderState.RECEIVED, OrderState.PACKED}:
        return refuse("damage_not_sent", values)
    days = days_since_delivery(order, scene.facts.now)
    if order.delivered_at is None or days is None or days <= REPORT_WITHIN_DAYS:
        return None
    until = order.delivered_at + timedelta(days=REPORT_WITHIN_DAYS)
    told = {**values, "delivered": date(order.delivered_at), "until": date(until)}
    warranty = way_on("warranty_claim", "button_warranty", scene)
    return refuse("damage_too_late", told, buttons=(warranty, PERSON))


def _is_broken(scene: Scene) -> bool:
    return scene.values.get("damage") == BROKEN


def _complete(scene: Scene) -> Ending:
    values = scene.values
    more = [Phrase("damage_photos")] if _is_broken(scene) else []
    if _is_broken(scene) and kind_of(values.get(ITEM, "")) is Kind.LAMP:
        more.append(Phrase("damage_safety"))
    details = {slot: values.get(slot) for slot in ("damage", ITEM, "what_happened", "wish")}
    key = f"damage_{values.get('damage', BROKEN)}_done"
    return file_request(scene, "damage", key, *more, details=details)


DAMAGE = Journey(
    form="damage_form",
    intents=frozenset({"report_damage"}),
    steps=(
        *order_steps(_may_be_damaged),
        choice("damage", "ask_which_damage", *_KINDS),
        item_step("ask_damaged_item"),
        words("what_happened", "ask_damage_text", notice=notice_story(STORY_WORDS)),
        choice("wish", "ask_damage_wish", *_WISHES, needed=_is_broken),
    ),
    gate=_gate,
    complete=_complete,
    akin=TROUBLE,
)
