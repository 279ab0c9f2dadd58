"""conversations.*, users.*, files.*, team.*: what the app may read."""

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_api.given import (
    Given,
    as_bool,
    as_number,
    find_place,
    need_history_scope,
    need_read_scope,
    need_scope,
    wanted,
)
from tests.fakes.slack_api.records import Conversation, SlackError, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack


async def open_conversation(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.open: the direct message with one person."""
    need_scope(team, "im:write", "mpim:write")
    if given.get("channel"):
        return {"channel": {"id": find_place(fake, team, given).id}}
    users = [user.strip() for user in wanted(given, "users").split(",")]
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    person = team.users.get(users[0])
    if person is None:
        raise SlackError("user_not_found")
    if person["deleted"]:
        raise SlackError("user_disabled")
    known = team.places.get("D" + users[0][1:])
    place = fake.open_direct(team, users[0])
    full = place.as_json(team.id) if as_bool(given.get("return_im")) else {"id": place.id}
    more = {"no_op": True, "already_open": True} if known else {}
    return {"channel": full, **more}


async def history(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.history: newest first, without what was said in threads."""
    place = _readable(fake, team, given)
    fake.take_reading(team, "conversations.history")
    shown = [m for m in place.messages.values() if _in_channel(m)]
    return _page(fake, place, list(reversed(_between(shown, given))), given)


async def replies(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.replies: a thread, its first message first."""
    place = _readable(fake, team, given)
    fake.take_reading(team, "conversations.replies")
    asked = place.messages.get(wanted(given, "ts"))
    if asked is None:
        raise SlackError("thread_not_found")
    root = asked.get("thread_ts", asked["ts"])
    rest = [m for m in place.messages.values() if m.get("thread_ts") == root and m["ts"] != root]
    first = [place.messages[root]] if root in place.messages else []
    return _page(fake, place, first + _between(rest, given), given)


async def info(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.info."""
    place = find_place(fake, team, given)
    need_read_scope(team, place)
    member = {"is_member": team.bot_user in place.members}
    return {"channel": {**place.as_json(team.id), **({} if place.kind == "im" else member)}}


async def members(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.members."""
    place = find_place(fake, team, given)
    need_read_scope(team, place)
    return {"members": sorted(place.members), "response_metadata": {"next_cursor": ""}}


async def list_conversations(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """conversations.list and users.conversations: those the app is in, by type."""
    kinds = {"im": "im", "public_channel": "channel", "private_channel": "group"}
    asked = str(given.get("types") or "public_channel").split(",")
    unknown = {kind.strip() for kind in asked} - {*kinds, "mpim"}
    if unknown:
        raise SlackError("invalid_types")
    wanted_kinds = {kinds[kind.strip()] for kind in asked if kind.strip() in kinds}
    places = [p for p in team.places.values() if p.kind in wanted_kinds]
    for place in places:
        need_read_scope(team, place)
    mine = [p.as_json(team.id) for p in places if team.bot_user in p.members]
    return {"channels": mine, "response_metadata": {"next_cursor": ""}}


async def user_info(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """users.info; the locale only when it is asked for."""
    need_scope(team, "users:read")
    person = team.users.get(wanted(given, "user"))
    if person is None:
        raise SlackError("user_not_found")
    hidden = set() if as_bool(given.get("include_locale")) else {"locale"}
    return {"user": {k: v for k, v in person.items() if k not in hidden}}


async def team_info(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """team.info."""
    need_scope(team, "team:read")
    return {"team": {"id": team.id, "name": team.name, "domain": team.name}}


async def file_info(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """files.info."""
    need_scope(team, "files:read")
    kept = fake.files.get(wanted(given, "file"))
    if kept is None or kept.team != team.id:
        raise SlackError("file_not_found")
    if kept.content is None:
        raise SlackError("file_deleted")
    return {"file": kept.as_json}


def _readable(fake: "FakeSlack", team: Workspace, given: Given) -> Conversation:
    place = find_place(fake, team, given)
    need_history_scope(team, place)
    if team.bot_user not in place.members:
        raise SlackError("not_in_channel")
    return place


def _in_channel(message: dict[str, Any]) -> bool:
    is_reply = message.get("thread_ts", message["ts"]) != message["ts"]
    return not is_reply or bool(message.get("reply_broadcast"))


def _between(messages: list[dict[str, Any]], given: Given) -> list[dict[str, Any]]:
    """Keep what lies between `oldest` and `latest`, the ends only when `inclusive`."""
    oldest = _as_ts(given.get("oldest"), 0.0)
    latest = _as_ts(given.get("latest"), 1e12)
    if as_bool(given.get("inclusive")):
        return [m for m in messages if oldest <= float(m["ts"]) <= latest]
    return [m for m in messages if oldest < float(m["ts"]) < latest]


def _as_ts(value: Any, default: float) -> float:
    try:
        return default if value in (None, "", "0") else float(value)
    except (TypeError, ValueError):
        raise SlackError("invalid_ts_latest") from None


def _page(
    fake: "FakeSlack", place: Conversation, messages: list[dict[str, Any]], given: Given
) -> Given:
    most = 15 if fake.distributed else 999
    limit = as_number(given.get("limit"), min(100, most))
    if limit < 1:
        raise SlackError("invalid_limit")
    limit = min(limit, most)
    begin = _read_cursor(given.get("cursor"))
    page, rest = messages[begin : begin + limit], messages[begin + limit :]
    with_metadata = as_bool(given.get("include_all_metadata"))
    shown = [_shown(place, message, with_metadata) for message in page]
    cursor = _make_cursor(begin + limit) if rest else ""
    answer: Given = {"messages": shown, "has_more": bool(rest)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if rest else {})


def _shown(place: Conversation, message: dict[str, Any], with_metadata: bool) -> dict[str, Any]:
    shown = {k: v for k, v in message.items() if with_metadata or k != "metadata"}
    answers = [
        m["ts"]
        for m in place.messages.values()
        if m.get("thread_ts") == message["ts"] and m["ts"] != message["ts"]
    ]
    if answers:
        shown |= {"thread_ts": message["ts"], "reply_count": len(answers)}
        shown["latest_reply"] = answers[-1]
    return shown


def _make_cursor(begin: int) -> str:
    return base64.b64encode(f"next:{begin}".encode()).decode()


def _read_cursor(value: Any) -> int:
    if value in (None, ""):
        return 0
    try:
        return int(base64.b64decode(str(value)).decode().removeprefix("next:"))
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor") from None
