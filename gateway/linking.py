"""What customers say to connect their accounts: asking for a code, and typing it elsewhere.

Called by gateway.start_links before the engine, and by gateway.answer for the button.
"""

import re
from functools import lru_cache

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import EventKind
from crm.linking import codes
from crm.linking.codes import Outcome, Tried, read_code, show_code
from crm.models import PUBLIC, Conversation, Message, Owner
from crm.service import find_open_episode
from gateway.agenda import is_in_form
from gateway.catalogue import FOLDER
from gateway.interpret import Resumed
from gateway.phrasing import Part, load_phrasebook
from kit.clock import utc_now

COMMAND = "link"
INTENT = "link_accounts"
LINK_PREFIX = "l_"

_LONGEST_WISH = 80
_WORD = re.compile(r"[^\W\d_]+")


def is_for_us(message: Message) -> bool:
    """Say whether the message is about a code, whoever has the conversation."""
    if message.kind == EventKind.COMMAND:
        return message.body == COMMAND
    return message.kind == EventKind.TEXT and read_code(message.body) is not None


async def follow_words(
    session: AsyncSession, conversation: Conversation, message: Message
) -> Resumed | None:
    """Return what to say to a code or to the wish for one; None when it is neither."""
    if conversation.audience == PUBLIC:  # others have read it, too: gateway.intake has ended it
        return None
    if message.kind == EventKind.COMMAND and message.body == COMMAND:
        typed = read_code(str(message.payload.get("argument", "")))
        return Resumed(
            await (_take(session, message, typed) if typed else give_code(session, message))
        )
    if message.kind != EventKind.TEXT:
        return None
    if (code := read_code(message.body)) is not None:
        return await _take_unless_meant_otherwise(session, conversation, message, code)
    if conversation.owner is Owner.BOT and asks_to_connect(message.body):
        return Resumed(await give_code(session, message))
    return None


async def follow_link(
    session: AsyncSession, _conversation: Conversation, message: Message
) -> Resumed | None:
    """Take the code that came with a start link."""
    payload = str(message.payload.get("argument", "")).strip()
    code = read_code(payload.removeprefix(LINK_PREFIX))
    return Resumed(await _take(session, message, code)) if code else Resumed((Part("link_wrong"),))


async def give_code(session: AsyncSession, message: Message) -> tuple[Part, ...]:
    """Return the words that give the account a new code, or say why not."""
    if message.identity_id is None:
        return (Part("link_asked_too_often"),)
    code = await codes.ask_code(session, message.identity_id, now=utc_now())
    if code is None:
        return (Part("link_asked_too_often"),)
    return (Part("link_code", {"code": show_code(code)}),)


def asks_to_connect(text: str) -> bool:
    """Say whether the words ask to connect accounts, and nothing else."""
    if len(text) > _LONGEST_WISH:
        return False
    said = set(_WORD.findall(text.casefold()))
    return any(
        said & verbs and said & things and said <= verbs | things | fillers
        for verbs, things, fillers in _load_wishes()
    )


def name_channel(channel: str) -> dict[str, str]:
    """Return a channel's name as the value of a phrase."""
    key = f"channel_{channel}"
    return {"key": key if load_phrasebook().has(key) else "channel_other"}


async def _take_unless_meant_otherwise(
    session: AsyncSession, conversation: Conversation, message: Message, code: str
) -> Resumed | None:
    """Take the code; what is none is left to a form that waits for an answer, or to a person."""
    outcome = await _try(session, message, code)
    if outcome.tried is Tried.WRONG:
        episode = await find_open_episode(session, conversation.id)
        if conversation.owner is not Owner.BOT or (episode and is_in_form(episode)):
            return None
    return Resumed(_answer(outcome))


async def _take(session: AsyncSession, message: Message, code: str) -> tuple[Part, ...]:
    return _answer(await _try(session, message, code))


async def _try(session: AsyncSession, message: Message, code: str) -> Outcome:
    if message.identity_id is None:
        return Outcome(Tried.WRONG)
    return await codes.try_code(session, code, identity_id=message.identity_id, now=utc_now())


def _answer(outcome: Outcome) -> tuple[Part, ...]:
    values = {"channel": name_channel(outcome.channel)} if outcome.channel else {}
    return (Part(f"link_{outcome.tried.value}", values),)


@lru_cache(maxsize=1)
def _load_wishes() -> tuple[tuple[frozenset[str], frozenset[str], frozenset[str]], ...]:
    read = [
        yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*/linking.yml"))
    ]
    return tuple(
        (frozenset(each["verbs"]), frozenset(each["things"]), frozenset(each["fillers"].split()))
        for each in read
    )
