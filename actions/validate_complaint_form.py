"""validate_complaint_form: the story in the customer's words, and the order if there is one."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import wording
from actions.conversation import (
    Events,
    ask_for,
    find_entity,
    find_slot,
    is_beginning,
    latest_intent,
    latest_text,
    set_slot,
)
from actions.order_numbers import parse_order_number

FORM = "complaint_form"
NO_ORDER = "none"
LATEST_ORDER = "latest"
# A first message this long already tells what happened; asking again would be rude.
STORY_WORDS = 8
LEAST_WORDS = 2
_QUESTION_WORDS = frozenset(
    {
        *("how", "what", "when", "where", "why", "who", "which", "whose"),
        *("can", "could", "do", "does", "did", "is", "are", "was"),
        *("will", "would", "may", "should", "shall"),
    }
)


class ValidateComplaintForm:
    """Runs before the form asks for anything, and after each answer."""

    def name(self) -> str:
        return "validate_complaint_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        if is_beginning(tracker, FORM):
            return _begin(tracker)
        if find_slot(tracker, "requested_slot") == "complaint_text":
            return _take_story(dispatcher, tracker)
        return _take_order(dispatcher, tracker)


def is_question(text: str) -> bool:
    """Tell "can I return it" from "my lamp arrived broken": both look alike to the classifier."""
    words = text.casefold().split()
    return bool(words) and (text.rstrip().endswith("?") or words[0] in _QUESTION_WORDS)


def _begin(tracker: Tracker) -> Events:
    """Take what the first message already says; forget what an abandoned form was told."""
    text = latest_text(tracker)
    story = text if len(text.split()) >= STORY_WORDS and not is_question(text) else None
    order = parse_order_number(find_entity(tracker, "order_number") or "")
    return _fill(story, order)


def _take_story(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    story = tracker.slots_to_validate().get("complaint_text")
    if story is None and latest_intent(tracker) == "ask_question":
        text = latest_text(tracker)
        story = None if is_question(text) else text or None
    if story is None:
        return [ask_for("complaint_text")]
    story = latest_text(tracker) or None
    if story is None or len(story.split()) < LEAST_WORDS:
        dispatcher.utter_message(text=wording.MORE_STORY)
        story = None
    order = find_entity(tracker, "order_number") or find_slot(tracker, "complaint_order")
    return _fill(story, parse_order_number(order or ""))


def _take_order(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    story = find_slot(tracker, "complaint_text")
    answer = tracker.slots_to_validate().get("complaint_order")
    if answer is None:
        return [ask_for("complaint_order")]
    if answer == NO_ORDER:
        return _fill(story, NO_ORDER)
    if answer == LATEST_ORDER:
        latest = find_slot(tracker, "last_order_number")
        if latest is None:
            dispatcher.utter_message(text=wording.NO_LATEST_ORDER)
        return _fill(story, latest)
    return _fill(story, parse_order_number(str(answer)))


def _fill(story: str | None, order: str | None) -> Events:
    missing = "complaint_text" if story is None else "complaint_order" if order is None else None
    return [
        set_slot("complaint_text", story),
        set_slot("complaint_order", order),
        ask_for(missing),
    ]
