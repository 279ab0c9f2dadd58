"""action_answer_question: a quoted passage with its source, or the plain words "I do not know".

What was quoted in this episode is not quoted again: the next best passage is, or a person offered.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, find_entity, find_slot, latest_text, offer, set_slot
from actions.ports import Answer, Citation, Ports
from actions.speech import PERSON, Button, Part, Phrase, Quote, say

MOST_ALTERNATIVES = 3
MOST_PICTURES = 3
MOST_REMEMBERED = 20
# Every article is written in this language, some in others too: what is found in the customer's own
# language only is quoted, of the rest the bot names and links the original.
ARTICLES_IN = "en"
FAR_DOWN = 200
"""Letters before the sentence that answers, from which on it is said first."""
LONG_QUOTE = 60
MOST_GOING_ON = 7
"""Words up to which a question may go on from the one before."""
_STEP = re.compile(r"\s*(?:\d+[.)]|[•-])\s")
_GOES_ON = re.compile(
    r"(?i)\s*(?:and|but|or|what about|how about|what if|also|same for|is (?:that|it|this)|"
    r"does (?:that|it|this)|what of)\b"
)


def goes_on(question: str) -> bool:
    """Whether a question is short and begins as if it continued another ("and abroad?")."""
    return len(question.split()) <= MOST_GOING_ON and _GOES_ON.match(question) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that has a source."""

    answer: Answer
    citation: Citation


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
        if not question:
            return _admit(dispatcher)
        language = find_slot(tracker, "language") or ARTICLES_IN
        translated = await self._find_translated(question, language)
        if translated is None:
            answer, question = await self._ask(question, tracker, picked=topic is not None)
        else:
            answer = translated
        found = _as_found(answer)
        if language != ARTICLES_IN and translated is None:
            # The encoder reads English best: nothing but a sure find is worth showing.
            found = found if answer.verdict == "sure" else None
            events = _point_to_article(dispatcher, found)
            _note(dispatcher, question, language, answer, found)
            return events
        quoted = [int(passage) for passage in tracker.slots.get("quoted_passages") or []]
        if found is None:
            events = _admit(dispatcher)
        elif found.citation.passage_id in quoted:
            events, found = await self._say_otherwise(dispatcher, found, quoted, language=language)
        # Who picked a title has said what they mean; offering titles again would go in circles.
        elif answer.verdict == "sure" or topic:
            events = _quote(dispatcher, found, quoted)
        else:
            offered = answer.alternatives[:MOST_ALTERNATIVES]
            events = _suggest(dispatcher, found, quoted, others=offered)
            _note(dispatcher, question, language, answer, found, offered=offered)
            return events
        _note(dispatcher, question, language, answer, found)
        return events

    async def _find_translated(self, question: str, language: str) -> Answer | None:
        """A sure answer out of the articles in the customer's own language, if that has any."""
        if language == ARTICLES_IN:
            return None
        answer = await self._ports.knowledge.ask(question, language=language)
        return answer if answer.verdict == "sure" and answer.citation else None

    async def _ask(self, question: str, tracker: Tracker, *, picked: bool) -> tuple[Answer, str]:
        """The answer, and the question as it was understood: a short one may go on from the last.

        Alone first only when it stands on its own feet; what cannot be completed is asked as it is.
        """
        last = tracker.slots.get("last_article") or {}
        subject = last.get("title") if isinstance(last, dict) else None
        if subject and not picked and goes_on(question):
            completed = f"{subject}: {question}"
            answer = await self._ports.knowledge.ask(completed)
            if answer.verdict != "unknown":
                return answer, completed
        return await self._ports.knowledge.ask(question), question

    async def _say_otherwise(
        self, dispatcher: CollectingDispatcher, given: Found, quoted: list[int], *, language: str
    ) -> tuple[Events, Found]:
        """Say that the answer was given; quote the next best passage, or offer a person."""
        already = Phrase("answer_given", {"title": given.citation.title})
        for other in given.answer.alternatives[:MOST_ALTERNATIVES]:
            found = _as_found(await self._ports.knowledge.ask(other.title, language=language))
            if found is not None and found.citation.passage_id not in quoted:
                before = (already, Phrase("answer_other"))
                return _quote(dispatcher, found, quoted, before=before), found
        say(
            dispatcher,
            already,
            Phrase("answer_no_more"),
            buttons=(PERSON,),
            effects=(effects.note_failure("not_helped"),),
            citations=(given.citation,),
        )
        return [offer("person"), _remember(given.citation)], given


