"""What a customer cares for, from what they bought and asked. Pure; for insights.content.offers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

_WORDS = re.compile(r"[^\W\d_]{3,}")
_BOUGHT, _ASKED = 2.0, 1.0
_HALF_LIFE = {True: timedelta(days=90), False: timedelta(days=30)}
_EMPTY = frozenset(
    (
        "advice",
        "and",
        "any",
        "are",
        "buy",
        "can",
        "choose",
        "does",
        "for",
        "from",
        "have",
        "how",
        "long",
        "many",
        "much",
        "need",
        "product",
        "right",
        "should",
        "size",
        "that",
        "the",
        "thing",
        "this",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
    )
)


@dataclass(frozen=True, slots=True)
class Interest:
    """Words of one thing that was bought or asked, how much it weighs, and how to say so."""

    words: frozenset[str]
    weight: float
    reason: str


def weigh(text: str, reason: str, *, age: timedelta, bought: bool) -> Interest:
    """Return the interest that a purchase or a question shows; half of it after a while."""
    aged = 0.5 ** (max(age, timedelta(0)) / _HALF_LIFE[bought])
    return Interest(words_of(text), (_BOUGHT if bought else _ASKED) * aged, reason)


def words_of(text: str) -> frozenset[str]:
    """Return the words that mean something, without their plural."""
    words = (word.casefold() for word in _WORDS.findall(text))
    return frozenset(word.removesuffix("s") for word in words if word not in _EMPTY)


def find_interest(words: frozenset[str], interests: Sequence[Interest]) -> tuple[float, str] | None:
    """Return how strongly these words meet the interests, and the reason that weighs most."""
    met = [(len(words & each.words) * each.weight, each.reason) for each in interests]
    met = [pair for pair in met if pair[0] > 0]
    if not met:
        return None
    return sum(weight for weight, _ in met), max(met)[1]
