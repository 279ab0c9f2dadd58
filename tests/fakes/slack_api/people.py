"""What people in the workspace do: each deed becomes an event as Slack words it.

Everyone is plainly invented and there on the first mention of their id (`U…`).
"""

import base64
import secrets
import time
from typing import Any

from tests.fakes.slack_api import echo
from tests.fakes.slack_api.memory import KeptFile, Memory
from tests.fakes.slack_api.records import Conversation, Done, Workspace
from tests.fakes.slack_api.showing import as_typed, find_buttons

_TYPES = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf", "text/plain": "text"}


class People(Memory):
    """Customers, and those who run a workspace."""

    def channel(self, channel: str, *, private: bool = False, team: str | None = None) -> str:
        """There is a channel, and the app is in it."""
        place = self.team(team)
        kind = "group" if private else "channel"
        made = Conversation(channel, kind, channel.lower(), {place.bot_user})
        place.places.setdefault(channel, made)
        return channel

    def dm(
        self, user: str, text: str, *, thread: str | None = None, team: str | None = None
    ) -> Done:
        """A customer writes to the app."""
        place = self.team(team)
        return self._write(place, self.open_direct(place, user), user, text, thread=thread)

    def say(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        mention: bool = False,
        thread: str | None = None,
        team: str | None = None,
    ) -> Done:
        """A customer writes in a channel. A mention of the app comes as a second event."""
        place = self.team(team)
        conversation = place.places[channel]
        conversation.members.add(user)
        words = f"<@{place.bot_user}> {as_typed(text)}" if mention else as_typed(text)
        return self._write(place, conversation, user, words, thread=thread, typed=False)

    def upload(
        self,
        user: str,
        name: str,
        content: str,
        *,
        media_type: str = "image/png",
        text: str = "",
        channel: str | None = None,
        team: str | None = None,
    ) -> Done:
        """A customer sends a file (content in Base64) to the app or into a channel."""
        place = self.team(team)
        conversation = place.places[channel] if channel else self.open_direct(place, user)
        kept = self._keep_file(place, user, name, base64.b64decode(content), media_type)
        more = {"subtype": "file_share", "files": [kept], "upload": False, "display_as_bot": False}
        return self._write(place, conversation, user, text, more=more)

    def remove_file(self, file: str) -> None:
        """Somebody deletes a file: its bytes are gone."""
        self.files[file].content = None

    def edit(self, channel: str, ts: str, text: str, *, team: str | None = None) -> Done:
        """A customer changes the words of a message of theirs."""
        place = self.team(team)
        conversation = place.places[channel]
        before = conversation.messages[ts]
        edited = {"user": before["user"], "ts": self.next_ts()}
        after = {**before, "text": as_typed(text), "edited": edited}
        conversation.messages[ts] = after
        return Done(echo.changed(self, place, conversation, after, before), channel, ts)

    def delete(self, channel: str, ts: str, *, team: str | None = None) -> Done:
        """A customer deletes a message of theirs."""
        place = self.team(team)
        conversation = place.places[channel]
        before = conversation.messages.pop(ts)
        return Done(echo.deleted(self, place, conversation, before), channel, ts)

    def press(
        self,
        channel: str,
        ts: str,
        button: int | str = 0,
        *,
        user: str,
        option: int | str = 0,
        team: str | None = None,
    ) -> str:
        """Somebody clicks, by number, title or action_id; `option` where it is a choice.

        Returns the trigger id, which also names the delivery.
        """
        place = self.team(team)
        sent = self.find_posted(place, channel, ts)
        if sent.deleted:
            raise LookupError(f"message {ts} is deleted")
        message = place.places[channel].messages.get(ts, {"type": "message", "ts": ts})
        container = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel,
            "is_ephemeral": sent.audience is not None,
            **({"thread_ts": sent.thread_ts} if sent.thread_ts else {}),
        }
        payload = {
            "container": container,
            "channel": {"id": channel, "name": _shown_name(place.places[channel])},
            "response_url": self._response_url(place, channel, ts),
            **({} if sent.audience else {"message": _without_metadata(message)}),
        }
        return self._click(place, user, sent.buttons, button, option, payload)

    def press_home(
        self,
        user: str,
        button: int | str = 0,
        *,
        option: int | str = 0,
        team: str | None = None,
    ) -> str:
        """Somebody clicks in the app home that was published for them."""
        place = self.team(team)
        view = place.views[user]
        payload = {
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
        }
        return self._click(place, user, find_buttons(view["blocks"]), button, option, payload)

    def open_home(self, user: str, *, tab: str = "home", team: str | None = None) -> Done:
        """Somebody opens the app's page."""
        place = self.team(team)
        conversation = self.open_direct(place, user)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": conversation.id,
            "tab": tab,
        }
        if tab == "home" and user in place.views:
            event |= {"view": place.views[user]}
        ts = self.next_ts()
        told = self.emit(place, "app_home_opened", {**event, "event_ts": ts})
        return Done([told], conversation.id, ts)

    def other_bot(self, channel: str, text: str, *, team: str | None = None) -> Done:
        """Another app writes in a channel, mentioning ours."""
        place = self.team(team)
        more = {"subtype": "bot_message", "bot_id": "B0OTHER001", "username": "other-bot"}
        words = f"<@{place.bot_user}> {as_typed(text)}"
        return self._write(place, place.places[channel], None, words, more=more, typed=False)

    def post(self, event: dict[str, Any], *, name: str = "", team: str | None = None) -> str:
        """Send any inner event, also a broken one; `name` is what it is subscribed under."""
        return self.emit(self.team(team), name or "message.im", event)

    def archive(self, channel: str, *, team: str | None = None) -> None:
        """A channel is closed for good."""
        place = self.team(team)
        place.places[channel].archived = True
        event = {"type": "channel_archive", "channel": channel, "user": "U0ADMIN"}
        self.emit(place, "channel_archive", event)

    def invite(self, channel: str, *, team: str | None = None) -> None:
        """The app comes into a channel."""
        self._move(channel, team, "member_joined_channel", joins=True)

    def kick(self, channel: str, *, team: str | None = None) -> None:
        """The app is put out of a channel."""
        self._move(channel, team, "member_left_channel", joins=False)

    def deactivate(self, user: str, *, team: str | None = None) -> None:
        """A person's account is closed."""
        self.team(team).person(user)["deleted"] = True

    def describe_person(self, user: str, *, team: str | None = None, **changes: Any) -> None:
        """A person is called differently or speaks another language (`real_name`, `locale`)."""
        person = self.team(team).person(user)
        person.update(changes)
        if "real_name" in changes:
            person["profile"] |= {"real_name": changes["real_name"], "display_name": ""}

    # how deeds become events

    def _write(
        self,
        team: Workspace,
        place: Conversation,
        user: str | None,
        text: str,
        *,
        thread: str | None = None,
        more: dict[str, Any] | None = None,
        typed: bool = True,
    ) -> Done:
        ts = self.next_ts()
        message: dict[str, Any] = {
            "type": "message",
            "text": as_typed(text) if typed else text,
            "ts": ts,
            "team": team.id,
            **({"user": user, "client_msg_id": secrets.token_hex(16)} if user else {}),
            **({"thread_ts": thread} if thread else {}),
            **(more or {}),
        }
        if user:
            team.person(user)
            message["blocks"] = [{"type": "rich_text", "block_id": "r", "elements": []}]
        if thread and (parent := place.messages.get(thread)):
            message["parent_user_id"] = parent.get("user", "")
        place.messages[ts] = message
        told = echo.posted(self, team, place, message)
        if f"<@{team.bot_user}>" in message["text"] and place.kind != "im":
            mention = {k: v for k, v in message.items() if k not in ("subtype", "parent_user_id")}
            event = {**mention, "type": "app_mention", "channel": place.id, "event_ts": ts}
            if team.bot_user in place.members:
                told.append(self.emit(team, "app_mention", event))
        return Done([one for one in told if one], place.id, ts)

    def _keep_file(
        self, team: Workspace, user: str, name: str, content: bytes, media_type: str
    ) -> dict[str, Any]:
        file = f"F{secrets.token_hex(5).upper()}"
        address = f"{self.url}/files-pri/{team.id}-{file}"
        described = {
            "id": file,
            "created": int(time.time()),
            "name": name,
            "title": name,
            "mimetype": media_type,
            "filetype": _TYPES.get(media_type, "binary"),
            "user": user,
            "size": len(content),
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "url_private": f"{address}/{name}",
            "url_private_download": f"{address}/download/{name}",
        }
        self.files[file] = KeptFile(team.id, content, described)
        return described

    def _click(
        self,
        team: Workspace,
        user: str,
        buttons: list[dict[str, Any]],
        button: int | str,
        option: int | str,
        payload: dict[str, Any],
    ) -> str:
        chosen = next((b for i, b in enumerate(buttons) if button in (i, *_names(b))), None)
        if chosen is None:
            raise LookupError(f"there is no button {button!r}")
        trigger = f"{secrets.randbelow(10**12)}.{secrets.token_hex(8)}"
        self.triggers[trigger] = time.monotonic()
        person = team.person(user)
        self.events.interact(
            {
                "type": "block_actions",
                "user": {
                    "id": user,
                    "username": person["name"],
                    "name": person["name"],
                    "team_id": team.id,
                },
                "api_app_id": self.app_id,
                "token": "verification-token-nobody-should-use",
                "trigger_id": trigger,
                "team": {"id": team.id, "domain": team.name},
                "enterprise": None,
                "is_enterprise_install": False,
                "state": {"values": {}},
                **payload,
                "actions": [_action(chosen, option, self.next_ts())],
            }
        )
        return trigger

    def _response_url(self, team: Workspace, channel: str, ts: str) -> str:
        key = secrets.token_urlsafe(16)
        self.responses[key] = (team.id, channel, ts, 0)
        return f"{self.url}/actions/{team.id}/{key}"

    def _move(self, channel: str, team: str | None, kind: str, *, joins: bool) -> None:
        place = self.team(team)
        conversation = place.places[channel]
        change = conversation.members.add if joins else conversation.members.discard
        change(place.bot_user)
        self.emit(place, kind, {"type": kind, "user": place.bot_user, "channel": channel})


def _names(button: dict[str, Any]) -> tuple[str, ...]:
    return button.get("text", {}).get("text", ""), button.get("action_id", "")


def _action(element: dict[str, Any], option: int | str, at: str) -> dict[str, Any]:
    shared = {
        "type": element["type"],
        "action_id": element.get("action_id", "made-up"),
        "block_id": element["block_id"],
        "action_ts": at,
    }
    if element["type"] == "button":
        value = {"value": element["value"]} if "value" in element else {}
        return {**shared, "text": element["text"], **value}
    options = element["options"]
    chosen = [o for i, o in enumerate(options) if option in (i, o["text"]["text"], o["value"])]
    if not chosen:
        raise LookupError(f"there is no option {option!r}")
    if element["type"] == "checkboxes":
        return {**shared, "selected_options": chosen[:1]}
    return {**shared, "selected_option": chosen[0]}


def _shown_name(place: Conversation) -> str:
    return "directmessage" if place.kind == "im" else place.name


def _without_metadata(message: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in message.items() if k != "metadata"}
