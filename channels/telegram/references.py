"""Ids, keys, addresses and accounts of Telegram, checked on the way in. Used by parse and channel.

An address is the chat's id, then what narrows it down: the topic of a chat that has topics, the
business connection through which somebody else's chat is answered, and in public the author:
`123`, `123@connection`, `-100123#555`, `-100123/7#555`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from telegram import MaybeInaccessibleMessage, Message, User

from channels.base import Sender
from channels.telegram.content import clean
from channels.telegram.identity import BotIdentity
from kit.errors import InvalidInputError

_MAX_ID = 2**63
_MAX_NAME = 256
_CONNECTION = re.compile(r"[A-Za-z0-9_=+-]{1,128}")
_ADDRESS = re.compile(
    r"(?P<chat>-?\d{1,19})(?:/(?P<topic>\d{1,19}))?(?:@(?P<connection>[A-Za-z0-9_=+-]{1,128}))?"
    r"(?:#(?P<author>\d{1,19}))?"
)


@dataclass(frozen=True)
class Place:
    """Where to send: the chat, its topic, and on behalf of which business connection.

    `moved`: not where the address said; its messages are numbered anew.
    """

    chat: int
    topic: int | None = None
    connection: str | None = None
    moved: bool = False


def as_id(value: object) -> int:
    """Return the id; InvalidInputError when it is not a whole number of 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MAX_ID:
        raise InvalidInputError("An id of the update is not a number we can keep.")
    return value


def _as_own_id(value: object) -> int:
    """Return the id of a person or a topic: unlike those of groups, never below nought."""
    if (own := as_id(value)) < 0:
        raise InvalidInputError("An id of the update is below nought.")
    return own


def as_time(value: object) -> datetime:
    """Return when it was; InvalidInputError when that is no time."""
    if not isinstance(value, datetime):
        raise InvalidInputError("The update has no date.")
    return value


def as_connection(value: object) -> str:
    """Return the business connection's id; InvalidInputError when no address can carry it."""
    if not isinstance(value, str) or not _CONNECTION.fullmatch(value):
        raise InvalidInputError("The business connection has no usable id.")
    return value


def name_event(bot: BotIdentity, chat: int, message: int, *, connection: str | None = None) -> str:
    """Return the event key of a message."""
    return f"{bot.id}:m:{name_place(chat, message, connection=connection)}"


def name_place(chat: int, message: int, *, connection: str | None = None) -> str:
    """Return what names a message among all chats of one bot."""
    within = "" if connection is None else f"{connection}/"
    return f"{within}{as_id(chat)}:{as_id(message)}"


def name_press(callback_id: str, bot: BotIdentity) -> str:
    """Return the event key of one press of a button."""
    if not 0 < len(callback_id) <= _MAX_NAME:
        raise InvalidInputError("The button press has no usable id.")
    return f"{bot.id}:c:{callback_id}"


def find_connection(message: MaybeInaccessibleMessage) -> str | None:
    """Return the business connection a message came through, None when it came to the bot."""
    if not isinstance(message, Message) or message.business_connection_id is None:
        return None
    return as_connection(message.business_connection_id)


def write_address(message: MaybeInaccessibleMessage, author: User) -> str:
    """Return where a reply to the message goes.

    Outside topics a thread id only numbers a chain of replies, and Telegram refuses to send there.
    """
    address = str(as_id(message.chat.id))
    if isinstance(message, Message) and message.is_topic_message and message.message_thread_id:
        address += f"/{_as_own_id(message.message_thread_id)}"
    if (connection := find_connection(message)) is not None:
        address += f"@{connection}"
    if message.chat.type != "private":
        address += f"#{_as_own_id(author.id)}"
    return address


def read_place(address: str) -> Place:
    """Return where an address leads. Errors: InvalidInputError when it is not one of ours."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise InvalidInputError("Not a Telegram address.")
    topic = int(match["topic"]) if match["topic"] else None
    return Place(int(match["chat"]), topic, match["connection"])


def read_sender(user: User) -> Sender:
    """Return the account a message came from."""
    return Sender(
        account=str(as_id(user.id)),
        display_name=_shorten(user.full_name),
        handle=_shorten(user.username),
        locale=_shorten(user.language_code),
    )


def _shorten(name: str | None) -> str | None:
    return None if name is None else clean(name).strip()[:_MAX_NAME] or None
