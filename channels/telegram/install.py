"""Wires the Telegram channel as the settings ask: webhook, polling, or not at all.

Called through gateway.channels.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import telegram
from fastapi import APIRouter, FastAPI

from channels.ports import Surroundings
from channels.telegram.channel import TelegramChannel
from channels.telegram.polling import Poller
from channels.telegram.setup import WebhookTarget, close_bot, introduce, open_bot
from channels.telegram.webhook import PATH, build_router
from kit.settings import TelegramMode


@dataclass
class InstalledTelegram:
    """The running Telegram side of one process."""

    bot: telegram.Bot
    channel: TelegramChannel
    router: APIRouter | None
    background: list[Coroutine[Any, Any, None]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def mount(self, app: FastAPI) -> None:
        """Add the webhook, unless we poll."""
        if self.router is not None:
            app.include_router(self.router)

    async def start(self) -> None:
        """Introduce the bot and, when polling, begin to poll; neither delays the app."""
        self.tasks = [asyncio.create_task(job) for job in self.background]

    async def stop(self) -> None:
        """End both and close the sender's connections."""
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await close_bot(self.bot)


def install(around: Surroundings) -> InstalledTelegram | None:
    """Return the channel, or None when Telegram is off.

    Errors: StartRefusedError for a missing or malformed token or webhook secret.
    """
    settings, accept = around.settings, around.accept
    if settings.telegram_mode is TelegramMode.OFF:
        return None
    bot, identity = open_bot(
        settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url
    )
    channel = TelegramChannel(bot, identity=identity)
    settings, accept = around.settings, around.accept
    if settings.telegram_mode is TelegramMode.POLLING:
        poller = Poller(
            bot,
            identity=identity,
            database=around.database,
            accept=accept,
            on_callback=channel.answer_callback,
        )
        return InstalledTelegram(bot, channel, None, [introduce(bot, identity), poller.run()])
    secret = settings.telegram_webhook_secret.get_secret_value()
    target = WebhookTarget(f"{settings.base_url}{PATH}", secret)
    router = build_router(
        secret=secret, bot=identity, accept=accept, on_callback=channel.answer_callback
    )
    return InstalledTelegram(bot, channel, router, [introduce(bot, identity, webhook=target)])
