"""The Bot API's methods as the fake knows them, with their checks. Called by server."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.checks import (
    Parameters,
    as_bool,
    as_int,
    as_json,
    bad,
    find_business_chat,
    get_chat,
    read_keyboard,
    read_reply,
    read_text,
)
from tests.fakes.telegram_api.markup import count_units
from tests.fakes.telegram_api.records import Chat, SentMessage

if TYPE_CHECKING:
    from tests.fakes.telegram_api.fake import FakeTelegram

_ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "choose_sticker"})
_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats"})
MAX_FILE = 20 * 1024 * 1024
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_OLDEST_CALLBACK_S = 150


async def get_me(fake: "FakeTelegram", _: Parameters) -> Any:
    return {
        **fake.bot_user,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def send_message(fake: "FakeTelegram", given: Parameters) -> Any:
    text, entities = read_text(given)
    return _show(fake, given, text=text, entities=entities)


async def send_photo(fake: "FakeTelegram", given: Parameters) -> Any:
    """Telegram loads the picture itself; it never can from this machine or a name without dot."""
    source = str(given.get("photo", ""))
    host = re.match(r"https?://([^/:]+)", source)
    if host is None:
        raise bad("wrong remote file identifier specified: Wrong string length")
    if "." not in host[1] or host[1].startswith("127."):
        raise bad("failed to get HTTP URL content")
    caption, entities = read_text(given, name="caption", most=1024)
    return _show(fake, given, text=caption, entities=entities, photo=source)


def _show(fake: "FakeTelegram", given: Parameters, **content: Any) -> dict[str, Any]:
    """Put a message into its chat, once everything about it is as Telegram wants it."""
    connection = given.get("business_connection_id")
    chat = find_business_chat(fake, given) if connection else get_chat(fake, given)
    thread = as_int(given.get("message_thread_id"), None)
    if thread is not None and thread not in chat.topics:
        raise bad("message thread not found")
    rows = read_keyboard(given)
    reply_to = read_reply(fake, chat, given)
    if fake.strict:
        fake.limits.take(chat.id)
    message = SentMessage(
        index=len(fake.sent),
        message_id=fake.next_message_id(),
        chat_id=chat.id,
        thread_id=thread,
        source=str(given.get("text") or given.get("caption") or ""),
        rows=rows,
        at=time.time(),
        reply_to=reply_to,
        connection=connection or None,
        **content,
    )
    fake.record_sent(message)
    return message_json(fake, message)


async def get_business_connection(fake: "FakeTelegram", given: Parameters) -> Any:
    connection = fake.connections.get(str(given.get("business_connection_id")))
    if connection is None:
        raise bad("business connection not found")
    return connection.as_json()


async def get_file(fake: "FakeTelegram", given: Parameters) -> Any:
    file_id = str(given.get("file_id", ""))
    data = fake.files.get(file_id)
    if data is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(data) > MAX_FILE:
        raise bad("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": f"u-{file_id}",
        "file_size": len(data),
        "file_path": f"files/{file_id}",
    }


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
    connection = given.get("business_connection_id")
    chat = find_business_chat(fake, given) if connection else get_chat(fake, given)
    if given.get("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    fake.actions.append((chat.id, str(given["action"])))
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
    fake.menus[_name_menu(given)] = commands
    return True


async def get_my_commands(fake: "FakeTelegram", given: Parameters) -> Any:
    return fake.menus.get(_name_menu(given), [])


def _name_menu(given: Parameters) -> str:
    """Return scope and language of a menu, such as `all_group_chats:de`."""
    scope = as_json(given["scope"], dict) if given.get("scope") else {"type": "default"}
    language = str(given.get("language_code") or "")
    if scope.get("type") not in _SCOPES:
        raise bad("unsupported BotCommandScope type specified")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return f"{scope['type']}:{language}"


METHODS: dict[str, Callable[["FakeTelegram", Parameters], Awaitable[Any]]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "getbusinessconnection": get_business_connection,
    "getfile": get_file,
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


def message_json(fake: "FakeTelegram", message: SentMessage) -> dict[str, Any]:
    """Return the Bot API's Message object of a message the bot sent."""
    body: dict[str, Any] = {
        "message_id": message.message_id,
        "from": fake.bot_user,
        "chat": find_chat_of(fake, message).as_json(),
        "date": int(message.at),
    }
    if message.photo is None:
        body["text"] = message.text
    else:
        size = {"file_id": "sent", "file_unique_id": "sent", "width": 90, "height": 90}
        body |= {"photo": [size], "caption": message.text}
    if message.connection is not None:
        body["business_connection_id"] = message.connection
    if message.entities:
        body["entities"] = message.entities
    if message.rows:
        body["reply_markup"] = {"inline_keyboard": message.rows}
    if message.thread_id is not None:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    return body


def find_chat_of(fake: "FakeTelegram", message: SentMessage) -> Chat:
    """Return the chat a message of the bot is in."""
    if message.connection is None:
        return fake.chats[message.chat_id]
    return fake.business_chats[message.connection, message.chat_id]


def set_allowed(fake: "FakeTelegram", given: Parameters) -> None:
    """Remember which kinds of update the bot wants; an empty list means the usual ones."""
    if given.get("allowed_updates") not in (None, ""):
        fake.queue.allowed = frozenset(as_json(given["allowed_updates"], list))
