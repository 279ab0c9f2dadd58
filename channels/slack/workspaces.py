"""The workspaces we are installed in: their tokens and who we are there.

One workspace with a token from the settings, or as many as installed us by OAuth (installs).
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from channels.base import ChannelError, CustomerGoneError
from channels.slack.errors import translate_error


@dataclass(frozen=True)
class Workspace:
    """A workspace that let us in. The token is a secret and never shown."""

    team: str
    bot_user: str
    token: str = field(repr=False)


class Workspaces(Protocol):
    """Where we are installed."""

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace, None when we are not, or no longer, installed there.

        Errors: ChannelError while that cannot be said.
        """
        ...

    async def forget(self, team: str, *, at: datetime) -> None:
        """The workspace removed us then: delete its token, unless it installed us again since."""
        ...

    def doubt(self, team: str) -> None:
        """Its token did not work: look again at the next question instead of remembering."""
        ...


class OneWorkspace:
    """The workspace of the token in the settings; who we are there, Slack is asked once."""

    def __init__(self, client: AsyncWebClient, token: str) -> None:
        self._client = client
        self._token = token
        self._found: Workspace | None = None
        self._removed = False
        self._asking = asyncio.Lock()

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace if it is this one. Errors: ChannelError."""
        if self._removed:
            return None
        async with self._asking:
            if self._found is None:
                self._found = await self._ask()
        return self._found if self._found.team == team else None

    async def forget(self, team: str, *, at: datetime) -> None:  # noqa: ARG002  others ask when
        """The token is dead; what is in the settings cannot be deleted from here."""
        if self._found is None or self._found.team == team:
            self._removed = True

    def doubt(self, team: str) -> None:
        """Nothing to look up again: the token is that of the settings."""

    async def _ask(self) -> Workspace:
        try:
            told = await self._client.auth_test(token=self._token)
        except Exception as error:  # whatever the library raises is one of the channel's errors
            raise translate_error(error) from error
        return Workspace(str(told["team_id"]), str(told["user_id"]), self._token)


class EitherWorkspace:
    """The workspace of the settings' token and those that installed us."""

    def __init__(self, *places: Workspaces) -> None:
        self._places = places

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace where any of them knows it.

        Errors: ChannelError when none does and one of them cannot say.
        """
        failed: ChannelError | None = None
        for place in self._places:
            try:
                found = await place.find(team)
            except ChannelError as error:
                failed = error
                continue
            if found is not None:
                return found
        if failed is not None:
            raise failed
        return None

    async def forget(self, team: str, *, at: datetime) -> None:
        """Tell all of them."""
        for place in self._places:
            await place.forget(team, at=at)

    def doubt(self, team: str) -> None:
        """Tell all of them."""
        for place in self._places:
            place.doubt(team)


async def get_workspace(workspaces: Workspaces, team: str) -> Workspace:
    """Return the workspace. Errors: CustomerGoneError when it removed us; ChannelError."""
    found = await workspaces.find(team)
    if found is None:
        raise CustomerGoneError("The workspace has removed the app.")
    return found
