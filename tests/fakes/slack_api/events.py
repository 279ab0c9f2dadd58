"""Hands events to the app as Slack does: signed, within three seconds, three retries, no order.

A delivery that fails is tried again at once, after a minute and after five (scaled), with
X-Slack-Retry-Num and -Reason, then lost. Too many failures within the hour end the subscription.
"""

import asyncio
import hashlib
import hmac
import json
import random
import time
import urllib.parse
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.slack_api.records import Delivery
from tests.fakes.slack_api.sockets import Sockets

RETRIES_AFTER_S = (0.0, 60.0, 300.0)
_HOUR_S = 3600.0


@dataclass
class Event:
    """An event on its way to the app."""

    id: str
    kind: str
    team: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one attempt got; status 0 when there was no answer."""

    status: int
    reason: str = ""
    no_retry: bool = False
    body: bytes = b""

    @property
    def taken(self) -> bool:
        """Whether Slack counts this as received."""
        return 200 <= self.status < 300


def sign(secret: str, body: bytes, timestamp: str | int) -> str:
    """Return the signature of a request, version 0."""
    base = b":".join([b"v0", str(timestamp).encode(), body])
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Deliverer:
    """Everything the app has not confirmed yet, and the ways to it."""

    def __init__(
        self, sockets: Sockets, *, signing_secret: str, retry_scale: float, seed: int | None
    ) -> None:
        self.signing_secret = signing_secret
        self.retry_scale = retry_scale
        self.ack_limit_s = 3.0
        self.duplicate_rate = 0.0
        self.disable_at = 1000
        self.events_per_hour = 30_000
        self.events_url = ""
        self.interactivity_url = ""
        self.socket_mode = False
        self.disabled = False
        self.pending: dict[str, Event] = {}
        self.known: dict[str, Event] = {}
        self.lost: list[str] = []
        self.deliveries: deque[Delivery] = deque(maxlen=200_000)
        self._sockets = sockets
        self._random = random.Random(seed)
        self._window: deque[tuple[float, bool]] = deque()
        self._failed = 0
        self._sent_at: dict[str, deque[float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def add(self, event: Event) -> None:
        """Send an event; it is lost at once when the subscription is off."""
        self.known[event.id] = event
        reachable = self.socket_mode or self.events_url
        if not reachable or self.disabled or self._over_limit(event.team):
            self.lost.append(event.id)
            return
        self.pending[event.id] = event
        self._spawn(self._deliver(event))

    def redeliver(self, event_id: str) -> None:
        """Send an event once more that was sent before, taken or not."""
        self._spawn(self._once(self.known[event_id]))

    async def verify(self, url: str) -> None:
        """Prove that the app is at this address, then send events there.

        Errors: ValueError when it does not give the challenge back.
        """
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        body = {"token": "x", "challenge": challenge, "type": "url_verification"}
        answer = await self._post(url, json.dumps(body).encode(), "application/json", {})
        text = answer.body.decode(errors="replace").strip()
        try:
            given = json.loads(text).get("challenge") if text.startswith("{") else text
        except ValueError:
            given = text
        if not answer.taken or given != challenge:
            raise ValueError(f"the URL was not verified: status {answer.status} {answer.reason}")
        self.events_url = url
        self.disabled = False
        self._window.clear()
        self._failed = 0

    def interact(self, payload: dict[str, Any]) -> None:
        """Send what a person clicked; Slack tries this once only."""
        self._spawn(self._interact(payload))

    async def close(self) -> None:
        """Stop delivering."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Event) -> None:
        reason, taken = "", False
        for attempt in range(len(RETRIES_AFTER_S) + 1):
            if attempt:
                await asyncio.sleep(RETRIES_AFTER_S[attempt - 1] * self.retry_scale)
            if self.disabled:
                break
            answer = await self._attempt(event, attempt, reason)
            taken = answer.taken
            if taken or answer.no_retry:
                break
            reason = answer.reason
        if not taken:
            self.lost.append(event.id)
        self.pending.pop(event.id, None)
        if self._random.random() < self.duplicate_rate:
            await self._once(event)

    async def _once(self, event: Event) -> None:
        await self._attempt(event, 0, "")

    async def _attempt(self, event: Event, attempt: int, reason: str) -> Answer:
        begun = time.time()
        by_socket = self.socket_mode
        if by_socket:
            status, why = await self._sockets.deliver(
                "events_api", event.body, attempt=attempt, reason=reason, limit=self.ack_limit_s
            )
            answer = Answer(status, why)
        else:
            retry = (
                {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
                if attempt
                else {}
            )
            body = json.dumps(event.body).encode()
            answer = await self._post(self.events_url, body, "application/json", retry)
        self._note(event.id, event.kind, attempt, answer, begun, by_socket)
        self._count(answer.taken)
        return answer

    async def _interact(self, payload: dict[str, Any]) -> None:
        begun, kind = time.time(), str(payload["type"])
        by_socket = self.socket_mode
        if by_socket:
            status, why = await self._sockets.deliver(
                "interactive", payload, attempt=0, reason="", limit=self.ack_limit_s
            )
            answer = Answer(status, why)
        else:
            form = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
            kind_of_body = "application/x-www-form-urlencoded"
            answer = await self._post(self.interactivity_url, form, kind_of_body, {})
        self._note(payload["trigger_id"], kind, 0, answer, begun, by_socket)

    async def _post(self, url: str, body: bytes, content_type: str, more: dict[str, str]) -> Answer:
        """Post once, signed; follow two redirects at most."""
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.signing_secret, body, timestamp),
            **more,
        }
        limit = aiohttp.ClientTimeout(total=self.ack_limit_s)
        try:
            async with self._open().post(
                url, data=body, headers=headers, timeout=limit, max_redirects=2
            ) as reply:
                content = await reply.read()
                no_retry = reply.headers.get("X-Slack-No-Retry") == "1"
                reason = "" if 200 <= reply.status < 300 else "http_error"
                return Answer(reply.status, reason, no_retry, content)
        except TimeoutError:
            return Answer(0, "http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(0, "too_many_redirects")
        except (aiohttp.ClientError, OSError):
            return Answer(0, "connection_failed")

    def _note(
        self, what: str, kind: str, attempt: int, answer: Answer, begun: float, by_socket: bool
    ) -> None:
        by = "socket" if by_socket else "http"
        took = time.time() - begun
        self.deliveries.append(
            Delivery(what, kind, attempt, answer.status, begun, took, answer.reason, by)
        )

    def _count(self, taken: bool) -> None:
        """Turn the subscription off once more than 95 % of the hour's attempts have failed."""
        now = time.monotonic()
        self._window.append((now, taken))
        self._failed += not taken
        while self._window[0][0] < now - _HOUR_S:
            self._failed -= not self._window.popleft()[1]
        if len(self._window) >= self.disable_at and self._failed > 0.95 * len(self._window):
            self.disabled = True

    def _over_limit(self, team: str) -> bool:
        """Say whether the team's hour is full; its first surplus event becomes a notice."""
        now = time.monotonic()
        sent = self._sent_at.setdefault(team, deque())
        while sent and sent[0] < now - _HOUR_S:
            sent.popleft()
        sent.append(now)
        if len(sent) == self.events_per_hour + 1:
            notice = {"token": "x", "type": "app_rate_limited", "team_id": team}
            body = json.dumps({**notice, "minute_rate_limited": int(time.time()) // 60 * 60})
            self._spawn(self._tell(body.encode()))
        return len(sent) > self.events_per_hour

    async def _tell(self, body: bytes) -> None:
        await self._post(self.events_url, body, "application/json", {})

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session
