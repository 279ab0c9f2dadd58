"""action_see_data: what we hold about this customer, in plain words, and of nobody else.

An order proved by its e-mail address does not open a profile: only the account behind this
conversation is told.
"""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, find_customer
from actions.ports import Ports, ProfileSummary
from actions.speech import PERSON, Button, Part, Phrase, date, say

_WAYS_ON = (
    Button("/correct_data", key="button_correct_data"),
    Button("/export_data", key="button_export_data"),
    Button("/forget_data", key="button_forget_data"),
    Button("/link_accounts", key="button_link_accounts"),
)
MOST_ORDERS = 5


class SeeData:
    """Reads the profile aloud."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def name(self) -> str:
        return "action_see_data"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        customer = await find_customer(self._ports, tracker)
        if customer is None:
            say(dispatcher, Phrase("data_nobody"), buttons=(PERSON,))
            return []
        profile = await self._ports.care.find_profile(customer.customer_id)
        parts = (*_tell_person(profile), *_tell_business(profile))
        say(dispatcher, Phrase("data_intro"), *parts, Phrase("data_kept"), buttons=_WAYS_ON)
        return []


def _tell_person(profile: ProfileSummary) -> list[Part]:
    parts: list[Part] = [
        Phrase("data_name", {"name": profile.display_name})
        if profile.display_name
        else Phrase("data_no_name")
    ]
    if profile.email:
        parts.append(Phrase("data_email", {"email": profile.email}))
    if profile.phone:
        parts.append(Phrase("data_phone", {"phone": profile.phone}))
    if not profile.email and not profile.phone:
        parts.append(Phrase("data_no_contact"))
    if profile.source:
        parts.append(Phrase("data_source", {"source": profile.source}))
    return [*parts, Phrase("data_messages", {"day": date(profile.since)})]


def _tell_business(profile: ProfileSummary) -> list[Part]:
    parts: list[Part] = [Phrase("data_no_orders")]
    if profile.order_numbers:
        numbers = profile.order_numbers
        shown = [*numbers[:MOST_ORDERS], *(["…"] if len(numbers) > MOST_ORDERS else [])]
        parts = [Phrase("data_orders", {"orders": shown})]
    if profile.loyalty:
        parts.append(Phrase("data_loyalty", {"threads": profile.loyalty.threads}))
    if profile.requests:
        numbers = tuple(request.number for request in profile.requests)
        parts.append(Phrase("data_requests", {"requests": list(numbers[:MOST_ORDERS])}))
    if profile.ratings:
        parts.append(Phrase("data_ratings"))
    if profile.files:
        parts.append(Phrase("data_files", {"count": profile.files}))
    allowed = any(each.granted for each in profile.consents if each.purpose == "newsletter")
    parts.append(Phrase("data_newsletter_yes" if allowed else "data_newsletter_no"))
    return parts
