"""action_clarify: one question with the two likeliest readings as buttons, never twice in a row."""

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.answer_question import AnswerQuestion
from actions.conversation import SAID, Events, latest_text
from actions.ports import Ports
from actions.speech import Button, Phrase, say
from insights.understanding.intents import UNSURE, talking_intents

MOST_READINGS = 2
LONGEST_SAID = 300
# Readings that make no sense as a choice: nobody picks "you mean yes" from a menu.
_NO_CHOICE = (talking_intents() - {"ask_question"}) | UNSURE


class Clarify:
    """Asks which of two readings is meant; asked once already, it looks for an answer instead."""

    def __init__(self, ports: Ports) -> None:
        self._answer = AnswerQuestion(ports)

    def name(self) -> str:
        return "action_clarify"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        readings = find_readings(tracker)
        if not readings or was_last_answer(tracker, self.name()):
            return await self._answer.run(dispatcher, tracker, domain)
        buttons = [_button(reading, tracker) for reading in readings]
        key = "clarify_two" if len(buttons) > 1 else "clarify_one"
        say(dispatcher, Phrase(key), buttons=[*buttons, _something_else(tracker)])
        # Inside a form: one question at a time. What is answered decides whether the form goes on.
        return [dict(FollowupAction("action_listen"))] if tracker.active_loop else []


def find_readings(tracker: Tracker) -> list[str]:
    """Return the likeliest intents of the latest message that can be offered as a choice."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    names = [str(reading.get("name")) for reading in ranking[: MOST_READINGS + 2]]
    return [name for name in names if name not in _NO_CHOICE][:MOST_READINGS]


def was_last_answer(tracker: Tracker, action: str) -> bool:
    """Say whether this action answered the message before the latest one."""
    messages = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            messages += 1
            if messages > 1:
                return False
        elif event.get("event") == "action" and event.get("name") == action and messages == 1:
            return True
    return False


def _button(intent: str, tracker: Tracker) -> Button:
    return Button(f"/{intent}{json.dumps(_entities_for(intent, tracker))}", key=f"reading_{intent}")


def _something_else(tracker: Tracker) -> Button:
    """Neither of them: look for an answer in the articles."""
    payload = f"/ask_question{json.dumps(_entities_for('ask_question', tracker))}"
    return Button(payload, key="reading_something_else")


def _entities_for(intent: str, tracker: Tracker) -> dict[str, str]:
    """Return what the message already told, so that nobody has to tell it twice."""
    words = latest_text(tracker)[:LONGEST_SAID]
    if intent == "ask_question":
        return {"topic": words}
    entities = tracker.latest_message.get("entities") or []
    named = {str(each["entity"]): str(each["value"]) for each in entities if each.get("value")}
    return {**named, SAID: words} if words else named
