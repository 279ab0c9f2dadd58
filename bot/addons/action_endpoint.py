"""Calls the app's action webhook for Rasa, and remembers when that failed. Used by turn.

Rasa swallows a failed action and answers with silence; the turn asks here and fails instead.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)

TIMEOUT_S = 8.0
# Below uvicorn's 5 s, so that we never write into a connection the app is just closing.
KEEP_ALIVE_S = 3.0
# What an action reads of the past: the slots of this turn. A long tracker stays here.
EVENTS_SENT = 40

# Rasa checks the schema of action results against the schema of schemas at every call: 30 ms of a
# turn's 40. It is a constant, so checking it once is enough; results are still checked against it.
_SCHEMA = RemoteAction.action_response_format_spec()
_RESULTS = validator_for(_SCHEMA)(_SCHEMA)

_failures: ContextVar[list[str] | None] = ContextVar("action_failures", default=None)


class ActionCallError(RasaException):
    """The action webhook did not answer, or refused. Carries no body: it may hold a message."""


class ActionEndpoint(EndpointConfig):
    """Rasa's endpoint with one kept-open session, a short time limit and a memory of failures."""

    _session: aiohttp.ClientSession | None = None

    async def request(self, **kwargs: Any) -> Any:
        call = kwargs["json"]
        try:
            result = await self._post(_shorten(call))
            _RESULTS.validate(result)
            return result
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


class _SwallowedErrors(logging.Filter):
    """Notices what Rasa swallows: it logs the error of a failed action and goes on."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            note_failure(record.exc_info[0].__name__)
        return True


_SWALLOWED = _SwallowedErrors()


def take_over_action_calls() -> None:
    """Leave the checking of results to the endpoint, and notice every error of an action."""
    RemoteAction._validate_action_result = lambda _self, _result: True
    logging.getLogger("rasa.core.processor").addFilter(_SWALLOWED)


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
