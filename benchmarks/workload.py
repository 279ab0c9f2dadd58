"""What the customers of the turn benchmark write: eight conversations of five messages each.

Of the 40 messages 28 are knowledge questions, 6 small talk, 6 turns of order tracking. Every one
gets exactly one reply. Orders and people are those of the demo company.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a message is about."""

    QUESTION = "question"
    SMALL_TALK = "small talk"
    TRACKING = "order tracking"


Said = tuple[Kind, str]
_Q, _S, _T = Kind.QUESTION, Kind.SMALL_TALK, Kind.TRACKING

CONVERSATIONS: tuple[tuple[Said, ...], ...] = (
    (
        (_S, "hello there"),
        (_Q, "How long does delivery to Norway usually take?"),
        (_Q, "What does it cost to send a parcel to Switzerland?"),
        (_Q, "Do you ship lamps to the United Kingdom?"),
        (_S, "thank you very much"),
    ),
    (
        (_T, "where is my parcel"),
        (_T, "LL-10042"),
        (_T, "ines.marlow@example.org"),
        (_Q, "What happens when I miss a delivery?"),
        (_Q, "Can I still change the delivery address?"),
    ),
    (
        (_Q, "How do I send a lamp back?"),
        (_Q, "How many days do I have to return something?"),
        (_Q, "When will I get my money back after a return?"),
        (_Q, "Can I exchange the cushion for another colour?"),
        (_S, "thanks, that is all"),
    ),
    (
        (_S, "good morning"),
        (_Q, "Which ways to pay do you accept?"),
        (_Q, "My card payment was declined, what can I do?"),
        (_Q, "Can I pay with a gift card?"),
        (_Q, "Where do I find the invoice for my order?"),
    ),
    (
        (_T, "I would like to track my order"),
        (_T, "LL-10077"),
        (_T, "oskar.lindqvist@example.org"),
        (_Q, "Is it still possible to cancel my order?"),
        (_S, "goodbye"),
    ),
    (
        (_Q, "How long is the warranty on a floor lamp?"),
        (_Q, "Do you sell spare parts for older lamps?"),
        (_Q, "Which bulb fits a pendant lamp?"),
        (_Q, "Why does my lamp flicker when I dim it?"),
        (_Q, "Where can I recycle an old lamp?"),
    ),
    (
        (_S, "hi, good to see you"),
        (_Q, "What is the Thread Club?"),
        (_Q, "How do I spend my threads?"),
        (_Q, "Some threads are missing from my account"),
        (_Q, "How do I use a discount code?"),
    ),
    (
        (_Q, "How do I delete my account?"),
        (_Q, "I forgot my password, how do I sign in?"),
        (_Q, "How do I wash linen curtains?"),
        (_Q, "How do I measure the window for curtains?"),
        (_Q, "What size of rug do I need for my living room?"),
    ),
)
