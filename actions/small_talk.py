"""action_repeat and action_pick_option: what refers to the bot's own last words."""

import json
import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, UserUttered
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, latest_text
from actions.speech import PERSON, Phrase, say

# Which one is meant, by the words that say so, in the languages the bot is trained in.
_PLACES = (
    r"\b(?:1|1st|first|one|top|erste[nrs]?|eins)\b",
    r"\b(?:2|2nd|second|two|zweite[nrs]?|zwei)\b",
    r"\b(?:3|3rd|third|three|dritte[nrs]?|drei)\b",
    r"\b(?:4|4th|fourth|four|vierte[nrs]?|vier)\b",
)
_LAST = r"\b(?:last|latter|bottom|letzte[nrs]?)\b"
# "the second one" speaks of the second, not of the first.
_MEANS_NO_PLACE = r"(?<=\w )one\b"


class Repeat:
    """Says the bot's last message once more; inside a form the form asks again by itself."""

    def name(self) -> str:
        return "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        if tracker.active_loop:
            return []
        said = find_last_said(tracker)
        custom = dict((said or {}).get("data", {}).get("custom") or {})
        kept = {name: custom[name] for name in ("say", "buttons", "citations") if name in custom}
        if not kept.get("say"):
            say(dispatcher, Phrase("nothing_to_repeat"))
            return []
        dispatcher.utter_message(json_message=kept)
        return []


class PickOption:
    """Takes "the second one" for the second button of the bot's last message."""

    def name(self) -> str:
        return "action_pick_option"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        if tracker.active_loop:
            return []
        payloads = find_payloads(find_last_said(tracker))
        place = find_place(latest_text(tracker), len(payloads))
        if place is None:
            say(dispatcher, Phrase("which_option"), buttons=() if payloads else (PERSON,))
            return []
        return _as_pressed(payloads[place])


def find_last_said(tracker: Tracker) -> dict[str, Any] | None:
    """Return the bot's last message with words, as the engine keeps it."""
    for event in reversed(tracker.events):
        custom = (event.get("data") or {}).get("custom") or {}
        if event.get("event") == "bot" and (event.get("text") or custom.get("say")):
            return dict(event)
    return None


def find_payloads(said: dict[str, Any] | None) -> list[str]:
    """Return what the buttons of a bot message stand for, in order."""
    data = (said or {}).get("data") or {}
    buttons = [*(data.get("buttons") or []), *((data.get("custom") or {}).get("buttons") or [])]
    return [str(button["payload"]) for button in buttons if button.get("payload")]


def find_place(text: str, count: int) -> int | None:
    """Return the position the words name among `count` options; None when they name none."""
    words = re.sub(_MEANS_NO_PLACE, "", text.casefold())
    for place, pattern in enumerate(_PLACES[:count]):
        if re.search(pattern, words):
            return place
    return count - 1 if count and re.search(_LAST, words) else None


def _as_pressed(payload: str) -> Events:
    """Return the events after which the engine goes on as if the button had been pressed."""
    name, brace, rest = payload.removeprefix("/").partition("{")
    entities = json.loads(brace + rest) if brace else {}
    parsed = {
        "text": f"/{name}",
        "intent": {"name": name, "confidence": 1.0},
        "entities": [{"entity": key, "value": str(value)} for key, value in entities.items()],
    }
    return [dict(ActionExecuted("action_listen")), dict(UserUttered(f"/{name}", parsed))]
