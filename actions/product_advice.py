"""action_product_advice: a guide of ours that fits the question, told as the relationship stands.

New customers get a guide and the offer of advice by a person, existing ones a guide beside what
they own, and who is leaving gets the answer and nothing that sells.
"""

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.conversation import Events, find_customer, find_slot, latest_words
from actions.ports import Answer, Citation, OrderView, Ports
from actions.speech import PERSON, Button, Part, Phrase, Quote, say

LEAST_WORDS = 4
_GUIDES = {
    "button_guide_light": "How much light a room needs",
    "button_guide_rug": "Choose the size of a rug",
    "button_guide_curtains": "Measure for curtains",
    "button_guide_bulb": "Choose the right bulb",
}


class ProductAdvice:
    """Quotes the guide; asked too little, it asks what it is for."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_product_advice"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        question = latest_words(tracker)
        stage = find_slot(tracker, "relationship_stage") or "acquisition"
        answer = await self._ask(dispatcher, question, find_slot(tracker, "language") or "en")
        if answer is None or answer.citation is None:
            guides = [_guide(key, title) for key, title in _GUIDES.items()]
            say(dispatcher, Phrase("ask_advice_purpose"), buttons=(*guides, PERSON))
            return []
        owned = await self._find_owned(tracker) if stage == "retention" else None
        parts: tuple[Part, ...] = (*_lead(owned), Quote(answer.quote, paragraph=True))
        citations: tuple[Citation, ...] = (answer.citation,)
        further = await self._find_further(dispatcher, tracker, answer.citation)
        if further is not None:
            parts += (Phrase("advice_also", {"title": further.title}, paragraph=True),)
            citations += (further,)
        buttons = () if stage == "termination" else (PERSON,)
        say(dispatcher, *parts, *_offer(stage), buttons=buttons, citations=citations)
        return []

    async def _find_further(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, answer: Citation
    ) -> Citation | None:
        """Return one more article for this customer; what the holdout would get is only kept."""
        customer = await find_customer(self._ports, tracker)
        if customer is None or find_slot(tracker, "mood") == "upset":
            return None
        language = find_slot(tracker, "language") or "en"
        found = await self._ports.offers.find_offer(customer.customer_id, language=language)
        if found is None or found.citation.article_id == answer.article_id:
            return None
        kept = effects.record_offer(found.citation, reason=found.reason, holdout=found.holdout)
        say(dispatcher, effects=(kept,))
        return None if found.holdout else found.citation

    async def _ask(
        self, dispatcher: CollectingDispatcher, question: str, language: str
    ) -> Answer | None:
        """Return a sure answer only; the question is kept whatever comes of it."""
        if len(question.split()) < LEAST_WORDS:
            return None
        answer = await self._ports.knowledge.ask(question, language=language)
        sure = answer.verdict == "sure"
        noted = effects.record_question(
            question,
            language=language,
            verdict="sure" if sure else "unknown",
            probability=answer.probability,
            citation=answer.citation if sure else None,
        )
        say(dispatcher, effects=(noted,))
        return answer if sure else None

    async def _find_owned(self, tracker: Tracker) -> OrderView | None:
        """Return the newest order that has arrived: what the advice should go with."""
        customer = await find_customer(self._ports, tracker)
        orders = await self._ports.orders.find_orders_of(customer.customer_id) if customer else ()
        return next((order for order in orders if order.delivered_at and order.items), None)


def _lead(owned: OrderView | None) -> tuple[Part, ...]:
    if owned is None:
        return (Phrase("advice_lead"),)
    return (Phrase("advice_lead_owned", {"items": list(owned.items[:2])}),)


def _offer(stage: str) -> tuple[Part, ...]:
    return () if stage == "termination" else (Phrase("advice_person", paragraph=True),)


def _guide(key: str, title: str) -> Button:
    return Button(f"/ask_question{json.dumps({'topic': title})}", key=key)
