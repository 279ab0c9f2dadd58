"""Finds in what is written to a customer a commitment with a date, in English and German. Pure.

The desk offers to record what an employee wrote; what the bot said is recorded by the gateway.
When in doubt the sooner reading is taken: a promise that alarms too early harms nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from handoff.promises.dates import find_deadline
from handoff.workforce.hours import OpeningHours

_SENTENCE_END = re.compile(r"(?<=[^\d\s][.!?])\s+|\n+")
_LONGEST = 500
# "Please answer by Friday" is the customer's to do, "I cannot do it by Friday" nobody's.
_NOT_OURS = re.compile(
    r"\b(?:please|bitte|cannot|can't|won't|not|never|unable|nicht|keine?[nmrs]?|if you|wenn sie)\b"
)
_DUTY = re.compile(
    r"\b(?:will|shall|going to|promise|arrives?|comes?|sends?|sending|gets?|receives?|calls?|"
    r"takes?|works? on|be there|get back|"
    r"werden?|wird|wirst|verspreche[n]?|versprochen|komm(?:t|e|en)|meld(?:e|en|et)|"
    r"schick(?:e|en|t)|send(?:e|en|et)|ruf(?:e|en|t)|bekomm(?:en|st|t)|erh(?:alten|ältst|ält)|"
    r"dauert|erledig(?:e|en|t)|klär(?:e|en|t)|antwort(?:e|en|et))\b|\b(?:i|we|you|it)'ll\b"
)
_OUR_OWN = re.compile(
    r"\b(?:we|i|our|a person|a colleague|you (?:will |'ll )?(?:get|hear|receive)|"
    r"wir|ich|unser\w*|ein mensch|sie (?:erhalten|bekommen|hören))\b"
)
# What depends on something else has no date yet.
_CONDITIONAL = re.compile(r"\b(?:after (?:your|the|it|we)|once|nachdem|nach der|sobald)\b")


@dataclass(frozen=True)
class Commitment:
    """A sentence that commits us, the words in it that name the date, and the date."""

    words: str
    phrase: str
    due_at: datetime


def find_commitment(
    text: str, now: datetime, hours: OpeningHours, *, ours_only: bool = False
) -> Commitment | None:
    """Return the first commitment with a date to come.

    `ours_only`: the sentence must say that we do it, whatever else happens; for where nobody looks
    at what was found.
    """
    for sentence in _list_sentences(text):
        said = sentence.lower().replace("’", "'")
        if said.endswith("?") or _NOT_OURS.search(said):
            continue
        if ours_only and (_CONDITIONAL.search(said) or not _OUR_OWN.search(said)):
            continue
        found = find_deadline(said, now, hours)
        if found is None or found.due_at <= now:
            continue
        if found.is_limit or _DUTY.search(said):
            start, end = found.span
            return Commitment(sentence[:_LONGEST], sentence[start:end].strip(" .,"), found.due_at)
    return None


def _list_sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE_END.split(text):
        sentence = " ".join(part.split())
        if sentence:
            yield sentence
