"""The app itself: auth.*, oauth.v2.*, apps.*, views.*, assistant.threads.*."""

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_api.blocks import read_blocks
from tests.fakes.slack_api.given import Given, as_object, find_place, need_scope, wanted
from tests.fakes.slack_api.records import SlackError, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

_CODE_LIVES_S = 600
_LARGEST_VIEW = 250_000


async def test_auth(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """auth.test."""
    return {
        "url": f"https://{team.name}.slack.example/",
        "team": team.name,
        "user": "wick",
        "team_id": team.id,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


async def revoke(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """auth.revoke: this token is dead from now on."""
    fake.revoke(team, "token_revoked")
    return {"revoked": True}


async def uninstall(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """apps.uninstall: the app leaves the workspace by its own hand."""
    _check_client(fake, given)
    fake.uninstall(team.id)
    return {}


async def oauth_access(fake: "FakeSlack", given: Given) -> Given:
    """oauth.v2.access: a code, once, for a token."""
    _check_client(fake, given)
    code = fake.codes.get(str(given.get("code", "")))
    if code is None:
        raise SlackError("invalid_code")
    if code.used:
        raise SlackError("code_already_used")
    if time.monotonic() - code.made_at > _CODE_LIVES_S:
        raise SlackError("code_expired")
    if str(given.get("redirect_uri") or "") != (code.redirect_uri if code.explicit else ""):
        raise SlackError("bad_redirect_uri")
    code.used = True
    team = fake.install(code.team, scopes=code.scopes)
    return {
        "app_id": fake.app_id,
        "authed_user": {"id": code.user},
        "scope": ",".join(sorted(team.scopes)),
        "token_type": "bot",
        "access_token": team.token,
        "bot_user_id": team.bot_user,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


async def open_connection(fake: "FakeSlack") -> Given:
    """apps.connections.open: an address for one WebSocket, good once and not for long."""
    fake.events.socket_mode = True
    ticket = secrets.token_urlsafe(24)
    fake.sockets.tickets[ticket] = time.monotonic()
    address = fake.url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={fake.app_id}"}


async def publish_view(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """views.publish: someone's app home."""
    user = wanted(given, "user_id")
    if user not in team.users:
        raise SlackError("invalid_arguments")
    view = _read_view(given, "home")
    before = team.views.get(user)
    if given.get("hash") and before and given["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    published = _kept_view(fake, team, view, known=before)
    team.views[user] = published
    fake.changed.set()
    return {"view": published}


async def open_view(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """views.open: a modal, by a trigger that is three seconds old at most."""
    trigger = wanted(given, "trigger_id")
    made_at = fake.triggers.pop(trigger, None)
    if made_at is None:
        raise SlackError("invalid_trigger_id")
    if time.monotonic() - made_at > fake.trigger_lives_s:
        raise SlackError("expired_trigger_id")
    return {"view": _kept_view(fake, team, _read_view(given, "modal"), known=None)}


async def set_status(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """assistant.threads.setStatus."""
    need_scope(team, "assistant:write", "chat:write")
    place = find_place(fake, team, {"channel": given.get("channel_id")})
    status = {"channel": place.id, "thread_ts": wanted(given, "thread_ts")}
    team.statuses.append({**status, "status": str(given.get("status", ""))})
    return {}


def _check_client(fake: "FakeSlack", given: Given) -> None:
    if given.get("client_id") != fake.client_id:
        raise SlackError("invalid_client_id")
    if given.get("client_secret") != fake.client_secret:
        raise SlackError("bad_client_secret")


def _read_view(given: Given, kind: str) -> dict[str, Any]:
    view = as_object(given.get("view"), "invalid_arguments")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise SlackError("invalid_arguments")
    if len(json.dumps(view)) > _LARGEST_VIEW:
        raise SlackError("view_too_large")
    if len(str(view.get("private_metadata", ""))) > 3000:
        raise SlackError("invalid_arguments")
    return {**view, "blocks": read_blocks(view.get("blocks"), "home")}


def _kept_view(
    fake: "FakeSlack", team: Workspace, view: dict[str, Any], *, known: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "id": known["id"] if known else f"V{secrets.token_hex(5).upper()}",
        "team_id": team.id,
        "app_id": fake.app_id,
        "bot_id": team.bot_id,
        "hash": f"{time.time_ns()}.{secrets.token_hex(4)}",
        "private_metadata": "",
        "callback_id": "",
        "state": {"values": {}},
        **view,
    }
