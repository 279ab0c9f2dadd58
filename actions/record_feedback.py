"""action_record_feedback: thanks, or regret and a way on; the gateway stores what was said."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, find_entity, latest_intent, offer
from actions.speech import PERSON, Phrase, say


class RecordFeedback:
    """Answers "that helped" and "that did not help", pressed or typed."""

    def name(self) -> str:
        return "action_record_feedback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        helped = latest_intent(tracker) == "helped"
        about = find_judged_article(tracker)
        wanted = [] if about is None else [_as_effect(about, helped=helped)]
        if helped:
            say(dispatcher, Phrase("feedback_helped"), effects=wanted)
            return []
        wanted.append(effects.note_failure("not_helped"))
        say(dispatcher, Phrase("feedback_not_helped"), buttons=(PERSON,), effects=wanted)
        return [offer("person")]


def find_judged_article(tracker: Tracker) -> tuple[str, int] | None:
    """Return id and version: from the pressed button, else those of the last answer."""
    article_id, version = find_entity(tracker, "article_id"), find_entity(tracker, "version")
    if article_id is None or version is None:
        last = tracker.slots.get("last_article") or {}
        article_id, version = last.get("article_id"), last.get("version")
    if article_id is None or not str(version).isdigit():
        return None
    return str(article_id), int(str(version))


def _as_effect(about: tuple[str, int], *, helped: bool) -> effects.Effect:
    article_id, version = about
    return effects.record_feedback(article_id, version=version, helped=helped)
