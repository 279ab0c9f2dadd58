"""Socket Mode: WebSockets the app opens, envelopes through them, acks back.

An envelope nobody acks in time is sent again, through whichever connection is open then.
"""

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from typing import Any

from aiohttp import WSMsgType, web

_TICKET_LIVES_S = 30.0
_MOST_CONNECTIONS = 10


class Sockets:
    """The app's open connections."""

    def __init__(self) -> None:
        self.tickets: dict[str, float] = {}
        self.open: list[web.WebSocketResponse] = []
        self.acked: list[str] = []
        self.ping_s = 10.0
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._turn = itertools.count()
        self._opened = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until either side ends it."""
        made_at = self.tickets.pop(request.query.get("ticket", ""), None)
        if made_at is None or time.monotonic() - made_at > _TICKET_LIVES_S:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        socket = web.WebSocketResponse(heartbeat=self.ping_s)
        await socket.prepare(request)
        if len(self.open) >= _MOST_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        self.open.append(socket)
        try:
            await socket.send_json(self._hello(request.query.get("app_id", "")))
            self._opened.set()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            with contextlib.suppress(ValueError):
                self.open.remove(socket)
        return socket

    async def deliver(
        self, kind: str, payload: dict[str, Any], *, attempt: int, reason: str, limit: float
    ) -> tuple[int, str]:
        """Send an envelope and wait for its ack; (200, '') or (0, why not)."""
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason and "timeout"}
        acked: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = acked
        try:
            async with asyncio.timeout(limit):
                await self._send(envelope)
                await acked
        except TimeoutError:
            return 0, "timeout"
        finally:
            del self._waiting[envelope["envelope_id"]]
        return 200, ""

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tell every connection that it ends, then end it; the app opens others."""
        for socket in list(self.open):
            self.open.remove(socket)
            with contextlib.suppress(ConnectionError):
                await self._say_goodbye(socket, reason)

    async def warn(self) -> None:
        """Tell every connection that it will end soon."""
        for socket in list(self.open):
            await socket.send_json(_goodbye("warning"))

    def cut(self) -> None:
        """Drop every connection without a word."""
        for socket in list(self.open):
            transport = socket.get_extra_info("transport")
            if transport is not None:
                transport.abort()

    async def _send(self, envelope: dict[str, Any]) -> None:
        """Send through one connection in turn, waiting for one if there is none."""
        while True:
            while not self.open:
                self._opened.clear()
                await self._opened.wait()
            socket = self.open[next(self._turn) % len(self.open)]
            try:
                await socket.send_json(envelope)
                return
            except ConnectionError:
                with contextlib.suppress(ValueError):
                    self.open.remove(socket)

    def _hear(self, data: str) -> None:
        try:
            said = json.loads(data)
        except ValueError:
            return  # the old clients' "Ping from …" is no JSON either
        waiting = self._waiting.get(str(said.get("envelope_id")))
        if waiting is not None and not waiting.done():
            self.acked.append(said["envelope_id"])
            waiting.set_result(said)

    def _hello(self, app_id: str) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "connection_info": {"app_id": app_id},
            "debug_info": {"host": "applink-fake", "approximate_connection_time": 18_060},
        }

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json(_goodbye(reason))
        await socket.close()


def _goodbye(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
