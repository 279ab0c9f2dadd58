"""action_stop, action_go_back, action_correct_previous: what happens around journeys."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, ask_for, latest_intent, offer, set_slot
from actions.journeys.form import JOURNEY, LAST, SUSPENDED, find_way_back
from actions.journeys.registry import find_journey
from actions.speech import NO, PERSON, YES, Phrase, say


def leave_form() -> Events:
    """Return the events after which no form is active and nothing of it lingers."""
    return [dict(ActiveLoop(None)), ask_for(None), set_slot(JOURNEY, None)]


class Stop:
    """Ends what the bot was doing; offers what waits behind it."""

    def name(self) -> str:
        return "action_stop"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        back = find_way_back(tracker)
        if not tracker.active_loop:
            say(dispatcher, Phrase("nothing_to_stop"))
            return [set_slot(SUSPENDED, None)]
        if back is None:
            say(dispatcher, Phrase("stopped"))
            return leave_form()
        say(dispatcher, Phrase("stopped"), back, buttons=(YES, NO))
        return [*leave_form(), offer("go_back")]


class GoBack:
    """Answers "shall we go on with ...": goes back into that journey, or lets it go."""

    def name(self) -> str:
        return "action_go_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        waiting = tracker.slots.get(SUSPENDED) or {}
        done = [set_slot(SUSPENDED, None), offer("nothing")]
        if latest_intent(tracker) != "affirm" or find_journey(waiting.get("form")) is None:
            say(dispatcher, Phrase("not_going_back"))
            return done
        kept = {**waiting, "coming_back": "resumed"}
        return [*done, set_slot(JOURNEY, kept), dict(FollowupAction(waiting["form"]))]


class CorrectPrevious:
    """Answers "no, the other order" when nothing is being asked any more."""

    def name(self) -> str:
        return "action_correct_previous"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        last = tracker.slots.get(LAST) or {}
        journey = find_journey(last.get("form"))
        if tracker.active_loop:
            return []
        if journey is None:
            say(dispatcher, Phrase("ask_what_was_meant"))
            return []
        if not journey.only_reads:
            say(dispatcher, Phrase("already_passed_on"), buttons=(PERSON,))
            return [offer("person")]
        kept = {**last, "coming_back": "corrected"}
        return [set_slot(JOURNEY, kept), dict(FollowupAction(journey.form))]
