"""action_stop_messages: no more letters, offers and reminders, at once and without a question."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events
from actions.speech import Phrase, say

STOPPED = "messages_stopped"


class StopMessages:
    """Takes both consents back and tells what was stopped and what still comes."""

    def name(self) -> str:
        return "action_stop_messages"

    async def run(
        self, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        withdrawn = [
            effects.set_consent(purpose, granted=False, wording=STOPPED)
            for purpose in ("newsletter", "service_messages")
        ]
        say(dispatcher, Phrase(STOPPED), Phrase("messages_that_stay"), effects=withdrawn)
        return []
