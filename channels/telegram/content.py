"""What a Telegram message says and whether it is said to us. Used by parse only."""

import re
from typing import Any

from telegram import Location, Message, MessageEntity

from channels.telegram.identity import BotIdentity
from kit.errors import InvalidInputError

# More special before more general: an animation also has a document, a venue also a location.
MEDIA = (
    "photo",
    "voice",
    "video",
    "video_note",
    "animation",
    "audio",
    "sticker",
    "document",
    "venue",
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "paid_media",
    "game",
    "invoice",
    "checklist",
)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)


def clean(value: object) -> str:
    """Return the string as PostgreSQL can store it: without null bytes and lone surrogates.

    Errors: InvalidInputError when it is not a string.
    """
    if not isinstance(value, str):
        raise InvalidInputError("A text of the update is not a string.")
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")


def find_media(message: Message) -> str | None:
    """Return the kind of the message's media, None when it has none we know."""
    return next((kind for kind in MEDIA if getattr(message, kind)), None)


def describe_place(message: Message) -> str | None:
    """Return a shared place in words that a form can take, None when there is none."""
    place, venue = _find_place(message), message.venue
    if place is None:
        return None
    point = f"{place.latitude:.5f}, {place.longitude:.5f}"
    if venue is None:
        return f"Location: {point}"
    named = ", ".join(filter(None, (clean(venue.title).strip(), clean(venue.address).strip())))
    return f"{named} ({point})" if named else f"Location: {point}"


def read_own_phone(message: Message) -> str | None:
    """Return the number of a contact card, None unless it is the sender's own card.

    Telegram vouches for `user_id` of the card; anybody can pass on somebody else's.
    """
    card = message.contact
    if card is None or message.from_user is None or card.user_id != message.from_user.id:
        return None
    number = "".join(c for c in clean(card.phone_number) if c.isascii() and c.isdigit())
    return f"+{number}" if number else None


def keep_details(message: Message) -> dict[str, Any]:
    """Return what the message shares besides words: the place, the own number."""
    place = _find_place(message)
    if place is not None:
        return {"location": {"latitude": place.latitude, "longitude": place.longitude}}
    phone = read_own_phone(message)
    return {} if phone is None else {"contact": {"phone_number": phone}}


def split_command(text: str, bot: BotIdentity, *, private: bool) -> tuple[str, str] | None:
    """Return a command's name and what follows it; None when the text is not a command to us.

    In a group only `/name@OurBot` is ours; in a private chat everything is.
    """
    match = _COMMAND.fullmatch(text.rstrip())
    if match is None:
        return None
    name, target, argument = match[1], match[2], match[3]
    if not private and not _is_our_name(target, bot):
        return None
    return name.lower(), (argument or "").strip()


def is_addressed(message: Message, bot: BotIdentity) -> bool:
    """Say whether a group message is meant for us: a reply to us, a mention, `/name@OurBot`."""
    text = message.text or message.caption or ""
    command = _COMMAND.fullmatch(text.rstrip())
    if command is not None and command[2]:
        return _is_our_name(command[2], bot)
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
        return True
    entities = {**message.parse_entities(), **message.parse_caption_entities()}
    return any(_mentions_us(entity, words, bot) for entity, words in entities.items())


def drop_leading_mention(text: str, bot: BotIdentity) -> str:
    """Return the text without `@OurBot` in front: the engine should read the question only."""
    name, _, rest = text.partition(" ")
    if bot.username and name.rstrip(",:").lower() == f"@{bot.username.lower()}" and rest.strip():
        return rest.lstrip()
    return text


def _find_place(message: Message) -> Location | None:
    place = message.venue.location if message.venue else message.location
    if place is not None and not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        raise InvalidInputError("There is no such place on earth.")
    return place


def _mentions_us(entity: MessageEntity, words: str, bot: BotIdentity) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    return entity.type == MessageEntity.MENTION and _is_our_name(words[1:], bot)


def _is_our_name(name: str | None, bot: BotIdentity) -> bool:
    return bool(name and bot.username) and str(name).lower() == str(bot.username).lower()
