"""Takes verified Slack payloads, from HTTP or a socket, and stores what they mean.

Called by http and socket; once `take` returns, Slack may be told that the event arrived.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from channels.base import Accept, ChannelError, InboundEvent
from channels.slack.home import Home
from channels.slack.parse import parse_click, parse_event
from channels.slack.people import People
from channels.slack.references import as_id, read_account
from channels.slack.workspaces import Workspace, Workspaces
from kit.errors import InvalidInputError
from kit.log import get_logger

_log = get_logger(__name__)

_KNOWN_WITHIN_S = 1.0
_FAR_AHEAD = 2**33
_REMOVED = frozenset({"app_uninstalled", "tokens_revoked"})


class SlackIntake:
    """One for all workspaces and both ways in."""

    def __init__(
        self, accept: Accept, workspaces: Workspaces, people: People, home: Home | None = None
    ) -> None:
        self._accept = accept
        self._workspaces = workspaces
        self._people = people
        self._home = home

    async def take_event(self, body: Any) -> None:
        """Store what an event callback stands for.

        Errors: InvalidInputError for what is malformed; anything else: not stored.
        """
        team = _read_team(body)
        event = body.get("event")
        kind = event.get("type") if isinstance(event, dict) else None
        if kind in _REMOVED:
            await self._remove(team, body)
            return
        found, workspace = await self._find(team)
        if not found:
            _log.info("slack.not_installed")
            return
        if kind == "app_home_opened":
            self._open_home(workspace, event)
            return
        parsed = parse_event(body, team=team, bot_user=workspace.bot_user if workspace else None)
        if parsed is not None:
            await self._accept(await self._describe(parsed, workspace))

    async def take_click(self, payload: Any) -> None:
        """Store the press of a button or the choice from a menu; act on one in the app home.

        Errors: InvalidInputError for what is malformed; anything else: not stored.
        """
        team = as_id(_read_part(payload, "team").get("id"))
        found, workspace = await self._find(team)
        if not found:
            return
        if payload.get("type") == "block_actions" and "view" in payload:
            if self._home is not None and workspace is not None:
                await self._home.press(workspace, payload)
            return
        parsed = parse_click(payload, team=team)
        if parsed is not None:
            await self._accept(await self._describe(parsed, workspace))

    async def _find(self, team: str) -> tuple[bool, Workspace | None]:
        """Return whether we are installed there, and the workspace unless that takes too long."""
        try:
            found = await asyncio.wait_for(self._workspaces.find(team), _KNOWN_WITHIN_S)
        except (ChannelError, TimeoutError):
            return True, None  # Slack is slow to say who we are; what came is stored all the same
        return found is not None, found

    async def _remove(self, team: str, body: Any) -> None:
        event = _read_part(body, "event")
        if event.get("type") == "tokens_revoked" and not _read_part(event, "tokens").get("bot"):
            return  # somebody's own token, of which we keep none
        at = body.get("event_time")
        if type(at) is not int or not 0 <= at < _FAR_AHEAD:
            raise InvalidInputError("A removal without a time.")
        # Whole seconds: one installed within the same second is still the one removed.
        await self._workspaces.forget(team, at=datetime.fromtimestamp(at + 1, UTC))
        _log.info("slack.removed_by_workspace")

    async def _describe(self, event: InboundEvent, workspace: Workspace | None) -> InboundEvent:
        if workspace is None:
            return event
        _, user = read_account(event.sender.account)
        person = await self._people.describe(workspace, user)
        sender = replace(event.sender, display_name=person.name, locale=person.locale)
        return replace(event, sender=sender)

    def _open_home(self, workspace: Workspace | None, event: dict[str, Any]) -> None:
        if self._home is not None and workspace is not None and event.get("tab") == "home":
            self._home.open(workspace, as_id(event.get("user")))


def _read_part(body: Any, name: str) -> dict[str, Any]:
    """Return an object inside another one; InvalidInputError when either is none."""
    part = body.get(name) if isinstance(body, dict) else None
    if not isinstance(part, dict):
        raise InvalidInputError(f"Not from Slack: no {name}.")
    return part


def _read_team(body: Any) -> str:
    """Return the workspace that installed us, which need not be the author's own."""
    if not isinstance(body, dict):
        raise InvalidInputError("Not a Slack event.")
    installed = body.get("authorizations")
    first = installed[0] if isinstance(installed, list) and installed else {}
    team = first.get("team_id") if isinstance(first, dict) else None
    return as_id(team or body.get("team_id"))
