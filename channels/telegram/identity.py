"""Which bot we are. Made from the token at start; setup fills in the username once it knows it."""

import re
from dataclasses import dataclass

from channels.telegram.errors import StartRefusedError

_TOKEN = re.compile(r"(\d{1,19}):[A-Za-z0-9_-]{10,}")


@dataclass
class BotIdentity:
    """The bot's id, and its username as soon as Telegram was reached (None before)."""

    id: int
    username: str | None = None


def identify_bot(token: str) -> BotIdentity:
    """Return the identity the token names.

    Errors: StartRefusedError when the token is empty or not a bot token.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise StartRefusedError(
            "TELEGRAM_TOKEN is empty or not a bot token; @BotFather gives one like 123456:ABC…"
        )
    return BotIdentity(id=int(match[1]))
