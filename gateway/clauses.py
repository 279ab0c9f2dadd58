"""Tells the requests in one message apart: two of them, or the one inside a long rant. Pure.

gateway.agenda has the clauses understood by the engine and asks here what to do with them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from insights.understanding.intents import acting_intents

MOST_CLAUSES = 12
_FEWEST_WORDS = 2
ORDER_NUMBER = "order_number"

# Where one thought ends and another begins; what a connector says itself is dropped.
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+|\s*;\s+")
_QUESTION_DE = (
    r"(?:wo|wann|wie|was|warum|wer|kann|könnte\w*|ich möchte|ich will|ich brauche|bitte)\b"
)
_QUESTION_EN = (
    r"(?:where|when|how|what|why|who|can|could|do|does|is|i want|i need|id like|i'd like|please"
    r"|cancel|change|send|track|close|delete)\b"
)
_CONNECTOR = re.compile(
    r"(?:^|[,.]?\s+)(?:(?:oh,? )?and also|also,|oh and|btw|by the way|ps|p\.s\.|one more thing"
    r"|plus,|und außerdem|außerdem|ausserdem|übrigens|uebrigens|ach ja|und noch was|und noch etwas"
    rf"|and(?= {_QUESTION_EN})|und(?= {_QUESTION_DE}))[:,]?\s+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    rf"^(?:{_QUESTION_EN}|{_QUESTION_DE}|i (?:would|wanna|am|have)|tell|give|show)", re.IGNORECASE
)

# Intents that ask for something. The others greet, thank, answer or complain in passing.
ASKING = (acting_intents() - {"complain", "give_rating"}) | {"ask_question"}
# One matter seen from two sides: "it is broken, I want to send it back" is one request.
_ONE_MATTER = (
    frozenset({"track_order", "parcel_missing", "refund_status", "service_status"}),
    frozenset({"return_item", "exchange_item", "report_damage", "warranty_claim", "refund_status"}),
    frozenset({"cancel_order", "change_order", "change_address", "track_order"}),
    frozenset({"payment_problem", "refund_status", "get_invoice"}),
    frozenset({"close_account", "forget_data", "account_access", "stop_messages"}),
    frozenset({"product_advice", "stock_status", "ask_question"}),
)
# A person is asked for instead of everything else, not after it.
_ALONE = frozenset({"want_human"})


@dataclass(frozen=True)
class Clause:
    """A piece of a message; `linked` says that a word like "also" came before it."""

    text: str
    linked: bool = False


@dataclass(frozen=True)
class Reading:
    """What the engine understood of a text: the ladder's intent, and the order numbers in it."""

    intent: str
    orders: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Say whether the ladder would act on it."""
        return not self.intent.startswith("nlu_")


@dataclass(frozen=True)
class Requests:
    """What to answer now, and what after it."""

    now: str
    later: str | None = None


def split_clauses(text: str) -> list[Clause]:
    """Return the clauses of a message, the short ones with their neighbours."""
    clauses: list[Clause] = []
    for sentence in _SENTENCE.split(text):
        for place, piece in enumerate(_CONNECTOR.split(sentence)):
            words = piece.strip(" ,")
            if not words:
                continue
            if clauses and len(words.split()) < _FEWEST_WORDS:
                clauses[-1] = Clause(f"{clauses[-1].text} {words}", clauses[-1].linked)
            else:
                clauses.append(Clause(words, linked=place > 0))
    return clauses[:MOST_CLAUSES]


def choose_requests(
    text: str, whole: Reading, clauses: Sequence[Clause], readings: Sequence[Reading]
) -> Requests:
    """Return what to answer: both of two requests, a rant's one request, or the text as it is."""
    asked = [
        (clause, reading)
        for clause, reading in zip(clauses, readings, strict=True)
        if reading.is_sure and reading.intent in ASKING
    ]
    if whole.intent in _ALONE or not asked:
        return Requests(text)
    first, reading = asked[0]
    others = [clause for clause, other in asked[1:] if _is_another(clause, reading, other)]
    if others:
        return Requests(_with_order(first.text, whole), _with_order(others[0].text, whole))
    return Requests(text) if whole.is_sure else Requests(_with_order(first.text, whole))


def _is_another(clause: Clause, first: Reading, second: Reading) -> bool:
    """Say whether the clause asks, in so many words, for something else than the first one."""
    pair = {first.intent, second.intent}
    if pair == {"ask_question"}:
        return clause.linked  # "... btw ...": another question; else the same one, explained
    if len(pair) == 1 or pair & _ALONE or any(pair <= matter for matter in _ONE_MATTER):
        return False
    return clause.linked or clause.text.endswith("?") or bool(_REQUEST.match(clause.text))


def _with_order(clause: str, whole: Reading) -> str:
    """Return the clause with the message's order number when there is just one, elsewhere."""
    if len(set(whole.orders)) != 1 or whole.orders[0][-5:] in clause:
        return clause
    return f"{clause.rstrip(' .')} {whole.orders[0]}"
