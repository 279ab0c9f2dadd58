"""action_answer_question: a quoted passage with its source, or the plain words "I do not know"."""

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects, wording
from actions.conversation import Events, find_entity, latest_text, offer, set_slot
from actions.ports import Answer, Citation, Ports

MOST_ALTERNATIVES = 3


class AnswerQuestion:
    """Answers from the knowledge base. Also runs when the engine did not understand."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        topic = find_entity(tracker, "topic")
        question = topic or latest_text(tracker)
        answer = await self._ports.knowledge.ask(question) if question else None
        if answer is None or answer.verdict == "unknown" or answer.citation is None:
            return _admit(dispatcher)
        # Who picked a title has said what they mean; offering titles again would go in circles.
        if answer.verdict == "sure" or topic:
            return _answer(dispatcher, answer, answer.citation)
        return _suggest(dispatcher, answer, answer.citation)


def _answer(dispatcher: CollectingDispatcher, answer: Answer, citation: Citation) -> Events:
    dispatcher.utter_message(
        text=answer.quote,
        buttons=_feedback_buttons(citation),
        json_message=effects.payload(citations=[citation]),
    )
    return [_remember(citation)]


def _suggest(dispatcher: CollectingDispatcher, answer: Answer, citation: Citation) -> Events:
    others = answer.alternatives[:MOST_ALTERNATIVES]
    parts = [wording.UNSURE, answer.quote, *([wording.UNSURE_END] if others else [])]
    dispatcher.utter_message(
        text="\n\n".join(parts),
        buttons=[*map(_topic_button, others), *_feedback_buttons(citation)],
        json_message=effects.payload(citations=[citation]),
    )
    return [_remember(citation)]


def _admit(dispatcher: CollectingDispatcher) -> Events:
    dispatcher.utter_message(
        text=wording.UNKNOWN,
        buttons=[wording.PERSON_BUTTON],
        json_message=effects.payload(effects.note_failure("no_answer")),
    )
    return [offer("person"), set_slot("last_article", None)]


def _remember(citation: Citation) -> dict[str, Any]:
    about = {"article_id": citation.article_id, "version": citation.version}
    return set_slot("last_article", about)


def _feedback_buttons(citation: Citation) -> list[dict[str, str]]:
    about = json.dumps({"article_id": citation.article_id, "version": citation.version})
    return [
        {"title": "That helped", "payload": f"/helped{about}"},
        {"title": "That did not help", "payload": f"/not_helped{about}"},
    ]


def _topic_button(citation: Citation) -> dict[str, str]:
    payload = f"/ask_question{json.dumps({'topic': citation.title})}"
    return {"title": citation.title, "payload": payload}
