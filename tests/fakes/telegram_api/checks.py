"""What the fake Bot API demands of parameters, and its complaints. Called by methods."""

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.markup import MarkupError, count_units, parse_html
from tests.fakes.telegram_api.records import ApiError, Chat

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram

Parameters = dict[str, Any]


def bad(description: str) -> ApiError:
    """Return a 400."""
    return ApiError(400, f"Bad Request: {description}")


def get_chat(fake: "FakeTelegram", given: Parameters) -> Chat:
    """Return the chat; 400 when the bot never met it, 403 when it is closed to the bot."""
    if given.get("chat_id") in (None, ""):
        raise bad("chat_id is empty")
    chat = fake.chats.get(as_int(given["chat_id"], 0) or 0)
    if chat is None:
        raise bad("chat not found")
    if chat.moved_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.moved_to,
        )
    if chat.closed:
        raise ApiError(403, f"Forbidden: {chat.closed}")
    return chat


def find_business_chat(fake: "FakeTelegram", given: Parameters) -> Chat:
    """Return the chat of a business account's customer, if the bot may write there."""
    connection = fake.connections.get(str(given["business_connection_id"]))
    if connection is None or not connection.enabled:
        raise bad("BUSINESS_CONNECTION_INVALID")
    if not connection.can_reply:
        raise ApiError(403, "Forbidden: BOT_ACCESS_FORBIDDEN")
    chat_id = as_int(given.get("chat_id"), 0) or 0
    if (connection.id, chat_id) not in fake.business_chats:
        raise bad("BUSINESS_PEER_INVALID")
    return fake.business_chats[connection.id, chat_id]


def read_reply(fake: "FakeTelegram", chat: Chat, given: Parameters) -> int | None:
    """Return the message that is replied to, None when it is gone and that is allowed."""
    if not given.get("reply_parameters"):
        return None
    asked = as_json(given["reply_parameters"], dict)
    message_id = as_int(asked.get("message_id"), 0) or 0
    known = fake.find_sent(chat.id, message_id) or (chat.id, message_id) in fake.written
    if not known and not as_bool(asked.get("allow_sending_without_reply")):
        raise bad("message to be replied not found")
    return message_id if known else None


def read_text(
    given: Parameters, *, name: str = "text", most: int = 4096
) -> tuple[str, list[dict[str, Any]]]:
    """Return the visible text and its entities, checked as Telegram checks them."""
    source = str(given.get(name) or "")
    if "\0" in source:
        raise bad("strings must be encoded in UTF-8")
    mode = str(given.get("parse_mode", "")).lower()
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode")
    try:
        text, entities = parse_html(source) if mode else (source, [])
    except MarkupError as error:
        raise bad(f"can't parse entities: {error}") from error
    text = text.rstrip()
    if name == "text" and not text.strip(" \t\r\n\u200b\u200c\u200d\u2060\ufeff"):
        raise bad("message text is empty")
    if count_units(text) > most:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    return text, entities


def read_keyboard(given: Parameters) -> list[list[dict[str, Any]]]:
    """Return the inline keyboard's rows, checked."""
    if given.get("reply_markup") in (None, ""):
        return []
    rows = as_json(given["reply_markup"], dict).get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("object expected as reply markup")
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        check_button(button)
    return rows


def check_button(button: Any) -> None:
    """Raise when Telegram would not show the button."""
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    elif "url" not in button:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def as_int(value: Any, default: int | None) -> int | None:
    """Return the number, from a form or from JSON."""
    if value in (None, ""):
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad("a number was expected") from None


def as_bool(value: Any) -> bool:
    """Return the truth, from a form or from JSON."""
    return str(value).lower() in ("true", "1")


def as_json(value: Any, kind: type) -> Any:
    """Return the value parsed where it came as a string; 400 when it is not of the kind."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(parsed, kind):
        raise bad(f"a {kind.__name__} was expected")
    return parsed
