"""action_ask_complaint_form_complaint_order: names the latest order when there is one."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.conversation import Events, find_slot


class AskComplaintOrder:
    """The complaint form's second question."""

    def name(self) -> str:
        return "action_ask_complaint_form_complaint_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        latest = find_slot(tracker, "last_order_number")
        if latest is None:
            dispatcher.utter_message(text=wording.WHICH_ORDER, buttons=[wording.NO_ORDER_BUTTON])
        else:
            dispatcher.utter_message(
                text=wording.ask_about_latest_order(latest),
                buttons=[
                    {"title": f"Yes, {latest}", "payload": "/affirm"},
                    wording.NO_ORDER_BUTTON,
                ],
            )
        return []
