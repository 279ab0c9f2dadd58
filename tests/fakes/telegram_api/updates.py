"""The updates that wait for the bot, handed out as Telegram does: one way at a time.

Webhook: serial per chat (callbacks: per user), a failing update blocks its queue, the first retry
comes at once, then the pause doubles up to a cap; Retry-After is obeyed. Polling: an offset
confirms everything before it, a second poller ends the first.
"""

import asyncio
import contextlib
import json
import random
import time
from collections import deque
from typing import Any

import aiohttp

from tests.fakes.telegram_api.records import ApiError, Delivery, Update

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class UpdateQueue:
    """Everything the bot has not confirmed yet."""

    def __init__(self, *, retry_base_s: float, retry_cap_s: float, seed: int | None) -> None:
        self.pending: dict[int, Update] = {}
        self.allowed: frozenset[str] = frozenset()
        self.deliveries: deque[Delivery] = deque(maxlen=200_000)
        self.duplicate_rate = 0.0
        self.retry_base_s = retry_base_s
        self.retry_cap_s = retry_cap_s
        self.url = ""
        self._secret: str | None = None
        self._random = random.Random(seed)
        self._lanes: dict[str, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(40)
        self._session: aiohttp.ClientSession | None = None
        self._last_error: tuple[int, str] | None = None
        self._news = asyncio.Event()
        self._poller = 0

    def add(self, update: Update) -> None:
        """Take an update in, unless the bot does not want its kind."""
        if self.allowed and update.kind not in self.allowed:
            return
        self.pending[update.id] = update
        self._news.set()
        if self.url:
            self._enqueue(update)

    def drop_all(self) -> None:
        """Forget everything that waits."""
        self.pending.clear()
        for lane in self._lanes.values():
            lane.clear()

    def set_webhook(self, url: str, *, secret: str | None, connections: int) -> None:
        """Deliver to this address from now on; an empty one stops the deliveries."""
        if (url, secret) == (self.url, self._secret):
            return
        self._stop_lanes()
        self.url, self._secret = url, secret
        self._slots = asyncio.Semaphore(connections)
        if url:
            for update in list(self.pending.values()):
                self._enqueue(update)

    def describe(self) -> dict[str, Any]:
        """Return the Bot API's WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if self._last_error:
            info["last_error_date"], info["last_error_message"] = self._last_error
        return info

    async def poll(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """Answer getUpdates."""
        if self.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
                "to delete the webhook first",
            )
        self._poller += 1
        turn = self._poller
        self._news.set()  # ends the poll that was waiting
        if offset < 0:
            offset = (sorted(self.pending)[offset:] or [0])[0]
        for known in [known for known in self.pending if known < offset]:
            del self.pending[known]
        deadline = time.monotonic() + timeout
        while not self.pending and (left := deadline - time.monotonic()) > 0:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
            if self._poller != turn:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one "
                    "bot instance is running",
                )
        return [update.body for update in list(self.pending.values())[:limit]]

    async def close(self) -> None:
        """Stop delivering."""
        self._stop_lanes()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _stop_lanes(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()

    def _enqueue(self, update: Update) -> None:
        lane = self._lanes.get(update.queue)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.queue] = deque([update])
        self._spawn(self._drain(update.queue))

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: str) -> None:
        lane = self._lanes[key]
        while lane:
            update = lane[0]
            if update.id in self.pending:
                await self._deliver_until_taken(update)
            if lane and lane[0] is update:
                lane.popleft()
        if self._lanes.get(key) is lane:
            del self._lanes[key]

    async def _deliver_until_taken(self, update: Update) -> None:
        attempt, pause = 0, 0.0
        while update.id in self.pending:
            attempt += 1
            status, wait = await self._post(update, attempt)
            if 200 <= status < 300:
                self.pending.pop(update.id, None)
                if self._random.random() < self.duplicate_rate:
                    self._spawn(self._repeat(update))
                return
            await asyncio.sleep(wait if wait is not None else pause)
            pause = min(max(pause * 2, self.retry_base_s), self.retry_cap_s)

    async def _repeat(self, update: Update) -> None:
        await self._post(update, 1, duplicate=True)

    async def _post(
        self, update: Update, attempt: int, *, duplicate: bool = False
    ) -> tuple[int, float | None]:
        """Post once; return the status (0: no answer) and what Retry-After asks for."""
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[_SECRET_HEADER] = self._secret
        body = json.dumps(update.body).encode()
        status, wait, problem = 0, None, ""
        try:
            async with (
                self._slots,
                self._open().post(self.url, data=body, headers=headers) as reply,
            ):
                status = reply.status
                await reply.read()
                asked = reply.headers.get("Retry-After", "")
                wait = min(float(asked), 3600.0) if asked.isdecimal() else None
                problem = f"Wrong response from the webhook: {status} {reply.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            problem = f"Connection failed: {type(error).__name__}"
        self.deliveries.append(Delivery(update.id, attempt, status, time.time(), duplicate))
        if not 200 <= status < 300:
            self._last_error = (int(time.time()), problem)
        return status, wait

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100),
                timeout=aiohttp.ClientTimeout(total=60, connect=5),
            )
        return self._session
