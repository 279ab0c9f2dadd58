"""action_tell_outcome: what the person on our team did, as they noted it for this customer."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.conversation import Events, find_slot, offer


class TellOutcome:
    """Reads the slot the gateway filled when the episode began."""

    def name(self) -> str:
        return "action_tell_outcome"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        outcome = find_slot(tracker, "human_outcome")
        if outcome is None:
            dispatcher.utter_message(text=wording.NO_OUTCOME, buttons=[wording.PERSON_BUTTON])
            return [offer("person")]
        dispatcher.utter_message(
            text=wording.tell_outcome(outcome), buttons=[wording.YES_BUTTON, wording.NO_BUTTON]
        )
        return [offer("settled")]
