"""action_hand_over: asks for a person and passes on what the bot has learned so far.

Says nothing itself: the gateway acknowledges a handoff when it has really been opened.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, find_slot, set_slot

_LEARNED = ("complaint_text", "complaint_order", "order_number", "order_email")


class HandOver:
    """Ends what the bot was doing and opens a handoff."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        wanted = effects.open_handoff(
            "human_wanted",
            what_happened=find_slot(tracker, "complaint_text"),
            order_number=find_slot(tracker, "order_number"),
        )
        dispatcher.utter_message(json_message=effects.payload(wanted))
        return [set_slot(name, None) for name in _LEARNED if find_slot(tracker, name)]
