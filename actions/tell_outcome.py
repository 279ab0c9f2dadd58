"""action_tell_outcome: what the person on our team did, as they noted it for this customer."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, find_customer, find_slot, offer
from actions.ports import Ports
from actions.speech import NO, PERSON, YES, Phrase, Value, date, say
from crm.care.schemas import RequestView

MOST_REQUESTS = 3


class TellOutcome:
    """Reads the slot the gateway filled as the episode began, and the customer's open requests."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_tell_outcome"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        outcome = find_slot(tracker, "human_outcome")
        if outcome is None:
            requests = await self._find_requests(tracker)
            said = tuple(map(_tell_request, requests)) or (Phrase("no_outcome"),)
            say(dispatcher, *said, buttons=(PERSON,))
            return [offer("person")]
        noted = outcome.strip()
        end = "" if noted[-1:] in ".!?" else "."
        told = (Phrase("outcome_noted", {"outcome": noted + end}), Phrase("ask_settled"))
        say(dispatcher, *told, buttons=(YES, NO))
        return [offer("settled")]

    async def _find_requests(self, tracker: Tracker) -> tuple[RequestView, ...]:
        customer = await find_customer(self._ports, tracker)
        if customer is None:
            return ()
        return (await self._ports.care.find_requests(customer.customer_id))[:MOST_REQUESTS]


def _tell_request(request: RequestView) -> Phrase:
    values: dict[str, Value] = {"number": request.number, "opened": date(request.opened_at)}
    return Phrase("request_open", values)
