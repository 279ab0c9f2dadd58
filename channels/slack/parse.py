"""A Slack event or click as one InboundEvent. Called by intake with verified JSON.

What arrives                                         What becomes of it
message in a direct message, with words              TEXT
message in a channel that mentions us; app_mention   TEXT, public; both have one key
message with files                                   MEDIA, with attachments
message_changed with new words of a person           EDIT
message_deleted of a person's message                DELETE
block_actions on a message of ours                   BUTTON with our token
anything of a bot, of ourselves, any other subtype   None
anything malformed                                   InvalidInputError
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.base import Attachment, Audience, EventKind, InboundEvent, Sender
from channels.slack.markup import as_plain, clean, mentions
from channels.slack.references import (
    as_id,
    as_time,
    as_ts,
    is_direct,
    name_message,
    write_account,
    write_address,
)
from kit.errors import InvalidInputError

CHANNEL = "slack"
MOST_FILES = 20
_TAKEN = (None, "file_share", "thread_broadcast")
_KINDS = {"image": "photo", "video": "video", "audio": "audio"}
_MAX_NAME = 256
_ABSURD = 2**40
_MAX_TOKEN = 200
_COMMANDS = frozenset({"human", "privacy", "help", "stop", "start", "link"})


def parse_event(body: Any, *, team: str, bot_user: str | None) -> InboundEvent | None:
    """Return what an event callback stands for, None for what is ignored on purpose.

    `bot_user` is our own user in the workspace, None while we do not know it: then only
    app_mention says that we are called. Errors: InvalidInputError for anything malformed.
    """
    try:
        event = body["event"]
        if event["type"] not in ("message", "app_mention"):
            return None
        match event.get("subtype"):
            case "message_changed":
                return _parse_edit(event, team, bot_user)
            case "message_deleted":
                return _parse_deletion(event, team, bot_user)
            case subtype if subtype in _TAKEN:
                called = event["type"] == "app_mention"
                return _parse_message(event["channel"], event, team, bot_user, called=called)
        return None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidInputError(f"Not a Slack event ({type(error).__name__}).") from error


def parse_click(body: Any, *, team: str) -> InboundEvent | None:
    """Return the press an interaction stands for, None for one that is not on a message.

    Errors: InvalidInputError for anything malformed.
    """
    try:
        if body["type"] != "block_actions" or "channel" not in body:
            return None
        action, container = body["actions"][0], body["container"]
        token = action.get("value") or (action.get("selected_option") or {}).get("value")
        if not isinstance(token, str) or not 0 < len(token) <= _MAX_TOKEN:
            return None
        user, channel = as_id(body["user"]["id"]), as_id(body["channel"]["id"])
        shown, pressed = as_ts(container["message_ts"]), as_ts(action["action_ts"])
        account = write_account(team, user)
        thread = as_ts(container.get("thread_ts") or shown)
        return InboundEvent(
            channel=CHANNEL,
            key=f"{team}:c:{channel}:{shown}:{pressed}:{user}",
            address=write_address(team, channel, thread=thread, account=account),
            sender=Sender(account),
            kind=EventKind.BUTTON,
            text=clean(token),
            sent_at=as_time(pressed),
            audience=_audience(channel),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InvalidInputError(f"Not a Slack interaction ({type(error).__name__}).") from error


def _parse_message(
    channel: Any, message: Mapping[str, Any], team: str, bot_user: str | None, *, called: bool
) -> InboundEvent | None:
    channel, ts = as_id(channel), as_ts(message["ts"])
    user, text = message.get("user"), message.get("text") or ""
    if not user or user == bot_user or message.get("bot_id"):
        return None
    if not is_direct(channel) and not called and not (bot_user and mentions(text, bot_user)):
        return None
    account = write_account(team, as_id(user))
    files = tuple(_describe(one, team) for one in (message.get("files") or [])[:MOST_FILES])
    root = as_ts(message.get("thread_ts") or ts)
    event = InboundEvent(
        channel=CHANNEL,
        key=name_message(team, channel, ts),
        address=write_address(team, channel, thread=root, account=account),
        sender=Sender(account),
        kind=EventKind.MEDIA if files else EventKind.TEXT,
        text=as_plain(text, bot_user),
        sent_at=as_time(ts),
        media=files[0].kind if files else None,
        attachments=files,
        audience=_audience(channel),
        raw=_keep(channel, message, ts),
    )
    return _as_command(event)


def _keep(channel: str, message: Mapping[str, Any], ts: str) -> dict[str, Any]:
    """Return what of the event is stored beside its words: its name, and its thread in private."""
    thread = message.get("thread_ts")
    if is_direct(channel) and thread:
        return {"ts": ts, "thread": as_ts(thread)}
    return {"ts": ts}


def _as_command(event: InboundEvent) -> InboundEvent:
    """Read `!human` as the command: Slack keeps everything that begins with a slash to itself."""
    word, _, rest = event.text.partition(" ")
    name = word[1:].lower()
    if event.kind is not EventKind.TEXT or word[:1] != "!" or name not in _COMMANDS:
        return event
    return replace(event, kind=EventKind.COMMAND, text=name, argument=rest.strip())


def _parse_edit(event: Mapping[str, Any], team: str, bot_user: str | None) -> InboundEvent | None:
    after, before = event["message"], event.get("previous_message") or {}
    if after.get("text") == before.get("text") or after.get("subtype") not in _TAKEN:
        return None  # a link was unfurled, somebody answered in the thread
    made = _parse_message(event["channel"], after, team, bot_user, called=False)
    if made is None:
        return None
    changed = as_ts(event["ts"])
    text = made.text if made.kind is not EventKind.COMMAND else f"!{made.text} {made.argument}"
    return _as_notice(made, EventKind.EDIT, text, key=f"{made.key}:e:{changed}")


def _parse_deletion(
    event: Mapping[str, Any], team: str, bot_user: str | None
) -> InboundEvent | None:
    before = event["previous_message"]
    made = _parse_message(event["channel"], before, team, bot_user, called=True)
    return made and _as_notice(made, EventKind.DELETE, "", key=f"{made.key}:d")


def _as_notice(event: InboundEvent, kind: EventKind, text: str, *, key: str) -> InboundEvent:
    return replace(
        event,
        kind=kind,
        key=key,
        text=text.strip(),
        argument="",
        edits=event.key,
        media=None,
        attachments=(),
    )


def _describe(file: Mapping[str, Any], team: str) -> Attachment:
    media_type = _shorten(file.get("mimetype"))
    size = file.get("size")
    kind = _KINDS.get((media_type or "").partition("/")[0], "document")
    if file.get("subtype") == "slack_audio":
        kind = "voice"
    return Attachment(
        kind=kind,
        reference=f"{team}/{as_id(file['id'])}",
        name=_shorten(file.get("name")),
        media_type=media_type,
        size=size if type(size) is int and 0 <= size < _ABSURD else None,
    )


def _audience(channel: str) -> Audience:
    return Audience.PRIVATE if is_direct(channel) else Audience.PUBLIC


def _shorten(text: Any) -> str | None:
    return clean(text)[:_MAX_NAME] or None if isinstance(text, str) else None
