"""Typed choices: a number or the title of a button counts as pressing it. Called by interpret.

Only the newest reply's buttons can be typed. A number is a choice only where it can be nothing
else: not beside titles that are numbers, not in a form that asks for a score, and in other forms
only among several buttons.
"""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Author, Button, Direction, Episode, Message, MessageState
from kit.clock import utc_now

_LONGEST = 80
_UNSEEN = (MessageState.FAILED, MessageState.DISCARDED, MessageState.HELD)
_SCORING_FORMS = frozenset({"rating_form"})
_NUMBER = re.compile(r"(?:(?:no|nr|number|nummer|option)\b\.?\s*)?(\d{1,2}|[a-zäöüß]+)\s*[.):!]?")
_WORDS = {
    word: place
    for words in (
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
    )
    for place, word in enumerate(words, start=1)
}
_NEWEST = (
    select(
        Message.seq,
        Message.in_reply_to,
        Message.author,
        Message.state,
        Message.payload["buttons"].label("buttons"),
    )
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.direction == Direction.OUT,
    )
    .order_by(Message.seq.desc())
    .limit(4)
)
_BEGINS_WITH_NUMBER = re.compile(r"\s*\d+\b")


def read_choice(text: str, titles: Sequence[str], *, numbers: bool = True) -> int | None:
    """Return the index of the title that was typed, or of its number; None for anything else."""
    said = _plain(text)
    for index, title in enumerate(titles):
        if said and said == _plain(title):
            return index
    found = _NUMBER.fullmatch(text.strip().casefold())
    if not numbers or found is None or any(map(_BEGINS_WITH_NUMBER.match, titles)):
        return None
    named = found.group(1)
    number = int(named) if named.isdecimal() else _WORDS.get(named, 0)
    return number - 1 if 1 <= number <= len(titles) else None


async def find_choice(session: AsyncSession, message: Message) -> Button | None:
    """Return the button of the newest reply that the message names; None when it names none."""
    if len(message.body) > _LONGEST:
        return None
    offered = await _find_offered(session, message)
    if not offered:
        return None
    episode = await session.get(Episode, message.episode_id) if message.episode_id else None
    form = (episode.waiting or {}).get("form") if episode else None
    numbers = form is None or (form not in _SCORING_FORMS and len(offered) > 1)
    chosen = read_choice(message.body, [title for title, _ in offered], numbers=numbers)
    if chosen is None:
        return None
    _, token = offered[chosen]
    found = select(Button).where(Button.token == token, Button.expires_at > utc_now())
    return (await session.execute(found)).scalar_one_or_none()


async def _find_offered(session: AsyncSession, message: Message) -> list[tuple[str, str]]:
    """Return title and token of the newest reply's buttons, if it was there to be seen."""
    newest = {"conversation_id": message.conversation_id}
    with session.no_autoflush:  # it runs for most messages, which name no button
        said = list(await session.execute(_NEWEST, newest))
    if not said or said[0].seq > message.seq:
        return []  # what was typed is older than the newest reply
    reply = [one for one in said if one.in_reply_to == said[0].in_reply_to]
    offering = next((one for one in reply if one.buttons), None)
    if offering is None or offering.author == Author.AGENT or offering.state in _UNSEEN:
        return []
    return [(str(shown["title"]), str(shown["token"])) for shown in offering.buttons]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!?:")
