"""action_service_status: what does not work on our side at the moment."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, find_slot
from actions.ports import IncidentView, Ports
from actions.speech import PERSON, Part, Phrase, Quote, date, say

MOST_TOLD = 3


class ServiceStatus:
    """Tells open incidents; knows of none, it says exactly that and where more is to be seen."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_service_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        incidents = await self._ports.care.find_incidents()
        if not incidents:
            say(dispatcher, Phrase("status_nothing_known"), Phrase("status_where"))
            return []
        language = find_slot(tracker, "language") or "en"
        told = [part for each in incidents[:MOST_TOLD] for part in _tell(each, language)]
        say(
            dispatcher, Phrase("status_incidents"), *told, Phrase("status_where"), buttons=(PERSON,)
        )
        return []


def _tell(incident: IncidentView, language: str) -> tuple[Part, ...]:
    summary = incident.summary.get(language) or incident.summary.get("en", incident.area)
    return Quote(summary), Phrase("status_since", {"day": date(incident.started_at)})
