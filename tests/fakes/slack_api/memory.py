"""The state of the fake: workspaces, tokens, what the app posted, events on their way.

Base of People (customers' deeds) and so of FakeSlack.
"""

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.slack_api.events import Deliverer, Event
from tests.fakes.slack_api.limits import Limits
from tests.fakes.slack_api.records import Call, Conversation, Posted, SlackError, Workspace
from tests.fakes.slack_api.showing import describe
from tests.fakes.slack_api.sockets import Sockets

SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "team:read",
        "users:read",
    ]
)
SUBSCRIBED = frozenset(
    [
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_archive",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "tokens_revoked",
    ]
)


@dataclass
class Code:
    """An OAuth code on its way back to the app."""

    team: str
    user: str
    scopes: set[str]
    redirect_uri: str
    explicit: bool
    used: bool = False
    made_at: float = field(default_factory=time.monotonic)


@dataclass
class KeptFile:
    """A file somebody uploaded; without content once it is deleted."""

    team: str
    content: bytes | None
    as_json: dict[str, Any]


class Memory:
    """Everything Slack knows."""

    def __init__(self, *, signing_secret: str, retry_scale: float, seed: int | None) -> None:
        self.url = ""
        self.app_id = "A0WICK0001"
        self.client_id = "1111.2222"
        self.client_secret = "client-secret-of-the-fake"
        self.app_token = "xapp-1-A0WICK0001-fake"
        self.paced = False
        self.distributed = False
        self.refuse_installs = False
        self.redirect_urls: list[str] = []
        self.trigger_lives_s = 3.0
        self.subscribed: frozenset[str] = SUBSCRIBED
        self.workspaces: dict[str, Workspace] = {}
        self.dead_tokens: dict[str, str] = {}
        self.posted: list[Posted] = []
        self.calls: deque[Call] = deque(maxlen=200_000)
        self.codes: dict[str, Code] = {}
        self.files: dict[str, KeptFile] = {}
        self.triggers: dict[str, float] = {}
        self.responses: dict[str, tuple[str, str, str, int]] = {}
        self.limits = Limits()
        self.sockets = Sockets()
        self.events = Deliverer(
            self.sockets, signing_secret=signing_secret, retry_scale=retry_scale, seed=seed
        )
        self.changed = asyncio.Event()
        self._places: dict[tuple[str, str, str], int] = {}
        self._last_ts = 0.0

    # workspaces

    def add_workspace(
        self,
        team: str,
        *,
        name: str | None = None,
        bot_user: str | None = None,
        bot_id: str | None = None,
    ) -> str:
        """Another team, where the app is not installed yet."""
        bot = bot_user or f"U{team[1:]}BOT"
        made = Workspace(team, name or team.lower(), None, bot, bot_id or f"B{team[1:]}", set())
        made.person(bot).update(is_bot=True, name="wick", real_name="Wick")
        self.workspaces[team] = made
        return team

    def install(self, team: str, *, scopes: set[str], token: str | None = None) -> Workspace:
        """The app is in the workspace from now on; again means the same token."""
        place = self.workspaces[team]
        place.scopes |= scopes
        place.token = place.token or token or f"xoxb-{team}-{secrets.token_hex(12)}"
        return place

    def revoke(self, team: Workspace, error: str) -> None:
        """Let the workspace's token answer with this error from now on."""
        if team.token:
            self.dead_tokens[team.token] = error
        team.token = None

    def uninstall(self, team: str | None = None) -> list[str]:
        """Somebody removes the app: its token dies, then two events say so."""
        place = self.team(team)
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [place.bot_user]}}
        self.revoke(place, "account_inactive")
        told = [
            self.emit(place, "tokens_revoked", revoked, dead=True),
            self.emit(place, "app_uninstalled", {"type": "app_uninstalled"}, dead=True),
        ]
        for conversation in place.places.values():
            conversation.members.discard(place.bot_user)
        place.scopes.clear()
        return told

    def team(self, team: str | None = None) -> Workspace:
        """Return a workspace, the first one when none is named."""
        return self.workspaces[team] if team else next(iter(self.workspaces.values()))

    def find_by_token(self, token: str) -> Workspace:
        """Return the workspace of a bot token; the error Slack gives otherwise."""
        if not token:
            raise SlackError("not_authed")
        for team in self.workspaces.values():
            if team.token == token:
                return team
        if token == self.app_token:
            raise SlackError("not_allowed_token_type")
        raise SlackError(self.dead_tokens.get(token, "invalid_auth"))

    def open_direct(self, team: Workspace, user: str) -> Conversation:
        """Return the direct message with a person, the app being in it."""
        place = team.direct(user)
        place.members.add(team.bot_user)
        return place

    def take_reading(self, team: Workspace, method: str) -> None:
        """Count a call that reads messages: apps sold outside Slack's shop get one a minute."""
        if self.distributed:
            self.limits.take(f"{method}:{team.id}", 60.0, 1)

    # events

    def emit(self, team: Workspace, name: str, event: dict[str, Any], *, dead: bool = False) -> str:
        """Send an event, if the app is there and wants such; return its id or ''."""
        if name not in self.subscribed or (team.token is None and not dead):
            return ""
        event_id = f"Ev{secrets.token_hex(5).upper()}"
        now = self.next_ts()
        body = {
            "token": "verification-token-nobody-should-use",
            "team_id": team.id,
            "context_team_id": team.id,
            "context_enterprise_id": None,
            "api_app_id": self.app_id,
            "event": {**event, "event_ts": event.get("event_ts", now)},
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(float(now)),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team.id,
                    "user_id": team.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{event_id}",
        }
        self.events.add(Event(event_id, name, team.id, body))
        return event_id

    # what the app posted

    def record_posted(
        self,
        team: Workspace,
        channel: str,
        message: dict[str, Any],
        *,
        metadata: dict[str, Any] | None = None,
        audience: str | None = None,
        truncated: bool = False,
    ) -> None:
        """Keep a message of the app."""
        blocks = message.get("blocks", [])
        self._places[team.id, channel, message["ts"]] = len(self.posted)
        self.posted.append(
            Posted(
                index=len(self.posted),
                team=team.id,
                channel=channel,
                ts=message["ts"],
                thread_ts=message.get("thread_ts"),
                fallback=message["text"],
                blocks=blocks,
                metadata=metadata,
                audience=audience,
                at=time.time(),
                truncated=truncated,
                **describe(message["text"], blocks),
            )
        )
        self.changed.set()

    def change_posted(
        self,
        team: Workspace,
        channel: str,
        message: dict[str, Any],
        *,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the app's edit of a message."""
        blocks = message.get("blocks", [])
        shown = describe(message["text"], blocks)
        self._replace(
            team,
            channel,
            message["ts"],
            fallback=message["text"],
            blocks=blocks,
            metadata=metadata,
            **shown,
        )

    def remove_posted(self, team: Workspace, channel: str, ts: str) -> None:
        """Keep that a message of the app is gone."""
        self._replace(team, channel, ts, deleted=True)

    def find_posted(self, team: Workspace, channel: str, ts: str) -> Posted:
        """Return a message of the app; KeyError when there is none."""
        return self.posted[self._places[team.id, channel, ts]]

    def next_ts(self) -> str:
        """Return a timestamp nothing else has."""
        self._last_ts = max(time.time(), self._last_ts + 0.000_002)
        return f"{self._last_ts:.6f}"

    def _replace(self, team: Workspace, channel: str, ts: str, **changes: Any) -> None:
        index = self._places.get((team.id, channel, ts))
        if index is not None:
            self.posted[index] = replace(self.posted[index], **changes)
            self.changed.set()
