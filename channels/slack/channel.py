"""The outgoing side of Slack: renders, sends, finds again what it may have sent.

Called by gateway.delivery and gateway.fetching.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from channels.base import (
    CustomerGoneError,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.slack.errors import DEAD_TOKEN, name_of, translate_error
from channels.slack.files import fetch_file
from channels.slack.parse import CHANNEL
from channels.slack.references import Place, is_direct, read_account, read_place
from channels.slack.render import (
    CAPABILITIES,
    SlackPart,
    has_images,
    link_images,
    render_message,
)
from channels.slack.workspaces import Workspace, Workspaces, get_workspace
from kit.errors import InvalidInputError
from kit.log import get_logger

_log = get_logger(__name__)

EVENT_TYPE = "carehouse_message"
_PAGE = 100
_MOST_PAGES = 5
_CLOCKS_DIFFER_S = 300


class SlackChannel:
    """Sends to direct messages and threads of every workspace we are installed in."""

    name = CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, client: AsyncWebClient, workspaces: Workspaces) -> None:
        self._client = client
        self._workspaces = workspaces

    def render(self, message: OutboundMessage) -> list[SlackPart]:
        """Return the parts to send, in order; the same message always gives the same parts."""
        return render_message(message)

    async def send(self, part: SlackPart) -> str | None:
        """Post one part and return its timestamp, which names it in its channel.

        Errors: RetryLaterError, AmbiguousSendError, CustomerGoneError, RefusedMessageError.
        """
        place = _find_place(part.address)
        workspace = await get_workspace(self._workspaces, place.team)
        try:
            return await self._post(part, place, workspace)
        except Exception as error:
            if name_of(error) in DEAD_TOKEN and (newer := await self._find_newer(workspace)):
                return await self._post_again(part, place, newer)
            if name_of(error) == "invalid_blocks" and has_images(part):
                _log.warning("slack.picture_refused")
                return await self.send(link_images(part))
            if name_of(error) == "thread_not_found" and is_direct(place.channel) and part.thread:
                return await self._post_again(replace(part, thread=None), place, workspace)
            raise translate_error(error) from error

    async def find_sent(self, part: SlackPart) -> str | None:
        """Return the timestamp of the part if it was posted already, found by its metadata.

        Errors: ChannelError while that cannot be said.
        """
        place = _find_place(part.address)
        workspace = await get_workspace(self._workspaces, place.team)
        thread = place.thread or part.thread
        try:
            return await self._look(part.mark, place.channel, thread, workspace)
        except Exception as error:
            if name_of(error) == "thread_not_found":
                return None
            meant = translate_error(error)
            if isinstance(meant, CustomerGoneError | RetryLaterError | RefusedMessageError):
                raise meant from error
            raise RetryLaterError(meant.message) from error  # looking changes nothing

    async def fetch(self, reference: str, *, limit: int) -> bytes:
        """Return the bytes of a file a customer sent.

        Errors: RetryLaterError; RefusedMessageError when it is gone, too large or never was.
        """
        team, _, file = reference.partition("/")
        workspace = await self._workspaces.find(team)
        if workspace is None:
            raise RefusedMessageError("The workspace has removed the app.")
        return await fetch_file(self._client, workspace.token, file, limit=limit)

    def private_link(self, token: str) -> str | None:  # noqa: ARG002  others have one
        """Return None: on Slack we write to the person ourselves."""
        return None

    async def private_address(self, account: str) -> str | None:
        """Open the direct message with a person and return its address. Errors: ChannelError."""
        try:
            team, user = read_account(account)
        except InvalidInputError:
            return None
        workspace = await get_workspace(self._workspaces, team)
        try:
            opened = await self._client.conversations_open(token=workspace.token, users=[user])
        except Exception as error:
            raise translate_error(error) from error
        return f"{team}/{opened['channel']['id']}"

    async def _find_newer(self, workspace: Workspace) -> Workspace | None:
        """Return the workspace with another token than the dead one, if it installed us again."""
        self._workspaces.doubt(workspace.team)
        found = await self._workspaces.find(workspace.team)
        return found if found is not None and found.token != workspace.token else None

    async def _post_again(self, part: SlackPart, place: Place, workspace: Workspace) -> str:
        """Post once more: what failed before has been put right. Errors: ChannelError."""
        try:
            return await self._post(part, place, workspace)
        except Exception as error:
            raise translate_error(error) from error

    async def _post(self, part: SlackPart, place: Place, workspace: Workspace) -> str:
        # Without these two a link comes back to us as a changed message.
        quiet: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
        sent = await self._client.chat_postMessage(
            token=workspace.token,
            channel=place.channel,
            thread_ts=place.thread or part.thread,
            text=part.text,
            blocks=list(part.blocks),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"part": part.mark}},
            **quiet,
        )
        return str(sent["ts"])

    async def _look(
        self, mark: str, channel: str, thread: str | None, workspace: Workspace
    ) -> str | None:
        cursor = ""
        for _ in range(_MOST_PAGES):
            shared: dict[str, Any] = {
                "token": workspace.token,
                "channel": channel,
                "oldest": _written_after(mark),
                "include_all_metadata": True,
                "limit": _PAGE,
                **({"cursor": cursor} if cursor else {}),
            }
            if thread:
                page = await self._client.conversations_replies(ts=thread, **shared)
            else:
                page = await self._client.conversations_history(**shared)
            for message in page["messages"]:
                if _carries(message, mark):
                    return str(message["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        raise RetryLaterError("Too much was said since; it cannot be found again.")


def _find_place(address: str) -> Place:
    try:
        return read_place(address)
    except InvalidInputError as error:
        raise RefusedMessageError(error.message) from error


def _carries(message: Mapping[str, Any], mark: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("part") == mark


def _written_after(mark: str) -> str:
    """Return a time before the message was composed: its id begins with the millisecond it was."""
    try:
        milliseconds = UUID(mark.partition(":")[0]).int >> 80
    except ValueError:
        return "0"
    return f"{max(0.0, milliseconds / 1000 - _CLOCKS_DIFFER_S):.6f}"
