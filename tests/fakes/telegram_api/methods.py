"""The Bot API's methods as the fake knows them, with their checks. Called by server."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.markup import MarkupError, count_units, parse_html
from tests.fakes.telegram_api.records import ApiError, Chat, SentMessage

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram

Parameters = dict[str, Any]
_ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "choose_sticker"})
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_OLDEST_CALLBACK_S = 150


def bad(description: str) -> ApiError:
    """Return a 400."""
    return ApiError(400, f"Bad Request: {description}")


async def get_me(fake: "FakeTelegram", _: Parameters) -> Any:
    return {
        **fake.bot_user,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def send_message(fake: "FakeTelegram", given: Parameters) -> Any:
    chat = get_chat(fake, given)
    text, entities = read_text(given)
    rows = read_keyboard(given)
    thread = as_int(given.get("message_thread_id"), None)
    if thread is not None and thread not in chat.topics:
        raise bad("message thread not found")
    if fake.strict:
        fake.limits.take(chat.id)
    message = SentMessage(
        index=len(fake.sent),
        message_id=fake.next_message_id(),
        chat_id=chat.id,
        thread_id=thread,
        text=text,
        source=str(given.get("text")),
        entities=entities,
        rows=rows,
        at=time.time(),
    )
    fake.record_sent(message)
    return message_json(fake, message)


async def edit_message_text(fake: "FakeTelegram", given: Parameters) -> Any:
    chat = get_chat(fake, given)
    message = fake.find_sent(chat.id, as_int(given.get("message_id"), 0))
    if message is None:
        raise bad("message to edit not found")
    text, entities = read_text(given)
    rows = read_keyboard(given)
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    return message_json(fake, fake.change_sent(message, text=text, entities=entities, rows=rows))


async def send_chat_action(fake: "FakeTelegram", given: Parameters) -> Any:
    get_chat(fake, given)
    if given.get("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return True


async def answer_callback_query(fake: "FakeTelegram", given: Parameters) -> Any:
    pressed_at = fake.open_callbacks.pop(str(given.get("callback_query_id")), None)
    if pressed_at is None or time.time() - pressed_at > _OLDEST_CALLBACK_S:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if count_units(str(given.get("text", ""))) > 200:
        raise bad("MESSAGE_TOO_LONG")
    fake.answered_callbacks.append(str(given["callback_query_id"]))
    return True


async def set_webhook(fake: "FakeTelegram", given: Parameters) -> Any:
    url = str(given.get("url", ""))
    secret = given.get("secret_token")
    if secret is not None and not _SECRET.fullmatch(str(secret)):
        raise bad("secret token contains unallowed characters")
    if url and not re.match(r"https?://[^/\s]+", url):
        raise bad("bad webhook: invalid webhook URL specified")
    set_allowed(fake, given)
    if as_bool(given.get("drop_pending_updates")):
        fake.queue.drop_all()
    connections = as_int(given.get("max_connections"), 40) or 40
    fake.queue.set_webhook(url, secret=secret, connections=min(max(connections, 1), 100))
    return True


async def delete_webhook(fake: "FakeTelegram", given: Parameters) -> Any:
    if as_bool(given.get("drop_pending_updates")):
        fake.queue.drop_all()
    fake.queue.set_webhook("", secret=None, connections=40)
    return True


async def get_webhook_info(fake: "FakeTelegram", _: Parameters) -> Any:
    return fake.queue.describe()


async def get_updates(fake: "FakeTelegram", given: Parameters) -> Any:
    set_allowed(fake, given)
    limit = as_int(given.get("limit"), 100) or 100
    if not 1 <= limit <= 100:
        limit = 100
    timeout = min(as_int(given.get("timeout"), 0) or 0, 50)
    return await fake.queue.poll(as_int(given.get("offset"), 0) or 0, limit, timeout)


async def set_my_commands(fake: "FakeTelegram", given: Parameters) -> Any:
    commands = as_json(given.get("commands"), list)
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command"))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    fake.commands = commands
    return True


async def get_my_commands(fake: "FakeTelegram", _: Parameters) -> Any:
    return fake.commands


METHODS: dict[str, Callable[["FakeTelegram", Parameters], Awaitable[Any]]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getupdates": get_updates,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
}


def get_chat(fake: "FakeTelegram", given: Parameters) -> Chat:
    """Return the chat; 400 when the bot never met it, 403 when it is closed to the bot."""
    if given.get("chat_id") in (None, ""):
        raise bad("chat_id is empty")
    chat = fake.chats.get(as_int(given["chat_id"], 0) or 0)
    if chat is None:
        raise bad("chat not found")
    if chat.closed:
        raise ApiError(403, f"Forbidden: {chat.closed}")
    return chat


def read_text(given: Parameters) -> tuple[str, list[dict[str, Any]]]:
    """Return the visible text and its entities, checked as Telegram checks them."""
    source = str(given.get("text", ""))
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
    if not text.strip(" \t\r\n\u200b\u200c\u200d\u2060\ufeff"):
        raise bad("message text is empty")
    if count_units(text) > 4096:
        raise bad("message is too long")
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


def message_json(fake: "FakeTelegram", message: SentMessage) -> dict[str, Any]:
    """Return the Bot API's Message object of a message the bot sent."""
    body: dict[str, Any] = {
        "message_id": message.message_id,
        "from": fake.bot_user,
        "chat": fake.chats[message.chat_id].as_json(),
        "date": int(message.at),
        "text": message.text,
    }
    if message.entities:
        body["entities"] = message.entities
    if message.rows:
        body["reply_markup"] = {"inline_keyboard": message.rows}
    if message.thread_id is not None:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    return body


def set_allowed(fake: "FakeTelegram", given: Parameters) -> None:
    """Remember which kinds of update the bot wants; an empty list means the usual ones."""
    if given.get("allowed_updates") not in (None, ""):
        fake.queue.allowed = frozenset(as_json(given["allowed_updates"], list))


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
