"""Reads the arguments of Web API methods and finds what they name. Used by the method modules."""

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_api.records import Conversation, SlackError, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

Given = dict[str, Any]
_PREFIX = {"im": "im", "channel": "channels", "group": "groups"}


def wanted(given: Given, name: str) -> str:
    """Return an argument that must be there; invalid_arguments otherwise."""
    value = given.get(name)
    if value in (None, ""):
        message = f"[ERROR] missing required field: {name}"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    return str(value)


def as_bool(value: Any, *, default: bool = False) -> bool:
    """Return the truth, from a form or from JSON."""
    return default if value in (None, "") else str(value).lower() in ("true", "1")


def as_number(value: Any, default: int) -> int:
    """Return the number, from a form or from JSON; invalid_arguments when it is none."""
    try:
        return default if value in (None, "") else int(value)
    except (TypeError, ValueError):
        raise SlackError("invalid_arguments") from None


def as_object(value: Any, error: str) -> Any:
    """Return a JSON argument that forms carry as a string; `error` when it is broken."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise SlackError(error) from None


def need_scope(team: Workspace, *scopes: str) -> None:
    """Refuse when the app was granted none of these."""
    if not team.scopes.intersection(scopes):
        provided = ",".join(sorted(team.scopes))
        raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


def need_history_scope(team: Workspace, place: Conversation) -> None:
    """Refuse to read a conversation of a kind the app may not read."""
    need_scope(team, f"{_PREFIX[place.kind]}:history")


def need_read_scope(team: Workspace, place: Conversation) -> None:
    """Refuse to describe a conversation of a kind the app may not see."""
    need_scope(team, f"{_PREFIX[place.kind]}:read")


def find_place(fake: "FakeSlack", team: Workspace, given: Given) -> Conversation:
    """Return the conversation named in `channel`, a person's id meaning their direct message.

    A private channel the app is not in does not exist for it.
    """
    name = wanted(given, "channel")
    if name in team.users and name.startswith("U"):
        if team.users[name]["deleted"]:
            raise SlackError("channel_not_found")
        return fake.open_direct(team, name)
    place = team.places.get(name)
    hidden = place is not None and place.kind != "channel" and team.bot_user not in place.members
    if place is None or hidden:
        raise SlackError("channel_not_found")
    return place


def find_own(team: Workspace, place: Conversation, ts: str, refused: str) -> dict[str, Any]:
    """Return a message of the app; `refused` when it is somebody else's."""
    message = place.messages.get(ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.get("bot_id") != team.bot_id:
        raise SlackError(refused)
    return message
