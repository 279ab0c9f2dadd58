"""Wires the Telegram channel as the settings ask: webhook, polling, or not at all."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import telegram
from fastapi import APIRouter

from channels.base import Accept
from channels.telegram.channel import TelegramChannel
from channels.telegram.polling import Poller
from channels.telegram.setup import WebhookTarget, close_bot, introduce, open_bot
from channels.telegram.webhook import PATH, build_router
from kit.database import Database
from kit.settings import Settings, TelegramMode


@dataclass
class TelegramParts:
    """The running Telegram side of one process."""

    bot: telegram.Bot
    channel: TelegramChannel
    router: APIRouter | None
    background: list[Coroutine[Any, Any, None]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

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


def build_telegram(settings: Settings, database: Database, accept: Accept) -> TelegramParts | None:
    """Return the parts, or None when Telegram is off.

    Errors: StartRefusedError for a missing or malformed token or webhook secret.
    """
    if settings.telegram_mode is TelegramMode.OFF:
        return None
    bot, identity = open_bot(
        settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url
    )
    channel = TelegramChannel(bot)
    if settings.telegram_mode is TelegramMode.POLLING:
        poller = Poller(
            bot,
            identity=identity,
            database=database,
            accept=accept,
            on_callback=channel.answer_callback,
        )
        return TelegramParts(bot, channel, None, [introduce(bot, identity), poller.run()])
    secret = settings.telegram_webhook_secret.get_secret_value()
    target = WebhookTarget(f"{settings.base_url}{PATH}", secret)
    router = build_router(
        secret=secret, bot=identity, accept=accept, on_callback=channel.answer_callback
    )
    return TelegramParts(bot, channel, router, [introduce(bot, identity, webhook=target)])
