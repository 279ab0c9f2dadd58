"""action_tell_outcome: what the person on our team did, as they noted it for this customer."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, find_slot, offer
from actions.speech import NO, PERSON, YES, Phrase, say


class TellOutcome:
    """Reads the slot the gateway filled when the episode began."""

    def name(self) -> str:
        return "action_tell_outcome"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        outcome = find_slot(tracker, "human_outcome")
        if outcome is None:
            say(dispatcher, Phrase("no_outcome"), buttons=(PERSON,))
            return [offer("person")]
        noted = outcome.strip()
        end = "" if noted[-1:] in ".!?" else "."
        told = (Phrase("outcome_noted", {"outcome": noted + end}), Phrase("ask_settled"))
        say(dispatcher, *told, buttons=(YES, NO))
        return [offer("settled")]
