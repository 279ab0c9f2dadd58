"""What customers do in the fake: each deed becomes an update as Telegram words it."""

import re
import time
from typing import TYPE_CHECKING, Any

from tests.crm.files.samples import VOICE, picture
from tests.fakes.telegram_api.markup import count_units
from tests.fakes.telegram_api.methods import message_json
from tests.fakes.telegram_api.records import Chat, Said

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram

PHOTO = picture("JPEG")  # as Telegram keeps every photo
_ENTITY = re.compile(r"(?<!\S)(/[A-Za-z0-9_]{1,32}(?:@\w+)?|@\w{3,32})")
_FILE = {"file_id": "file-1", "file_unique_id": "unique-1"}
_MEDIA: dict[str, Any] = {
    "photo": [{**_FILE, "width": 90, "height": 90}],
    "voice": {**_FILE, "duration": 3},
    "video": {**_FILE, "width": 90, "height": 90, "duration": 3},
    "video_note": {**_FILE, "length": 90, "duration": 3},
    "audio": {**_FILE, "duration": 3},
    "sticker": {
        **_FILE,
        "type": "regular",
        "width": 90,
        "height": 90,
        "is_animated": False,
        "is_video": False,
    },
    "document": {**_FILE, "file_name": "invoice.pdf"},
    "location": {"latitude": 52.5, "longitude": 13.4},
    "contact": {"phone_number": "+49301234567", "first_name": "Ada"},
    "dice": {"emoji": "🎲", "value": 4},
}


def make_user(user_id: int) -> dict[str, Any]:
    """Return a plainly invented person."""
    return {
        "id": user_id,
        "is_bot": False,
        "first_name": f"Customer {user_id}",
        "username": f"customer_{user_id}",
        "language_code": "en",
    }


def write(fake: "FakeTelegram", chat_id: int, **content: Any) -> dict[str, Any]:
    """Return a message of a customer, remembered so that it can be edited and replied to."""
    user_id = content.pop("user") or abs(chat_id)
    thread, reply_to = content.pop("thread"), content.pop("reply_to")
    connection = content.pop("connection")
    chat = (
        fake.open_chat(chat_id) if connection is None else _open_business(fake, connection, chat_id)
    )
    message: dict[str, Any] = {
        "message_id": fake.next_message_id(),
        "from": chat.users.setdefault(user_id, make_user(user_id)),
        "date": int(time.time()),
    }
    if thread is not None:
        chat.topics.add(thread)
        message |= {"message_thread_id": thread, "is_topic_message": True}
    if connection is not None:
        message["business_connection_id"] = connection
    message["chat"] = chat.as_json()
    if reply_to is not None:
        message["reply_to_message"] = find_message(fake, chat, reply_to)
    message |= content
    fake.written[chat_id, message["message_id"]] = message
    return message


def text_content(text: str) -> dict[str, Any]:
    """Return the text with the entities a Telegram client would mark."""
    entities = []
    for match in _ENTITY.finditer(text):
        kind = "bot_command" if match[1].startswith("/") else "mention"
        offset, length = count_units(text[: match.start()]), count_units(match[1])
        entities.append({"type": kind, "offset": offset, "length": length})
    return {"text": text, **({"entities": entities} if entities else {})}


def media_content(
    kind: str, caption: str | None, *, file_id: str, data: bytes | None, **details: Any
) -> dict[str, Any]:
    """Return a file or the like, with its caption."""
    shown = _MEDIA[kind]
    file: dict[str, Any] = {"file_id": file_id, "file_unique_id": f"u-{file_id}"}
    if data is not None:
        file["file_size"] = len(data)
    if isinstance(shown, list):
        thumbnail = {"file_id": "small", "file_unique_id": "u-small", "width": 9, "height": 9}
        shown = [thumbnail, {**shown[0], **file, **details}]
    elif "file_id" in shown:
        shown = {**shown, **file, **details}
    else:
        shown = {**shown, **details}
    return {kind: shown, **({"caption": caption} if caption else {})}


def membership(bot: dict[str, Any], status: str) -> dict[str, Any]:
    """Return the Bot API's ChatMember object of the bot."""
    return {"user": bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}


def name_update(message: dict[str, Any]) -> str:
    """Return the kind of update that brings the message."""
    return "business_message" if "business_connection_id" in message else "message"


def change(message: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the message with other words."""
    kept = {k: v for k, v in message.items() if k not in ("text", "entities", "caption")}
    words = text_content(text) if "text" in message else {"caption": text}
    return {**kept, **words, "edit_date": int(time.time())}


def _open_business(fake: "FakeTelegram", connection: str, chat_id: int) -> Chat:
    if connection not in fake.connections:
        raise LookupError(f"there is no connection {connection!r}")
    return fake.business_chats.setdefault((connection, chat_id), Chat(chat_id))


def find_message(fake: "FakeTelegram", chat: Chat, message_id: int) -> dict[str, Any]:
    """Return a message of the chat, the bot's or a customer's, without what it replied to."""
    sent = fake.find_sent(chat.id, message_id)
    if sent is not None:
        return message_json(fake, sent)
    message = fake.written[chat.id, message_id]
    return {k: v for k, v in message.items() if k != "reply_to_message"}


def said(update_id: int, message: dict[str, Any]) -> Said:
    """Return the receipt of a deed."""
    return Said(update_id=update_id, message_id=message["message_id"])


def files_of(message: dict[str, Any]) -> dict[str, bytes]:
    """Return what getFile serves of a message's photo and voice, by file id."""
    photos = {size["file_id"]: PHOTO for size in message.get("photo", ())}
    voices = {message["voice"]["file_id"]: VOICE} if "voice" in message else {}
    return photos | voices
