"""Wires the Slack channel as the settings ask. Called through gateway.channels."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
from fastapi import APIRouter, FastAPI
from slack_sdk.web.async_client import AsyncWebClient

from channels.base import ChannelError
from channels.ports import ChannelKind, Surroundings
from channels.slack.channel import SlackChannel
from channels.slack.errors import StartRefusedError
from channels.slack.home import Home
from channels.slack.http import build_router
from channels.slack.installs import Installs
from channels.slack.intake import SlackIntake
from channels.slack.oauth import OauthApp, build_oauth_router
from channels.slack.people import People
from channels.slack.socket import Socket
from channels.slack.workspaces import EitherWorkspace, OneWorkspace, Workspaces
from kit.log import get_logger
from kit.sealing import Sealer
from kit.settings import Settings, SlackMode

_log = get_logger(__name__)

_TIMEOUT_S = 10
_AGAIN_S = 30.0


@dataclass
class InstalledSlack:
    """The running Slack side of one process."""

    client: AsyncWebClient
    channel: SlackChannel
    workspaces: Workspaces
    intake: SlackIntake
    home: Home | None
    routers: list[APIRouter]
    socket: Socket | None
    background: list[Callable[[], Coroutine[Any, Any, None]]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def mount(self, app: FastAPI) -> None:
        """Add the address Slack posts to, and the way a workspace installs us."""
        for router in self.routers:
            app.include_router(router)

    async def start(self) -> None:
        """Open the connections to Slack and learn who we are; neither delays the app."""
        self.client.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S), trust_env=False
        )
        self.tasks = [asyncio.create_task(job()) for job in self.background]

    async def stop(self) -> None:
        """End what runs and close the connections."""
        if self.socket is not None:
            await self.socket.stop()
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

    Errors: StartRefusedError or SealError for a missing token, secret or key.
    """
    settings = around.settings
    if settings.slack_mode is SlackMode.OFF:
        return None
    # The library would repeat a post whose answer it missed; we look first whether it arrived.
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=_TIMEOUT_S, retry_handlers=[])
    installs = _open_installs(settings, around)
    token = settings.slack_bot_token.get_secret_value()
    ours = OneWorkspace(client, token) if token else None
    places: list[Workspaces] = [place for place in (installs, ours) if place is not None]
    if not places:
        raise StartRefusedError(
            "Neither SLACK_BOT_TOKEN nor SLACK_CLIENT_ID is set: nothing could be answered there."
        )
    workspaces = EitherWorkspace(*places)
    home = Home(client, around.own_data) if around.own_data is not None else None
    intake = SlackIntake(around.accept_always or around.accept, workspaces, People(client), home)
    made = InstalledSlack(
        client, SlackChannel(client, workspaces), workspaces, intake, home, [], None, []
    )
    if ours is not None:
        made.background.append(partial(_introduce, ours))
    if installs is not None:
        made.background.append(installs.renew_seals)
        made.routers.append(build_oauth_router(_describe_app(settings), installs, client))
    _open_way_in(made, settings, intake)
    return made


def _open_way_in(made: InstalledSlack, settings: Settings, intake: SlackIntake) -> None:
    if settings.slack_mode is SlackMode.HTTP:
        secret = settings.slack_signing_secret.get_secret_value()
        made.routers.append(build_router(signing_secret=secret, intake=intake))
        return
    app_token = settings.slack_app_token.get_secret_value()
    if not app_token:
        raise StartRefusedError("SLACK_APP_TOKEN is empty: SLACK_MODE=socket cannot connect.")
    made.socket = Socket(made.client, app_token=app_token, intake=intake)
    made.background.append(made.socket.run)


def _open_installs(settings: Settings, around: Surroundings) -> Installs | None:
    if not settings.slack_client_id:
        return None
    if not settings.slack_client_secret.get_secret_value():
        raise StartRefusedError("SLACK_CLIENT_SECRET is empty: no workspace could install the app.")
    return Installs(around.database, Sealer(settings.token_key.get_secret_value()))


def _describe_app(settings: Settings) -> OauthApp:
    return OauthApp(
        settings.slack_client_id,
        settings.slack_client_secret.get_secret_value(),
        base_url=settings.base_url,
        api_url=settings.slack_api_url,
        teams=tuple(team.strip() for team in settings.slack_teams.split(",") if team.strip()),
    )


async def _introduce(workspace: OneWorkspace) -> None:
    """Ask Slack who we are until it says so, so that the first message need not wait for it."""
    while True:
        try:
            await workspace.find("")
            return
        except ChannelError as error:
            _log.warning("slack.not_introduced", error=type(error).__name__)
        await asyncio.sleep(_AGAIN_S)


KIND = ChannelKind(SlackChannel.name, SlackChannel.capabilities, install)
