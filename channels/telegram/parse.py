"""A Telegram update as InboundEvents. Called by intake with the raw JSON.

What arrives                                   What becomes of it
message with text                              TEXT, or COMMAND for `/name argument`
message with photo, voice, video, document     MEDIA, its caption as text, its file attached
message with a place                           MEDIA, the place in words as text
message with the sender's own contact card     MEDIA, the phone number as text
message with sticker, other card, poll, ...    MEDIA without text
message that a group moved, from either side   MOVED
edited_message with words                      EDIT of that message's event
edited_message without (live location)         nothing
callback_query on a message                    BUTTON with our token
callback_query of a game or inline message     nothing
group message not addressed to us              nothing
my_chat_member: blocked in private             GONE, taken back: BACK
my_chat_member: anything else, groups          nothing
business_message of the customer               as message, answered through the connection
business_message of the account's owner        nothing
edited_business_message                        as edited_message
deleted_business_messages                      DELETE of each message's event
anything from a bot, channel or hidden admin   nothing
service messages (joined, pinned, ...)         nothing
every other kind of update                     nothing
anything malformed                             InvalidInputError

`business_connection` is taken by intake (see business). Keys are equal on redelivery, and an edit
can name the message it changes: `{bot}:m:{place}`, `{bot}:e:{place}:{update}`, `{bot}:d:{place}`,
`{bot}:c:{callback}`, `{bot}:v:{old chat}:{new chat}`, `{bot}:k:{chat}:{update}`, where the place is
`{chat}:{message}` or `{connection}/{chat}:{message}`. They hold the bot's id because another bot
numbers the same customer's messages anew.
"""

from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update

from channels.base import Audience, EventKind, InboundEvent
from channels.telegram.content import (
    clean,
    describe_place,
    drop_leading_mention,
    find_media,
    is_addressed,
    keep_details,
    read_own_phone,
    split_command,
)
from channels.telegram.files import find_attachments
from channels.telegram.identity import BotIdentity
from channels.telegram.notices import (
    CHANNEL,
    read_deletions,
    read_membership,
    read_migration,
)
from channels.telegram.references import (
    as_id,
    as_time,
    find_connection,
    name_event,
    name_place,
    name_press,
    read_sender,
    write_address,
)
from kit.clock import utc_now
from kit.errors import InvalidInputError

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


def parse_update(data: Any, bot: BotIdentity) -> tuple[InboundEvent, ...]:
    """Return the events an update stands for, none for what we ignore on purpose.

    Errors: InvalidInputError for anything malformed, and nothing else.
    """
    try:
        return _parse(read_update(data), bot)
    except InvalidInputError:
        raise
    except Exception as error:  # the library trusts its input: wrong types fail anywhere in it
        raise InvalidInputError(f"Not a Telegram update ({type(error).__name__}).") from error


def read_update(data: Any) -> Update:
    """Return the update with the kinds we asked for. Raises whatever the library does."""
    update_id = read_update_id(data)
    known = {kind: data[kind] for kind in ALLOWED_UPDATES if data.get(kind) is not None}
    return Update.de_json({"update_id": update_id, **known})


def read_update_id(data: Any) -> int:
    """Return the update's id; InvalidInputError when this cannot be an update at all."""
    if not isinstance(data, dict):
        raise InvalidInputError("An update is a JSON object.")
    return as_id(data.get("update_id"))


def _parse(update: Update, bot: BotIdentity) -> tuple[InboundEvent, ...]:
    if update.deleted_business_messages is not None:
        return read_deletions(update.deleted_business_messages, bot)
    event = _parse_one(update, bot)
    return () if event is None else (event,)


def _parse_one(update: Update, bot: BotIdentity) -> InboundEvent | None:
    if update.callback_query is not None:
        return _parse_press(update.callback_query, bot)
    if update.my_chat_member is not None:
        return read_membership(update.my_chat_member, update.update_id, bot)
    if (written := update.message or update.business_message) is not None:
        return _parse_message(written, bot)
    if (edited := update.edited_message or update.edited_business_message) is not None:
        return _parse_edit(edited, update.update_id, bot)
    return None


def _is_for_us(message: Message, bot: BotIdentity) -> bool:
    author = message.from_user
    if author is None or author.is_bot or message.sender_chat is not None:
        return False
    if message.business_connection_id is not None:  # the account's owner writes there too
        return message.chat.type == "private" and author.id == message.chat.id
    if message.chat.type == "private":
        return True
    return message.chat.type in ("group", "supergroup") and is_addressed(message, bot)


def _parse_message(message: Message, bot: BotIdentity) -> InboundEvent | None:
    moved = read_migration(message, bot)
    if moved is not None:
        return moved
    if not _is_for_us(message, bot):
        return None
    if (media := find_media(message)) is not None:
        return _parse_media(message, media, bot)
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


def _parse_media(message: Message, media: str, bot: BotIdentity) -> InboundEvent:
    caption = drop_leading_mention(clean(message.caption or ""), bot)
    return _event(
        message,
        bot,
        kind=EventKind.MEDIA,
        text=caption or describe_place(message) or read_own_phone(message) or "",
        media=media,
        attachments=find_attachments(message),
    )


def _parse_edit(message: Message, update_id: int, bot: BotIdentity) -> InboundEvent | None:
    text = clean(message.text or message.caption or "")
    if not text.strip() or not _is_for_us(message, bot):
        return None
    connection = find_connection(message)
    place = name_place(message.chat.id, message.message_id, connection=connection)
    return _event(
        message,
        bot,
        kind=EventKind.EDIT,
        text=drop_leading_mention(text, bot),
        media=find_media(message),
        key=f"{bot.id}:e:{place}:{update_id}",
        edits=_name(message, bot),
    )


def _parse_press(query: CallbackQuery, bot: BotIdentity) -> InboundEvent | None:
    message = query.message
    if message is None or query.data is None or query.from_user.is_bot:
        return None
    callback_id = clean(query.id)
    return InboundEvent(
        channel=CHANNEL,
        key=name_press(callback_id, bot),
        address=write_address(message, query.from_user),
        sender=read_sender(query.from_user),
        kind=EventKind.BUTTON,
        text=clean(query.data),
        sent_at=utc_now(),  # a press carries no time of its own
        audience=_audience(message),
        raw={**_keep(message), "callback_id": callback_id},
    )


def _event(message: Message, bot: BotIdentity, **said: Any) -> InboundEvent:
    assert message.from_user is not None  # noqa: S101  _is_for_us made sure; tells mypy
    said.setdefault("key", _name(message, bot))
    return InboundEvent(
        channel=CHANNEL,
        address=write_address(message, message.from_user),
        sender=read_sender(message.from_user),
        sent_at=as_time(message.edit_date or message.date),
        audience=_audience(message),
        raw=_keep(message),
        **said,
    )


def _name(message: Message, bot: BotIdentity) -> str:
    connection = find_connection(message)
    return name_event(bot, message.chat.id, message.message_id, connection=connection)


def _keep(message: MaybeInaccessibleMessage) -> dict[str, Any]:
    kept = {"message_id": as_id(message.message_id), "chat_type": clean(message.chat.type)}
    if not isinstance(message, Message):
        return kept
    connection, album = find_connection(message), message.media_group_id
    return {
        **kept,
        **({} if connection is None else {"connection": connection}),
        **({} if album is None else {"album": clean(album)}),
        **keep_details(message),
    }


def _audience(message: MaybeInaccessibleMessage) -> Audience:
    return Audience.PRIVATE if message.chat.type == "private" else Audience.PUBLIC