def _as_found(answer: Answer) -> Found | None:
    if answer.verdict == "unknown" or answer.citation is None:
        return None
    return Found(answer, answer.citation)


def _note(
    dispatcher: CollectingDispatcher,
    question: str,
    language: str,
    answer: Answer,
    shown: Found | None,
    *,
    offered: tuple[Citation, ...] = (),
) -> None:
    """Have the question kept, with what the customer was shown of the answer."""
    noted = effects.record_question(
        question,
        language=language,
        verdict=answer.verdict if shown else "unknown",
        probability=answer.probability,
        citation=shown.citation if shown else None,
        offered=offered,
    )
    say(dispatcher, effects=(noted,))


def _quote(
    dispatcher: CollectingDispatcher,
    found: Found,
    quoted: list[int],
    *,
    before: tuple[Phrase, ...] = (),
) -> Events:
    say(
        dispatcher,
        *before,
        *_quoted(found.answer, paragraph=bool(before)),
        buttons=_feedback_buttons(found.citation),
        citations=(found.citation,),
        pictures=found.answer.pictures[:MOST_PICTURES],
    )
    return [_remember(found.citation), _note_quoted(found.citation, quoted)]


def _quoted(answer: Answer, *, paragraph: bool) -> tuple[Quote, ...]:
    """The passage; the sentence that answers before it, when it would be far down in a long one."""
    quote, told = answer.quote, answer.highlight
    far_down = quote.find(told) > FAR_DOWN and not _STEP.match(told)
    if not told or not far_down or len(quote.split()) < LONG_QUOTE:
        return (Quote(quote, paragraph=paragraph),)
    return Quote(told, paragraph=paragraph), Quote(quote, paragraph=True)


def _suggest(
    dispatcher: CollectingDispatcher,
    found: Found,
    quoted: list[int],
    *,
    others: tuple[Citation, ...],
) -> Events:
    parts: list[Part] = [Phrase("answer_unsure"), *_quoted(found.answer, paragraph=True)]
    if others:
        parts.append(Phrase("answer_unsure_others", paragraph=True))
    say(
        dispatcher,
        *parts,
        buttons=(*map(_topic_button, others), *_feedback_buttons(found.citation)),
        citations=(found.citation,),
        pictures=found.answer.pictures[:MOST_PICTURES],
    )
    return [_remember(found.citation), _note_quoted(found.citation, quoted)]


def _point_to_article(dispatcher: CollectingDispatcher, found: Found | None) -> Events:
    """Be honest with who writes in another language: the articles are in English only."""
    if found is None:
        say(
            dispatcher,
            Phrase("answer_unknown"),
            Phrase("answer_english_only"),
            buttons=(PERSON,),
            effects=(effects.note_failure("no_answer"),),
        )
        return [offer("person"), set_slot("last_article", None)]
    say(
        dispatcher,
        Phrase("answer_english_article", {"title": found.citation.title}),
        buttons=(*_feedback_buttons(found.citation), PERSON),
        citations=(found.citation,),
    )
    return [_remember(found.citation), offer("person")]


def _admit(dispatcher: CollectingDispatcher) -> Events:
    say(
        dispatcher,
        Phrase("answer_unknown"),
        buttons=(PERSON,),
        effects=(effects.note_failure("no_answer"),),
    )
    return [offer("person"), set_slot("last_article", None)]


def _remember(citation: Citation) -> dict[str, Any]:
    about = {
        "article_id": citation.article_id,
        "version": citation.version,
        "title": citation.title,
    }
    return set_slot("last_article", about)


def _note_quoted(citation: Citation, quoted: list[int]) -> dict[str, Any]:
    return set_slot("quoted_passages", [*quoted, citation.passage_id][-MOST_REMEMBERED:])


def _feedback_buttons(citation: Citation) -> tuple[Button, Button]:
    about = json.dumps({"article_id": citation.article_id, "version": citation.version})
    return (
        Button(f"/helped{about}", key="button_helped"),
        Button(f"/not_helped{about}", key="button_not_helped"),
    )


def _topic_button(citation: Citation) -> Button:
    payload = f"/ask_question{json.dumps({'topic': citation.title})}"
    return Button(payload, title=citation.title)
