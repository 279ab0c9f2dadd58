"""action_hand_over: asks for a person and passes on what the bot has learned so far.

Says nothing itself: the gateway acknowledges a handoff when it has really been opened.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, set_slot
from actions.journeys.ending import leave_form
from actions.journeys.facts import read_state
from actions.journeys.form import JOURNEY, SUSPENDED
from actions.journeys.registry import find_journey
from actions.speech import say


class HandOver:
    """Ends what the bot was doing and opens a handoff."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        kept = tracker.slots.get(JOURNEY) or {}
        journey = find_journey(kept.get("form"))
        values = read_state(kept).values
        told = (
            [values.get(step.slot) for step in journey.steps if step.free_text] if journey else []
        )
        wanted = effects.open_handoff(
            "human_wanted",
            what_happened="\n".join(text for text in told if text),
            order_number=values.get("order_number"),
            wanted=journey.form.removesuffix("_form").replace("_", " ") if journey else None,
        )
        say(dispatcher, effects=(wanted,))
        return [*leave_form(), set_slot(SUSPENDED, None)]
