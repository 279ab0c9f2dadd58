"""Updates as the Bot API words them, for tests that need no server."""

from typing import Any

from channels.telegram.identity import BotIdentity

BOT = BotIdentity(id=987, username="WickBot")
ADA = {"id": 42, "is_bot": False, "first_name": "Ada", "last_name": "Weaver", "username": "ada"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Lamp friends"}
OWN = {"id": 987, "is_bot": True, "first_name": "Wick"}
DOCUMENT = {
    "file_id": "doc-1",
    "file_unique_id": "u",
    "file_name": "invoice.pdf",
    "mime_type": "application/pdf",
    "file_size": 1234,
}
VENUE = {
    "location": {"latitude": 52.5, "longitude": 13.4},
    "title": "Lumen House",
    "address": "Weaver Lane 7",
}
DELETED = {"business_connection_id": "biz", "chat": PRIVATE, "message_ids": [7, 8]}


def blocked(was: str = "member", now: str = "kicked", **changes: Any) -> dict[str, Any]:
    """Return that the bot's membership changed in Ada's private chat."""
    times = {"until_date": 0}
    return {
        "chat": PRIVATE,
        "from": ADA,
        "date": 1_760_000_000,
        "old_chat_member": {"user": OWN, "status": was, **(times if was == "kicked" else {})},
        "new_chat_member": {"user": OWN, "status": now, **(times if now == "kicked" else {})},
        **changes,
    }


def message(**changes: Any) -> dict[str, Any]:
    """Return a message of Ada in her private chat."""
    base = {"message_id": 7, "from": ADA, "chat": PRIVATE, "date": 1_760_000_000}
    return {**base, **changes}


def update(**content: Any) -> dict[str, Any]:
    """Return an update with this content."""
    return {"update_id": 1001, **content}


def text_update(text: str, **changes: Any) -> dict[str, Any]:
    """Return an update with a text message."""
    return update(message=message(text=text, **changes))


def mention(text: str, words: str) -> list[dict[str, Any]]:
    """Return the entity that marks the words as a mention."""
    offset = len(text[: text.index(words)].encode("utf-16-le")) // 2
    return [{"type": "mention", "offset": offset, "length": len(words)}]


def press(**changes: Any) -> dict[str, Any]:
    """Return an update with a button press on message 9."""
    query = {
        "id": "55501",
        "from": ADA,
        "chat_instance": "1",
        "data": "tok-1",
        "message": message(message_id=9, text="Did that help?", **{"from": OWN}),
    }
    return update(callback_query={**query, **changes})
