"""Wires the Telegram channel as the settings ask: webhook, polling, or not at all.

Called through gateway.channels.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import telegram
from fastapi import APIRouter, FastAPI

from channels.base import Accept
from channels.ports import ChannelKind, Surroundings
from channels.telegram.business import Connections
from channels.telegram.channel import TelegramChannel
from channels.telegram.errors import StartRefusedError
from channels.telegram.identity import BotIdentity
from channels.telegram.intake import Intake
from channels.telegram.notices import tell_moved
from channels.telegram.polling import Poller
from channels.telegram.setup import WebhookTarget, close_bot, introduce, open_bot
from channels.telegram.webhook import PATH, build_router
from kit.log import get_logger
from kit.settings import TelegramMode

_log = get_logger(__name__)


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

    Errors: StartRefusedError for a missing or malformed token, webhook secret or owner.
    """
    settings = around.settings
    if settings.telegram_mode is TelegramMode.OFF:
        return None
    bot, identity = open_bot(
        settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url
    )
    connections = Connections(bot, owners=_read_owners(settings.telegram_business_owners))
    channel = TelegramChannel(
        bot,
        identity=identity,
        connections=connections,
        on_moved=_notify_of_moves(around.accept, identity),
    )
    intake = Intake(
        bot=identity,
        accept=around.accept,
        on_callback=channel.answer_callback,
        on_moved=channel.follow,
        connections=connections,
    )
    if settings.telegram_mode is TelegramMode.POLLING:
        poller = Poller(bot, identity=identity, database=around.database, intake=intake)
        return InstalledTelegram(bot, channel, None, [introduce(bot, identity), poller.run()])
    secret = settings.telegram_webhook_secret.get_secret_value()
    target = WebhookTarget(f"{settings.base_url}{PATH}", secret)
    router = build_router(secret=secret, intake=intake)
    return InstalledTelegram(bot, channel, router, [introduce(bot, identity, webhook=target)])


def _read_owners(listed: str) -> frozenset[int]:
    try:
        return frozenset(int(owner) for owner in listed.split(",") if owner.strip())
    except ValueError:
        raise StartRefusedError(
            "TELEGRAM_BUSINESS_OWNERS holds something that is no Telegram user id."
        ) from None


def _notify_of_moves(accept: Accept, identity: BotIdentity) -> Callable[[int, int], None]:
    """Return what tells intake of a move that a send found out; the send does not wait for it."""
    tasks: set[asyncio.Task[None]] = set()

    async def tell(old: int, new: int) -> None:
        try:
            await accept(tell_moved(old, new, identity))
        except Exception as error:  # Telegram tells of every move by itself as well
            _log.warning("telegram.move_not_stored", error=type(error).__name__)

    def notify(old: int, new: int) -> None:
        task = asyncio.ensure_future(tell(old, new))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return notify


KIND = ChannelKind(TelegramChannel.name, TelegramChannel.capabilities, install)
