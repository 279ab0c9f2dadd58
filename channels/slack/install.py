"""Wires the Slack channel as the settings ask. Called through gateway.channels."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import aiohttp
from fastapi import APIRouter, FastAPI
from slack_sdk.web.async_client import AsyncWebClient

from channels.base import ChannelError
from channels.ports import Surroundings
from channels.slack.channel import SlackChannel
from channels.slack.errors import StartRefusedError
from channels.slack.home import Home
from channels.slack.http import build_router
from channels.slack.intake import SlackIntake
from channels.slack.people import People
from channels.slack.workspaces import OneWorkspace, Workspaces
from kit.log import get_logger
from kit.settings import SlackMode

_log = get_logger(__name__)

_TIMEOUT_S = 10
_AGAIN_S = 30.0


@dataclass
class InstalledSlack:
    """The running Slack side of one process."""

    client: AsyncWebClient
    channel: SlackChannel
    router: APIRouter | None
    home: Home | None
    workspaces: Workspaces
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def mount(self, app: FastAPI) -> None:
        """Add the address Slack posts to."""
        if self.router is not None:
            app.include_router(self.router)

    async def start(self) -> None:
        """Open the connections to Slack and learn who we are; neither delays the app."""
        self.client.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S), trust_env=False
        )
        self.tasks = [asyncio.create_task(_introduce(self.workspaces))]

    async def stop(self) -> None:
        """End what runs and close the connections."""
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self.home is not None:
            await self.home.stop()
        if self.client.session is not None:
            await self.client.session.close()


def install(around: Surroundings) -> InstalledSlack | None:
    """Return the channel, or None when Slack is off.

    Errors: StartRefusedError for a missing signing secret or token.
    """
    settings = around.settings
    if settings.slack_mode is SlackMode.OFF:
        return None
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        raise StartRefusedError("SLACK_BOT_TOKEN is empty: nothing could be answered on Slack.")
    # The library would repeat a post whose answer it missed; we look first whether it arrived.
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=_TIMEOUT_S, retry_handlers=[])
    workspaces = OneWorkspace(client, token)
    home = Home(client, around.own_data) if around.own_data is not None else None
    intake = SlackIntake(around.accept_always or around.accept, workspaces, People(client), home)
    router = build_router(
        signing_secret=settings.slack_signing_secret.get_secret_value(), intake=intake
    )
    return InstalledSlack(client, SlackChannel(client, workspaces), router, home, workspaces)


async def _introduce(workspaces: Workspaces) -> None:
    """Ask Slack who we are until it says so, so that the first message need not wait for it."""
    while True:
        try:
            await workspaces.find("")
            return
        except ChannelError as error:
            _log.warning("slack.not_introduced", error=type(error).__name__)
        await asyncio.sleep(_AGAIN_S)
