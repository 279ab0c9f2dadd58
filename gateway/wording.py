"""Which phrases the gateway itself says: apologies, acknowledgements, what it cannot read.

The words are in nlu_data/<language>/wording/gateway.yml.
"""

from gateway.phrasing import Part
from handoff.policy import HandoffReason

DISCLOSURE = Part("disclosure")
PRIVACY = Part("privacy")
HELP = Part("help")
OFFER = Part("offer_person")
EXPIRED_BUTTON = Part("button_expired")
EMPTY_REPLY = Part("no_good_answer")
GIVEN_UP = Part("given_up")
PERSON_BUTTON = ("button_person", "/want_human")

_UNREADABLE = frozenset({"photo", "voice", "video", "sticker", "document", "location", "contact"})
# What a customer who is passed on hears first; other reasons are given no words of their own.
_PASSED_ON = frozenset(HandoffReason) - {
    HandoffReason.LANGUAGE,
    HandoffReason.PROMISE,
    HandoffReason.UNDELIVERABLE,
}


def say_unreadable(media: str | None) -> tuple[Part, ...]:
    """Return honest words about something that is not text."""
    kind = media if media in _UNREADABLE else "other"
    return Part(f"unreadable_{kind}"), Part("unreadable_hint")


def acknowledge_handoff(reason: HandoffReason) -> tuple[Part, ...]:
    """Return what the customer reads when a person takes over; promises no time we cannot keep."""
    name = reason.value if reason in _PASSED_ON else "other"
    return Part(f"passed_on_{name}"), Part("handoff_opened")
