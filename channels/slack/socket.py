"""Events through a WebSocket that we open, where nobody can reach us. Built by install.

Several processes may each have one; Slack gives each event to one of them.
"""

import logging

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from channels.slack.intake import SlackIntake
from kit.errors import InvalidInputError
from kit.log import find_place, get_logger

_log = get_logger(__name__)


class Socket:
    """One connection, renewed whenever Slack or the network ends it."""

    def __init__(self, client: AsyncWebClient, *, app_token: str, intake: SlackIntake) -> None:
        self._web = client
        self._app_token = app_token
        self._intake = intake
        self._client: SocketModeClient | None = None

    async def run(self) -> None:
        """Open the connection; it keeps itself open until `stop`."""
        quiet = logging.getLogger("slack_sdk.quiet")
        quiet.setLevel(logging.ERROR)  # it logs whole messages at lower levels
        self._client = SocketModeClient(
            self._app_token, web_client=self._web, logger=quiet, trace_enabled=False
        )
        self._client.socket_mode_request_listeners.append(self._hear)
        await self._client.connect()  # type: ignore[no-untyped-call]  # the library says no types

    async def stop(self) -> None:
        """Close it."""
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call]  # the library says no types

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Store what came, then acknowledge it; what is not acknowledged, Slack sends again."""
        try:
            if request.type == "events_api":
                await self._intake.take_event(request.payload)
            elif request.type == "interactive":
                await self._intake.take_click(request.payload)
        except InvalidInputError:
            _log.warning("slack.unreadable")
        except Exception as error:
            _log.error("slack.not_stored", where=find_place(error))
            return
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
