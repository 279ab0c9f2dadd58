"""A Telegram update as one InboundEvent. Called by webhook and polling with the raw JSON.

What arrives                                   What becomes of it
message with text                              TEXT, or COMMAND for `/name argument`
message with photo, voice, sticker, ...        MEDIA, its caption as text
edited_message with words                      EDIT of that message's event
edited_message without (live location)         None
callback_query on a message                    BUTTON with our token
callback_query of a game or inline message     None
group message not addressed to us              None
anything from a bot, channel or hidden admin   None
service messages (joined, pinned, ...)         None
every other kind of update                     None
anything malformed                             InvalidInputError

Keys are equal on redelivery, and an edit can name the message it changes:
`{bot}:m:{chat}:{message}`, `{bot}:e:{chat}:{message}:{update}`, `{bot}:c:{callback}`. They hold the
bot's id because another bot numbers the same customer's messages anew.
"""

from datetime import datetime
from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update

from channels.base import Audience, EventKind, InboundEvent
from channels.telegram.content import (
    clean,
    drop_leading_mention,
    find_media,
    is_addressed,
    split_command,
)
from channels.telegram.identity import BotIdentity
from channels.telegram.references import (
    as_id,
    name_event,
    name_press,
    read_address,
    read_sender,
)
from kit.clock import utc_now
from kit.errors import InvalidInputError

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query")


def parse_update(data: Any, bot: BotIdentity) -> InboundEvent | None:
    """Return the event an update stands for, None for what we ignore on purpose.

    Errors: InvalidInputError for anything malformed, and nothing else.
    """
    try:
        return _parse(data, bot)
    except InvalidInputError:
        raise
    except Exception as error:  # the library trusts its input: wrong types fail anywhere in it
        raise InvalidInputError(f"Not a Telegram update ({type(error).__name__}).") from error


def read_update_id(data: Any) -> int:
    """Return the update's id; InvalidInputError when this cannot be an update at all."""
    if not isinstance(data, dict):
        raise InvalidInputError("An update is a JSON object.")
    return as_id(data.get("update_id"))


def _parse(data: Any, bot: BotIdentity) -> InboundEvent | None:
    update_id = read_update_id(data)
    known = {kind: data[kind] for kind in ALLOWED_UPDATES if data.get(kind) is not None}
    update = Update.de_json({"update_id": update_id, **known})
    if update.callback_query is not None:
        return _parse_press(update.callback_query, bot)
    message = update.message or update.edited_message
    if message is None or not _is_for_us(message, bot):
        return None
    if update.edited_message is not None:
        return _parse_edit(message, update_id, bot)
    return _parse_message(message, bot)


def _is_for_us(message: Message, bot: BotIdentity) -> bool:
    if message.from_user is None or message.from_user.is_bot or message.sender_chat is not None:
        return False
    if message.chat.type == "private":
        return True
    return message.chat.type in ("group", "supergroup") and is_addressed(message, bot)


def _parse_message(message: Message, bot: BotIdentity) -> InboundEvent | None:
    media = find_media(message)
    if media is not None:
        caption = drop_leading_mention(clean(message.caption or ""), bot)
        return _event(message, bot, kind=EventKind.MEDIA, text=caption, media=media)
    if message.text is None:
        return None
    text = clean(message.text)
    if not text.strip():
        raise InvalidInputError("The message is empty.")
    command = split_command(text, bot, private=message.chat.type == "private")
    if command is not None:
        name, argument = command
        return _event(message, bot, kind=EventKind.COMMAND, text=name, argument=argument)
    return _event(message, bot, kind=EventKind.TEXT, text=drop_leading_mention(text, bot))


def _parse_edit(message: Message, update_id: int, bot: BotIdentity) -> InboundEvent | None:
    text = clean(message.text or message.caption or "")
    if not text.strip():
        return None
    return _event(
        message,
        bot,
        kind=EventKind.EDIT,
        text=drop_leading_mention(text, bot),
        media=find_media(message),
        key=name_event(message, bot, edited_by=update_id),
        edits=name_event(message, bot),
    )


def _parse_press(query: CallbackQuery, bot: BotIdentity) -> InboundEvent | None:
    message = query.message
    if message is None or query.data is None or query.from_user.is_bot:
        return None
    callback_id = clean(query.id)
    return InboundEvent(
        channel=CHANNEL,
        key=name_press(callback_id, bot),
        address=read_address(message),
        sender=read_sender(query.from_user),
        kind=EventKind.BUTTON,
        text=clean(query.data),
        sent_at=utc_now(),  # a press carries no time of its own
        audience=_audience(message),
        raw={**_keep(message), "callback_id": callback_id},
    )


def _event(message: Message, bot: BotIdentity, **said: Any) -> InboundEvent:
    assert message.from_user is not None  # noqa: S101  _is_for_us made sure; tells mypy
    said.setdefault("key", name_event(message, bot))
    sent_at = message.edit_date or message.date
    if not isinstance(sent_at, datetime):
        raise InvalidInputError("The message has no date.")
    return InboundEvent(
        channel=CHANNEL,
        address=read_address(message),
        sender=read_sender(message.from_user),
        sent_at=sent_at,
        audience=_audience(message),
        raw=_keep(message),
        **said,
    )


def _keep(message: MaybeInaccessibleMessage) -> dict[str, Any]:
    return {"message_id": as_id(message.message_id), "chat_type": clean(message.chat.type)}


def _audience(message: MaybeInaccessibleMessage) -> Audience:
    return Audience.PRIVATE if message.chat.type == "private" else Audience.PUBLIC
