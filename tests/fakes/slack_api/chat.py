"""chat.*: post, update, delete, ephemeral messages and permalinks, as strict as Slack."""

from typing import TYPE_CHECKING, Any

from tests.fakes.slack_api import echo
from tests.fakes.slack_api.blocks import read_blocks
from tests.fakes.slack_api.given import (
    Given,
    as_bool,
    as_object,
    find_own,
    find_place,
    need_scope,
    wanted,
)
from tests.fakes.slack_api.records import Conversation, SlackError, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

_TRUNCATED_AT = 40_000
_MOST_IN_UPDATE = 4_000
_MOST_METADATA = 3_000  # Slack names no figure; no app of ours needs more


async def post_message(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """chat.postMessage."""
    place = _place_to_post(fake, team, given)
    text, blocks = _read_content(given)
    message = _new_message(fake, team, text, blocks)
    metadata = _read_metadata(given)
    thread = _read_thread(place, given)
    fake.limits.check_held(team.id, place.id)
    if fake.paced:
        fake.limits.take_post(team.id, place.id)
    if thread is not None:
        message["thread_ts"] = thread
        message["reply_broadcast"] = as_bool(given.get("reply_broadcast"))
    place.messages[message["ts"]] = {
        **message,
        **({"metadata": metadata} if metadata else {}),
    }
    echo.posted(fake, team, place, message)
    fake.record_posted(
        team, place.id, message, metadata=metadata, truncated=text != given_text(given)
    )
    both_off = not as_bool(given.get("unfurl_links"), default=True) and not as_bool(
        given.get("unfurl_media"), default=True
    )
    if not both_off and fake.posted[-1].links:
        echo.unfurled(fake, team, place, message, fake.posted[-1].links[0])
    return {"channel": place.id, "ts": message["ts"], "message": message}


async def post_ephemeral(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """chat.postEphemeral: seen by one, kept nowhere."""
    place = _place_to_post(fake, team, given)
    user = wanted(given, "user")
    if user not in place.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _read_content(given)
    message = _new_message(fake, team, text, blocks)
    thread = _read_thread(place, given)
    if thread is not None:
        message["thread_ts"] = thread
    fake.limits.check_held(team.id, place.id)
    if fake.paced:
        fake.limits.take_post(team.id, place.id)
    fake.record_posted(team, place.id, message, audience=user)
    return {"message_ts": message["ts"]}


async def update(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """chat.update: the app's own messages only."""
    place = _place_to_post(fake, team, given)
    before = find_own(team, place, wanted(given, "ts"), "cant_update_message")
    text, blocks = _read_content(given)
    if len(text) > _MOST_IN_UPDATE:
        raise SlackError("msg_too_long")
    metadata = _read_metadata(given) if "metadata" in given else before.get("metadata")
    edited = {"user": team.bot_user, "ts": fake.next_ts()}
    after = {**before, "text": text, "edited": edited}
    after |= {"blocks": blocks} if blocks else {}
    if not blocks:
        after.pop("blocks", None)
    if metadata:
        after["metadata"] = metadata
    place.messages[before["ts"]] = after
    fake.change_posted(team, place.id, after, metadata=metadata)
    echo.changed(fake, team, place, after, before)
    shown = {k: v for k, v in after.items() if k != "metadata"}
    return {"channel": place.id, "ts": before["ts"], "text": text, "message": shown}


async def delete(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """chat.delete: the app's own messages only."""
    place = find_place(fake, team, given)
    before = find_own(team, place, wanted(given, "ts"), "cant_delete_message")
    del place.messages[before["ts"]]
    fake.remove_posted(team, place.id, before["ts"])
    echo.deleted(fake, team, place, before)
    return {"channel": place.id, "ts": before["ts"]}


async def get_permalink(fake: "FakeSlack", team: Workspace, given: Given) -> Given:
    """chat.getPermalink."""
    place = find_place(fake, team, given)
    ts = wanted(given, "message_ts")
    if ts not in place.messages:
        raise SlackError("message_not_found")
    path = f"archives/{place.id}/p{ts.replace('.', '')}"
    return {"channel": place.id, "permalink": f"https://{team.name}.slack.example/{path}"}


def given_text(given: Given) -> str:
    """Return the text argument as given."""
    return str(given.get("text") or "")


def _place_to_post(fake: "FakeSlack", team: Workspace, given: Given) -> Conversation:
    need_scope(team, "chat:write")
    place = find_place(fake, team, given)
    if place.archived:
        raise SlackError("is_archived")
    if team.bot_user not in place.members and "chat:write.public" not in team.scopes:
        raise SlackError("not_in_channel")
    return place


def _read_content(given: Given) -> tuple[str, list[dict[str, Any]]]:
    text = given_text(given)
    blocks = read_blocks(given.get("blocks"))
    if not text.strip() and not blocks and not given.get("attachments"):
        raise SlackError("no_text")
    return text[:_TRUNCATED_AT], blocks


def _read_metadata(given: Given) -> dict[str, Any] | None:
    if given.get("metadata") in (None, ""):
        return None
    metadata = as_object(given["metadata"], "invalid_metadata_format")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > _MOST_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def _read_thread(place: Conversation, given: Given) -> str | None:
    thread = given.get("thread_ts")
    if thread in (None, ""):
        return None
    parent = place.messages.get(str(thread))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("thread_ts", thread) != thread:
        raise SlackError("cannot_reply_to_message")
    return str(thread)


def _new_message(
    fake: "FakeSlack", team: Workspace, text: str, blocks: list[dict[str, Any]]
) -> dict[str, Any]:
    named = [{**b, "block_id": b.get("block_id") or f"b{n}"} for n, b in enumerate(blocks)]
    return {
        "type": "message",
        "user": team.bot_user,
        "bot_id": team.bot_id,
        "app_id": fake.app_id,
        "team": team.id,
        "ts": fake.next_ts(),
        "text": text,
        "bot_profile": {"id": team.bot_id, "app_id": fake.app_id, "team_id": team.id},
        **({"blocks": named} if named else {}),
    }
