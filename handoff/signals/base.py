"""What a signal is, and how a module of this package describes the words that raise one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SignalName(StrEnum):
    """The signals we know; the policy refers to them by these names."""

    LEGAL_THREAT = "legal_threat"
    SAFETY = "safety"
    FRAUD = "fraud"
    PUBLIC_REPUTATION = "public_reputation"
    PRESS = "press"
    CHURN = "churn"
    # Told in so many words and confirmed, not read between the lines.
    LEAVING = "leaving"
    STRONG_ANGER = "strong_anger"
    WANTS_HUMAN = "wants_human"
    VULNERABLE = "vulnerable"
    # Wants a binding word, a payment or an exception, which only a person can give.
    PROMISE = "promise"
    # Seen in the conversation, not in one message.
    REPEATED_FAILURE = "repeated_failure"
    WORSENING = "worsening"


@dataclass(frozen=True)
class Signal:
    """One signal, how sure we are of it (0 to 1), and the customer's own words that raised it."""

    name: SignalName
    score: float
    evidence: tuple[str, ...]
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return the signal as it is stored beside the message."""
        return {
            "name": self.name.value,
            "score": self.score,
            "evidence": list(self.evidence),
            "version": self.version,
        }


@dataclass(frozen=True)
class Lexicon:
    """The phrases that raise one signal, each with its weight (0 to 1).

    A phrase is words separated by blanks: `a|b` is either word, `a?` an optional one, `..` up to
    three words of any kind, `<` and `>` the beginning and the end of a sentence. Apostrophes are
    left out ("dont"). `unless` phrases make the words they cover count for nothing. A `negatable`
    lexicon ignores a phrase that follows "no", "not", "never" and the like in its sentence.
    """

    signal: SignalName
    version: str
    phrases: dict[str, float]
    unless: tuple[str, ...] = ()
    negatable: bool = True
