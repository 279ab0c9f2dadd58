"""Opens the bot and introduces it to Telegram: name, webhook, menu. Used by gateway.bootstrap."""

import asyncio
from dataclasses import dataclass, field

import telegram
from telegram.request import HTTPXRequest

from channels.telegram.identity import BotIdentity, identify_bot
from channels.telegram.menu import MENUS
from channels.telegram.parse import ALLOWED_UPDATES
from channels.telegram.webhook import require_secret
from kit.log import get_logger

_log = get_logger(__name__)
_LONGEST_BACKOFF_S = 60.0


@dataclass(frozen=True)
class WebhookTarget:
    """Where Telegram shall post updates, and the secret it shall send with them."""

    url: str
    secret: str = field(repr=False)
    max_connections: int = 40

    def __post_init__(self) -> None:
        require_secret(self.secret)


def open_bot(token: str, *, api_url: str) -> tuple[telegram.Bot, BotIdentity]:
    """Return the sender and who it is; no network is touched.

    Errors: StartRefusedError when the token is empty or not a bot token.
    """
    identity = identify_bot(token)
    request = HTTPXRequest(
        connection_pool_size=64,
        connect_timeout=5.0,
        read_timeout=15.0,
        write_timeout=10.0,
        pool_timeout=5.0,
    )
    base = api_url.rstrip("/")
    bot = telegram.Bot(
        token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request
    )
    return bot, identity


async def introduce(
    bot: telegram.Bot, identity: BotIdentity, *, webhook: WebhookTarget | None = None
) -> None:
    """Learn our username, set the webhook (None: polling does without) and the commands menu.

    Repeats until Telegram took everything, so that the app starts while Telegram is away; run it
    as a task beside the app.
    """
    wait = 1.0
    while True:
        try:
            identity.username = (await bot.get_me()).username
            if webhook is not None:
                await _set_webhook(bot, webhook)
            await _set_menus(bot)
        except telegram.error.TelegramError as error:
            _log.warning("telegram.introduction_failed", error=type(error).__name__, wait_s=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_BACKOFF_S)
        else:
            return


async def close_bot(bot: telegram.Bot) -> None:
    """Close the sender's connections."""
    await bot.request.shutdown()


async def _set_webhook(bot: telegram.Bot, webhook: WebhookTarget) -> None:
    await bot.set_webhook(
        webhook.url,
        secret_token=webhook.secret,
        allowed_updates=list(ALLOWED_UPDATES),
        max_connections=webhook.max_connections,
    )


async def _set_menus(bot: telegram.Bot) -> None:
    for menu in MENUS:
        await bot.set_my_commands(menu.commands, scope=menu.scope, language_code=menu.language)
