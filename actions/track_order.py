"""action_track_order: where the order is, if this customer may know; else a way to a person."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.conversation import Events, find_entity, find_slot, offer, set_slot
from actions.order_access import look_up_order
from actions.order_status import is_late, tell_status
from actions.ports import OrderView, Ports


class TrackOrder:
    """Runs when the form has ended, successfully or not; checks the access once more."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_track_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        order = await self._find_order(tracker)
        forget = [set_slot("order_number", None), set_slot("order_email", None)]
        if order is None:
            dispatcher.utter_message(text=wording.ORDER_NOT_SHOWN, buttons=[wording.PERSON_BUTTON])
            return [*forget, offer("person")]
        late = is_late(order, self._ports.clock())
        dispatcher.utter_message(
            text=self._describe(order, tracker), buttons=[wording.PERSON_BUTTON] if late else []
        )
        return forget

    async def _find_order(self, tracker: Tracker) -> OrderView | None:
        number = find_slot(tracker, "order_number")
        if number is None:
            return None
        email = find_slot(tracker, "order_email")
        found = await look_up_order(self._ports, tracker.sender_id, number=number, email=email)
        return found.order

    def _describe(self, order: OrderView, tracker: Tracker) -> str:
        text = tell_status(order, self._ports.clock())
        assumed = order.number == find_slot(tracker, "last_order_number")
        if assumed and find_entity(tracker, "order_number") is None:
            return f"{text} {wording.ANOTHER_ORDER}"
        return text
