"""action_submit_complaint: passes the complaint to a person.

Says nothing itself: the gateway acknowledges a handoff when it has really been opened.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, find_slot, set_slot
from actions.validate_complaint_form import NO_ORDER


class SubmitComplaint:
    """Runs when the complaint form is complete."""

    def name(self) -> str:
        return "action_submit_complaint"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        order = find_slot(tracker, "complaint_order")
        wanted = effects.open_handoff(
            "complaint",
            what_happened=find_slot(tracker, "complaint_text"),
            order_number=None if order == NO_ORDER else order,
        )
        dispatcher.utter_message(json_message=effects.payload(wanted))
        return [set_slot("complaint_text", None), set_slot("complaint_order", None)]
