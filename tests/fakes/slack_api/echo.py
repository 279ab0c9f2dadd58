"""The events the app's own doings come back as: a bot that is not careful answers itself."""

from typing import TYPE_CHECKING, Any

from tests.fakes.slack_api.records import Conversation, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.memory import Memory

CHANNEL_TYPES = {"im": "im", "channel": "channel", "group": "group"}
Message = dict[str, Any]


def posted(fake: "Memory", team: Workspace, place: Conversation, message: Message) -> list[str]:
    """Tell of a new message."""
    return [_tell(fake, team, place, {**message, "event_ts": message["ts"]})]


def unfurled(
    fake: "Memory", team: Workspace, place: Conversation, message: Message, link: str
) -> None:
    """Tell that Slack has looked a link up and put a preview under the message."""
    preview = [{"from_url": link, "title": "A page", "service_name": "Somewhere", "id": 1}]
    after = {**place.messages[message["ts"]], "attachments": preview}
    place.messages[message["ts"]] = after
    changed(fake, team, place, after, message)


def changed(
    fake: "Memory", team: Workspace, place: Conversation, after: Message, before: Message
) -> list[str]:
    """Tell that a message was changed."""
    ts = fake.next_ts()
    return [
        _tell(
            fake,
            team,
            place,
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "message": _public(after),
                "previous_message": _public(before),
                "ts": ts,
                "event_ts": ts,
            },
        )
    ]


def deleted(fake: "Memory", team: Workspace, place: Conversation, before: Message) -> list[str]:
    """Tell that a message was deleted."""
    ts = fake.next_ts()
    return [
        _tell(
            fake,
            team,
            place,
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "previous_message": _public(before),
                "deleted_ts": before["ts"],
                "ts": ts,
                "event_ts": ts,
            },
        )
    ]


def _public(message: Message) -> Message:
    return {k: v for k, v in message.items() if k != "metadata"}


def _tell(fake: "Memory", team: Workspace, place: Conversation, event: Message) -> str:
    kind = CHANNEL_TYPES[place.kind]
    body = {**event, "channel": place.id, "channel_type": kind}
    name = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}[kind]
    if team.bot_user not in place.members:
        return ""
    return fake.emit(team, name, body)
