"""The Thread Club: how many threads there are, and the code for inviting friends.

Who has no membership on their own profile proves an order with its e-mail address; then the
membership of that order's customer is told.
"""

from collections.abc import Mapping
from dataclasses import replace

from actions.journeys.model import Ending, Journey, Scene, Step
from actions.journeys.which_order import order_steps
from actions.ports import LoyaltyView, Ports
from actions.speech import PERSON, Part, Phrase, Value, date, money

CENTS_FOR_HUNDRED = 500
CODE = "code"


async def _load(ports: Ports, scene: Scene) -> Mapping[str, object]:
    customer = scene.facts.customer
    own = await ports.care.find_loyalty(customer.customer_id) if customer else None
    if own is None and scene.order is not None:
        own = await ports.care.find_loyalty(scene.order.customer_id)
    return {"loyalty": own}


def _find_membership(scene: Scene) -> LoyaltyView | None:
    found = scene.facts.extra.get("loyalty")
    return found if isinstance(found, LoyaltyView) else None


def _is_unknown(scene: Scene) -> bool:
    """Nothing on their own profile leads to a membership, so an order must."""
    return _find_membership(scene) is None and not scene.facts.own_orders


def _for_unknown(step: Step) -> Step:
    return replace(step, needed=lambda scene: _is_unknown(scene) and step.needed(scene))


def _tell(scene: Scene) -> Ending:
    membership = _find_membership(scene)
    if membership is None:
        return Ending((Phrase("loyalty_none"),), buttons=(PERSON,), offers="person")
    if scene.values.get("about") == CODE:
        return Ending((Phrase("loyalty_code", {"code": membership.referral_code}),))
    return Ending(_tell_threads(membership))


def _tell_threads(membership: LoyaltyView) -> tuple[Part, ...]:
    worth = money(membership.threads // 100 * CENTS_FOR_HUNDRED, "EUR")
    level = {"key": f"loyalty_level_{membership.level}"}
    counted: dict[str, Value] = {"threads": membership.threads, "worth": worth, "level": level}
    parts: list[Part] = [Phrase("loyalty_threads", counted)]
    if membership.waiting:
        parts.append(Phrase("loyalty_waiting", {"waiting": membership.waiting}))
    if membership.threads and membership.expires_on:
        parts.append(Phrase("loyalty_expires", {"day": date(membership.expires_on)}))
    return tuple(parts)


LOYALTY = Journey(
    form="loyalty_form",
    intents=frozenset({"loyalty_points", "referral_code"}),
    steps=tuple(_for_unknown(step) for step in order_steps(lambda _order, _scene: True)),
    complete=_tell,
    load=_load,
    only_reads=True,
    opened_as={"referral_code": {"about": CODE}},
)
