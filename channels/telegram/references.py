"""Ids, keys, addresses and accounts of Telegram, checked on the way in. Used by parse and channel.

An address is the chat's id, with the topic's id where the chat has topics: `123`, `-100123/7`.
"""

from telegram import MaybeInaccessibleMessage, Message, User

from channels.base import Sender
from channels.telegram.content import clean
from channels.telegram.identity import BotIdentity
from kit.errors import InvalidInputError

_MAX_ID = 2**63
_MAX_NAME = 256


def as_id(value: object) -> int:
    """Return the id; InvalidInputError when it is not a whole number of 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _MAX_ID:
        raise InvalidInputError("An id of the update is not a number we can keep.")
    return value


def name_event(message: Message, bot: BotIdentity, *, edited_by: int | None = None) -> str:
    """Return the event key of a message, or of the update that edited it."""
    place = f"{as_id(message.chat.id)}:{as_id(message.message_id)}"
    if edited_by is None:
        return f"{bot.id}:m:{place}"
    return f"{bot.id}:e:{place}:{edited_by}"


def name_press(callback_id: str, bot: BotIdentity) -> str:
    """Return the event key of one press of a button."""
    if not 0 < len(callback_id) <= _MAX_NAME:
        raise InvalidInputError("The button press has no usable id.")
    return f"{bot.id}:c:{callback_id}"


def read_address(message: MaybeInaccessibleMessage) -> str:
    """Return where a reply to the message goes.

    Outside topics a thread id only numbers a chain of replies, and Telegram refuses to send there.
    """
    chat = str(as_id(message.chat.id))
    if isinstance(message, Message) and message.is_topic_message and message.message_thread_id:
        return f"{chat}/{as_id(message.message_thread_id)}"
    return chat


def split_address(address: str) -> tuple[int, int | None]:
    """Return the chat's id and the topic's id of an address.

    Errors: InvalidInputError when it is not an address of ours.
    """
    chat, _, thread = address.partition("/")
    try:
        return int(chat), int(thread) if thread else None
    except ValueError:
        raise InvalidInputError("Not a Telegram address.") from None


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
