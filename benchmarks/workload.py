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

# Whole sentences, which are not waited for, and questions with one answer: the articles' own.
CONVERSATIONS: tuple[tuple[Said, ...], ...] = (
    (
        (_S, "hello there!"),
        (_Q, "how long does delivery take?"),
        (_Q, "do you ship to Norway?"),
        (_Q, "how much does delivery cost?"),
        (_S, "thank you very much!"),
    ),
    (
        (_T, "where is my parcel?"),
        (_T, "LL-10042"),
        (_T, "ines.marlow@example.org"),
        (_Q, "how can I pay?"),
        (_S, "thank you very much!"),
    ),
    (
        (_Q, "how long do I have to return something?"),
        (_Q, "how do I wash a wool throw?"),
        (_Q, "how do I earn threads?"),
        (_Q, "how long is the warranty?"),
        (_S, "thank you very much!"),
    ),
)
