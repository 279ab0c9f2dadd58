"""Something failed after use: claims within the years our article "Warranty" names."""

from datetime import datetime

from actions.journeys.goods import WARRANTY_YEARS, is_sealed_good, kind_of
from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.readers import notice_story
from actions.journeys.requests import file_request, refuse
from actions.journeys.steps import ITEM, TROUBLE, item_step, words
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, state_of
from actions.speech import Phrase, Value, date

STORY_WORDS = 10


def add_years(day: datetime, years: int) -> datetime:
    """Return the same day years later; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    if state_of(order) is not OrderState.DELIVERED or order.delivered_at is None:
        return refuse("warranty_not_delivered", values)
    item = scene.values.get(ITEM)
    if item is None:
        return None
    if is_sealed_good(item) and "bulb" in item.casefold():
        return refuse("warranty_no_bulbs", {"item": item})
    years = WARRANTY_YEARS[kind_of(item)]
    if scene.facts.now <= add_years(order.delivered_at, years):
        return None
    told: dict[str, Value] = {"item": item, "years": years, "delivered": date(order.delivered_at)}
    return refuse("warranty_over", told, Phrase("warranty_repair"))


def _complete(scene: Scene) -> Ending:
    item = scene.values.get(ITEM, "")
    return file_request(
        scene,
        "warranty",
        "warranty_done",
        Phrase("warranty_next"),
        values={"item": item},
        details={"item": item, "fault": scene.values.get("fault")},
    )


WARRANTY = Journey(
    form="warranty_form",
    intents=frozenset({"warranty_claim"}),
    steps=(
        *order_steps(lambda order, _scene: state_of(order) is OrderState.DELIVERED),
        item_step("ask_faulty_item"),
        words("fault", "ask_fault", notice=notice_story(STORY_WORDS)),
    ),
    gate=_gate,
    complete=_complete,
    akin=TROUBLE,
)
