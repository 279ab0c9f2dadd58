"""Tells a beginning of a sentence from a whole message, and joins what belongs together. Pure.

People on phones write "hi" - "i have a problem" - "with my lamp" as three messages. gateway.turn
takes those as one. Everything is decided from the stored messages, so a crash changes nothing.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from channels.base import EventKind
from crm.models import Message

MOST_JOINED = 6
# A message this short, without an end mark, is most often only the beginning of one.
_FEW_WORDS = 3
_LONGEST = 60
# However slowly somebody goes on, they are answered after this many waits.
_MOST_WAITS = 3

_ONLY_WORDS = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*(?:,?\s+[^\W\d_]+(?:['’\-][^\W\d_]+)*)*,?")
# Said in full by one word or two: nobody needs to wait for more.
_COMPLETE_WORDS = """
    yes yep yeah yup sure no nope nah ok okay k thanks thx ty thank you cheers bye goodbye ciao
    stop cancel help human person agent somebody someone never mind nevermind forget it please
    right correct wrong exactly none neither both first second third last one perfect great cool
    fine good ja jep jo klar nein nö nee danke dankeschön bitte tschüss stopp abbrechen hilfe
    mensch mitarbeiter genau richtig falsch gut super passt erste zweite dritte letzte keine beide
    vielen dank egal
"""
_COMPLETE = frozenset(_COMPLETE_WORDS.split())
# A message that ends in one of these goes on.
_DANGLING_WORDS = """
    and or but so because cause cuz that the a an my your this with for from to of in on at about
    i im is was if when since also und oder aber weil dass der die das ein eine einen mein meine
    meinen mit für von zu zum zur im auf an ich wenn seit auch ist war
"""
_DANGLING = frozenset(_DANGLING_WORDS.split())


def is_fragment(message: Message) -> bool:
    """Say whether more is likely to come: few words, no end mark, nothing that answers a question.

    Buttons, commands, pictures, numbers and addresses are whole messages.
    """
    text = message.body.strip()
    if message.kind != EventKind.TEXT or len(text) > _LONGEST or not _ONLY_WORDS.fullmatch(text):
        return False
    words = [word.casefold().strip(",") for word in text.split()]
    if words[-1] in _DANGLING:
        return True
    return len(words) <= _FEW_WORDS and not all(word in _COMPLETE for word in words)


def gather(pending: Sequence[Message], *, within: timedelta) -> list[Message]:
    """Return the first message with those that complete it, each close behind the one before."""
    joined = [pending[0]]
    for message in pending[1:MOST_JOINED]:
        last = joined[-1]
        is_close = message.created_at - last.created_at <= within
        is_bounded = message.created_at - joined[0].created_at <= _MOST_WAITS * within
        goes_on = is_fragment(last) and message.kind == EventKind.TEXT
        if not (goes_on and is_close and is_bounded):
            break
        joined.append(message)
    return joined


def find_wait(
    joined: Sequence[Message], pending: Sequence[Message], *, within: timedelta, now: datetime
) -> float:
    """Return for how many seconds more is worth waiting for; 0 when the turn should begin."""
    last = joined[-1]
    if len(pending) > len(joined) or len(joined) >= MOST_JOINED or not is_fragment(last):
        return 0.0
    until = min(last.created_at + within, joined[0].created_at + _MOST_WAITS * within)
    return max(0.0, (until - now).total_seconds())


def join_words(joined: Sequence[Message]) -> str | None:
    """Return the words of several messages as one text; None when there is only one."""
    if len(joined) == 1:
        return None
    return " ".join(message.body.strip() for message in joined)
