"""Calls the app's action webhook for Rasa, and remembers when that failed. Used by turn.

Rasa swallows a failed action and answers with silence; the turn asks here and fails instead.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

import aiohttp
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)

TIMEOUT_S = 8.0
# Below uvicorn's 5 s, so that we never write into a connection the app is just closing.
KEEP_ALIVE_S = 3.0
# What an action reads of the past: the slots of this turn. A long tracker stays here.
EVENTS_SENT = 40

_failures: ContextVar[list[str] | None] = ContextVar("action_failures", default=None)


class ActionCallError(RasaException):
    """The action webhook did not answer, or refused. Carries no body: it may hold a message."""


class ActionEndpoint(EndpointConfig):
    """Rasa's endpoint with one kept-open session, a short time limit and a memory of failures."""

    _session: aiohttp.ClientSession | None = None

    async def request(self, **kwargs: Any) -> Any:
        call = kwargs["json"]
        try:
            return await self._post(_shorten(call))
        except Exception as error:
            note_failure(f"{call.get('next_action')}: {type(error).__name__}")
            raise ActionCallError(f"Action {call.get('next_action')} failed") from None

    async def _post(self, call: dict[str, Any]) -> Any:
        """Send; once more when a kept-open connection was closed. Actions only read."""
        try:
            return await self._post_once(call)
        except aiohttp.ServerDisconnectedError:
            return await self._post_once(call)

    async def _post_once(self, call: dict[str, Any]) -> Any:
        session = self._open_session()
        async with session.post(self.url, json=call, headers=self.headers) as response:
            if response.status != 200:
                raise ActionCallError(f"status {response.status}")
            return await response.json()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_S),
            )
        return self._session


def watch_failures() -> list[str]:
    """Begin a turn: return the list that failed action calls of this task will be added to."""
    failures: list[str] = []
    _failures.set(failures)
    return failures


def note_failure(what: str) -> None:
    """Remember a failed call for the turn that made it."""
    logger.warning("action call failed: %s", what)
    failures = _failures.get()
    if failures is not None:
        failures.append(what)


def _shorten(call: dict[str, Any]) -> dict[str, Any]:
    tracker = call.get("tracker") or {}
    return {**call, "tracker": {**tracker, "events": (tracker.get("events") or [])[-EVENTS_SENT:]}}
