"""The app home: what we hold of the person who opens it, and their preferences.

Called by intake. Slack vouches for who opens it, and a home is seen by that person alone.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from channels.ports import OwnData, OwnDataView, UnknownPreferenceError
from channels.slack.markup import clean, escape
from channels.slack.parse import CHANNEL
from channels.slack.references import as_id, write_account
from channels.slack.workspaces import Workspace
from kit.errors import NotFoundError
from kit.log import get_logger

_log = get_logger(__name__)

Block = dict[str, Any]

_MOST_BLOCKS = 100
_MAX_TEXT = 3000
_MAX_HEADER = 150
_MAX_TITLE = 75
_SWITCH = "preference:"
_ON, _OFF = "on", "off"


class Home:
    """Publishes a person's home when it is opened, and again after a change."""

    def __init__(self, client: AsyncWebClient, own_data: OwnData) -> None:
        self._client = client
        self._own_data = own_data
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, workspace: Workspace, user: str) -> None:
        """Publish the person's home soon; the acknowledgement does not wait for it."""
        task = asyncio.create_task(self._publish(workspace, user))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def press(self, workspace: Workspace, payload: Mapping[str, Any]) -> None:
        """Note a preference that was switched; the home is shown anew."""
        user = as_id((payload.get("user") or {}).get("id"))
        key, on = _read_switch(payload)
        if key is not None:
            account = write_account(workspace.team, user)
            try:
                await self._own_data.set_preference(CHANNEL, account, key=key, on=on)
            except (UnknownPreferenceError, NotFoundError):
                _log.warning("slack.unknown_preference")
        self.open(workspace, user)

    async def stop(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _publish(self, workspace: Workspace, user: str) -> None:
        try:
            view = await self._own_data.read(CHANNEL, write_account(workspace.team, user))
            await self._client.views_publish(
                token=workspace.token,
                user_id=user,
                view={"type": "home", "blocks": compose_home(view)},
            )
        except Exception as error:  # opening it again is the way to repeat it
            _log.warning("slack.home_not_shown", error=type(error).__name__)


def compose_home(view: OwnDataView | None) -> list[Block]:
    """Return the blocks of a home, inside Slack's limits; None: we hold nothing yet."""
    if view is None:
        return [
            _header("Your data"),
            _words(
                "We hold nothing about you yet. Write to us under *Messages* whenever you like."
            ),
        ]
    blocks: list[Block] = []
    for section in view.sections:
        blocks.append(_header(section.title))
        blocks += _list(section.lines)
        blocks.append({"type": "divider"})
    for preference in view.preferences:
        words = f"*{_mark(preference.label)}*\n{_mark(preference.explanation)}".rstrip()
        blocks.append({**_words(words), "accessory": _switch(preference.key, on=preference.on)})
    if len(blocks) > _MOST_BLOCKS:
        switches = len(view.preferences)
        room = _MOST_BLOCKS - switches
        blocks = [*blocks[:room], *blocks[-switches:]] if switches else blocks[:_MOST_BLOCKS]
    return blocks


def _switch(key: str, *, on: bool) -> Block:
    """Return a select with the present state chosen, which says in words what it is."""
    options = [
        {"text": {"type": "plain_text", "text": "On"}, "value": _ON},
        {"text": {"type": "plain_text", "text": "Off"}, "value": _OFF},
    ]
    return {
        "type": "static_select",
        "action_id": f"{_SWITCH}{key}",
        "options": options,
        "initial_option": options[0 if on else 1],
    }


def _read_switch(payload: Mapping[str, Any]) -> tuple[str | None, bool]:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    name = str(action.get("action_id") or "") if isinstance(action, Mapping) else ""
    chosen = (action.get("selected_option") or {}).get("value") if name else None
    if not name.startswith(_SWITCH) or chosen not in (_ON, _OFF):
        return None, False
    return name.removeprefix(_SWITCH), chosen == _ON


def _list(lines: tuple[tuple[str, str], ...]) -> list[Block]:
    """Return the lines in as few blocks as hold them."""
    blocks: list[Block] = []
    words = ""
    for label, value in lines:
        line = f"*{_mark(label)}* {_mark(value)}"[:_MAX_TEXT]
        if words and len(words) + len(line) >= _MAX_TEXT:
            blocks.append(_words(words))
            words = ""
        words = f"{words}\n{line}" if words else line
    return [*blocks, _words(words)] if words else blocks


def _header(title: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": clean(title)[:_MAX_HEADER]}}


def _words(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words[:_MAX_TEXT] or "–"}}


def _mark(text: str) -> str:
    """Return a text that mrkdwn shows as it is, on one line."""
    return escape(" ".join(clean(text).split())).translate(_PLAIN)


# What would begin bold, italics or code looks almost alike and means nothing.
_PLAIN = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
