"""A parcel that is late or was never found, as the article "My parcel is late or lost" says."""

from dataclasses import replace
from datetime import timedelta

from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.readers import NO
from actions.journeys.requests import file_request, refuse
from actions.journeys.steps import confirmation, yes_or_no
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, add_working_days, days_since_delivery, state_of
from actions.ports import OrderView
from actions.speech import PERSON, Phrase, Value, date

REPORT_WITHIN_DAYS = 14
WAIT_WORKING_DAYS = 3
LOOKED = "looked_around"


def _may_be_missing(order: OrderView, scene: Scene) -> bool:
    days = days_since_delivery(order, scene.facts.now)
    if days is not None:
        return days <= REPORT_WITHIN_DAYS
    return state_of(order) is OrderState.ON_ITS_WAY


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    match state_of(order):
        case OrderState.RECEIVED | OrderState.PACKED:
            return Ending((Phrase("missing_not_sent", {"order": order.number}),))
        case OrderState.ON_ITS_WAY | OrderState.OTHER:
            return _wait(order, scene)
        case OrderState.DELIVERED:
            return _judge_delivered(order, scene)
        case OrderState.LOST:
            return refuse("missing_known_lost", {"order": order.number})
    return refuse("missing_over", {"order": order.number})


def _wait(order: OrderView, scene: Scene) -> Ending | None:
    """Most late parcels arrive within three working days after the promised date."""
    if order.expected_on is None:
        return None
    last_day = add_working_days(order.expected_on, WAIT_WORKING_DAYS)
    if scene.facts.now.date() > last_day.date():
        return None
    values: dict[str, Value] = {
        "order": order.number,
        "expected": date(order.expected_on),
        "until": date(last_day),
    }
    return Ending((Phrase("missing_wait", values),), buttons=(PERSON,))


def _judge_delivered(order: OrderView, scene: Scene) -> Ending | None:
    values = _delivery(scene)
    days = days_since_delivery(order, scene.facts.now)
    if days is not None and days > REPORT_WITHIN_DAYS:
        return refuse("missing_too_late", values)
    if scene.values.get(LOOKED) == NO:
        return Ending((Phrase("missing_look_first", values),), buttons=(PERSON,))
    return None


def _delivery(scene: Scene) -> dict[str, Value]:
    order = scene.get_order()
    delivered = order.delivered_at or scene.facts.now
    until = delivered + timedelta(days=REPORT_WITHIN_DAYS)
    return {"order": order.number, "delivered": date(delivered), "until": date(until)}


def _was_delivered(scene: Scene) -> bool:
    return scene.order is not None and state_of(scene.order) is OrderState.DELIVERED


def _complete(scene: Scene) -> Ending:
    key = "missing_search_delivered" if _was_delivered(scene) else "missing_search_late"
    looked = scene.values.get(LOOKED)
    return file_request(scene, "search_parcel", key, details={"looked_around": looked})


PARCEL_MISSING = Journey(
    form="parcel_missing_form",
    intents=frozenset({"parcel_missing"}),
    steps=(
        *order_steps(_may_be_missing),
        yes_or_no(
            LOOKED,
            "ask_looked_around",
            needed=_was_delivered,
            of=("order_number",),
            values=_delivery,
        ),
        replace(
            confirmation("ask_confirm_search", lambda scene: {"order": scene.get_order().number}),
            needed=lambda scene: not _was_delivered(scene),
        ),
    ),
    gate=_gate,
    complete=_complete,
)
