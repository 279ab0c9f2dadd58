"""Updates as the Bot API words them, for tests that need no server."""

from typing import Any

from channels.telegram.identity import BotIdentity

BOT = BotIdentity(id=987, username="WickBot")
ADA = {"id": 42, "is_bot": False, "first_name": "Ada", "last_name": "Weaver", "username": "ada"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Lamp friends"}


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
    own = {"id": 987, "is_bot": True, "first_name": "Wick"}
    query = {
        "id": "55501",
        "from": ADA,
        "chat_instance": "1",
        "data": "tok-1",
        "message": message(message_id=9, text="Did that help?", **{"from": own}),
    }
    return update(callback_query={**query, **changes})
