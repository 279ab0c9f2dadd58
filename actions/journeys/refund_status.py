"""Where is my money: tells how far a refund has come. The journey changes nothing."""

from collections.abc import Mapping
from datetime import timedelta

from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, state_of
from actions.ports import OrderView, Ports
from actions.speech import PERSON, Phrase, Value, date, money
from crm.care.schemas import RefundView

_OVER = frozenset({OrderState.RETURNED, OrderState.REFUNDED, OrderState.CANCELLED})
BANK_DAYS = 5


async def _load(ports: Ports, scene: Scene) -> Mapping[str, object]:
    order = scene.order
    if order is None:
        return {}
    return {"refunds": await ports.care.find_refunds(order.number)}


def _find_refund(scene: Scene) -> RefundView | None:
    refunds = scene.facts.extra.get("refunds")
    return refunds[0] if isinstance(refunds, tuple) and refunds else None


def _tell(scene: Scene) -> Ending:
    order, refund = scene.get_order(), _find_refund(scene)
    return _tell_refund(refund, scene) if refund else _tell_none(order)


def _tell_refund(refund: RefundView, scene: Scene) -> Ending:
    amount: Value = money(refund.amount_cents, refund.currency)
    values: dict[str, Value] = {"order": refund.order_number, "amount": amount}
    now = scene.facts.now
    if refund.paid_at is not None:
        parts = [Phrase("refund_paid", {**values, "paid": date(refund.paid_at)})]
        if now - refund.paid_at < timedelta(days=BANK_DAYS):
            parts.append(Phrase("refund_bank_days"))
        return Ending(tuple(parts))
    if refund.expected_on is None:
        return Ending((Phrase("refund_expected", values),))
    told = {**values, "expected": date(refund.expected_on)}
    if refund.expected_on.date() < now.date():
        return Ending((Phrase("refund_late", told),), buttons=(PERSON,), offers="person")
    return Ending((Phrase(f"refund_{refund.state}_by", told), Phrase("refund_bank_days")))


def _tell_none(order: OrderView) -> Ending:
    values: dict[str, Value] = {"order": order.number}
    match state_of(order):
        case OrderState.CANCELLED:
            return Ending((Phrase("refund_of_cancelled", values),), buttons=(PERSON,))
        case OrderState.RETURNED:
            return Ending((Phrase("refund_of_returned", values),), buttons=(PERSON,))
    return Ending((Phrase("refund_none", values),), buttons=(PERSON,), offers="person")


REFUND_STATUS = Journey(
    form="refund_status_form",
    intents=frozenset({"refund_status"}),
    steps=order_steps(lambda order, _scene: state_of(order) in _OVER),
    complete=_tell,
    load=_load,
    only_reads=True,
)
