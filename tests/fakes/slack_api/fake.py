"""The fake Slack in this event loop: people's deeds, what the app posted, faults on purpose.

    async with FakeSlack() as slack:
        await slack.subscribe("http://127.0.0.1:8000/slack/events", interactivity=...)
        slack.dm("UADA", "Where is my lamp?")
        [answer] = await slack.wait_for(user="UADA", containing="lamp")
        slack.press(answer.channel, answer.ts, "That helped", user="UADA")

All methods but start, stop, subscribe and the wait_* ones are plain calls; make them in the fake's
loop. RemoteSlack (remote.py) offers the same over HTTP to other threads and processes.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack_api.limits import Limits
from tests.fakes.slack_api.memory import SCOPES
from tests.fakes.slack_api.people import People
from tests.fakes.slack_api.records import Fault, Posted, SlackError
from tests.fakes.slack_api.server import build_app

TOKEN = "xoxb-fake-0001"
SIGNING_SECRET = "signing-secret-of-the-fake"
TEAM = "T0LUMEN01"


class FakeSlack(People):
    """Slack, as one app sees it."""

    def __init__(
        self,
        *,
        token: str | None = TOKEN,
        signing_secret: str = SIGNING_SECRET,
        paced: bool = False,
        socket_mode: bool = False,
        duplicate_rate: float = 0.0,
        retry_scale: float = 0.001,
        channel_burst: int = 3,
        seed: int | None = None,
    ) -> None:
        """The first workspace has the app installed, unless `token` is None."""
        super().__init__(signing_secret=signing_secret, retry_scale=retry_scale, seed=seed)
        self.paced = paced
        self.limits = Limits(channel_burst=channel_burst)
        self.events.duplicate_rate = duplicate_rate
        self.events.socket_mode = socket_mode
        self.faults: list[Fault] = []
        self.add_workspace(TEAM, name="lumen-loom", bot_user="U0WICK0001", bot_id="B0WICK0001")
        if token is not None:
            self.install(TEAM, scopes=set(SCOPES), token=token)
        self._random = random.Random(seed)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def token(self) -> str:
        """The first workspace's bot token."""
        return self.team().token or ""

    @property
    def signing_secret(self) -> str:
        """What requests to the app are signed with."""
        return self.events.signing_secret

    async def start(self, port: int = 0) -> None:
        """Serve on the port of the loopback interface (0: a free one); `url` then says where."""
        self._runner = web.AppRunner(build_app(self), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop serving and delivering."""
        await self.events.close()
        await self.sockets.refresh("link_disabled")
        if self._runner is not None:
            await self._runner.cleanup()

    # the app's settings at Slack

    async def subscribe(
        self, events: str, *, interactivity: str = "", wanted: list[str] | None = None
    ) -> None:
        """Send events to this address once it has answered the challenge.

        Errors: ValueError when it does not.
        """
        await self.events.verify(events)
        self.events.socket_mode = False
        self.events.interactivity_url = interactivity or events
        if wanted is not None:
            self.subscribed = frozenset(wanted)

    def configure(
        self,
        *,
        paced: bool | None = None,
        distributed: bool | None = None,
        socket_mode: bool | None = None,
        refuse_installs: bool | None = None,
        redirect_urls: list[str] | None = None,
        trigger_lives_s: float | None = None,
        **delivery: Any,
    ) -> None:
        """Change the behaviour while it runs.

        `delivery`: duplicate_rate, retry_scale, ack_limit_s, disable_at, events_per_hour.
        """
        own = {
            "paced": paced,
            "distributed": distributed,
            "refuse_installs": refuse_installs,
            "redirect_urls": redirect_urls,
            "trigger_lives_s": trigger_lives_s,
        }
        for name, value in own.items():
            if value is not None:
                setattr(self, name, value)
        if socket_mode is not None:
            self.events.socket_mode = socket_mode
        for name, value in delivery.items():
            if name not in _DELIVERY:
                raise TypeError(f"there is no setting {name}")
            setattr(self.events, name, value)

    def redeliver(self, event_id: str) -> None:
        """Send an event once more, with the same id."""
        self.events.redeliver(event_id)

    async def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """End every WebSocket as Slack does now and then, saying so."""
        await self.sockets.refresh(reason)

    def cut_sockets(self) -> None:
        """End every WebSocket without a word."""
        self.sockets.cut()

    # what goes wrong

    def fail(self, kind: str, **how: Any) -> None:
        """Let something go wrong on purpose; records.Fault lists the kinds."""
        self.faults.append(Fault(kind, **how))

    def take_fault(self, method: str, channel: str | None) -> Fault | None:
        """Return the fault that hits this call, used up by one."""
        for fault in self.faults:
            if fault.applies(method, channel) and self._random.random() < fault.rate:
                fault.count -= fault.count > 0
                return fault
        return None

    # what the app did

    def messages(
        self, channel: str | None = None, *, user: str | None = None, after: int = 0
    ) -> list[Posted]:
        """Messages the app posted and left, from index `after` on; `user`: to them directly."""
        where = f"D{user[1:]}" if user else channel
        return [m for m in self.posted[after:] if where in (None, m.channel) and not m.deleted]

    def mark(self) -> int:
        """Return the index the next message will get, for `after`."""
        return len(self.posted)

    def home(self, user: str, *, team: str | None = None) -> dict[str, Any]:
        """Return the view that was published for a person."""
        return self.team(team).views[user]

    async def wait_for(
        self,
        *,
        channel: str | None = None,
        user: str | None = None,
        containing: str = "",
        count: int = 1,
        after: int = 0,
        timeout: float = 10.0,
    ) -> list[Posted]:
        """Return the first messages that fit once there are `count`; TimeoutError otherwise."""

        def fitting() -> list[Posted]:
            found = self.messages(channel, user=user, after=after)
            return [message for message in found if containing in message.text]

        try:
            await self.wait_until(lambda: len(fitting()) >= count, timeout)
        except TimeoutError:
            shown = [(m.channel, m.text[:60]) for m in self.messages(after=after)][-10:]
            raise TimeoutError(
                f"{len(fitting())} of {count} messages came; last: {shown}"
            ) from None
        return fitting()[:count]

    async def wait_home(self, user: str, *, timeout: float = 10.0) -> dict[str, Any]:
        """Return a person's app home once there is one."""
        await self.wait_until(lambda: user in self.team().views, timeout)
        return self.home(user)

    async def wait_delivered(self, *, timeout: float = 10.0) -> None:
        """Return when the app has taken every event or lost it; TimeoutError otherwise."""
        await self.wait_until(lambda: not self.events.pending, timeout)

    async def wait_until(self, fulfilled: Callable[[], bool], timeout: float) -> None:
        """Wait until something holds; TimeoutError otherwise."""
        deadline = time.monotonic() + timeout
        while not fulfilled():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue

    # what a response_url does

    def respond(self, key: str, given: dict[str, Any]) -> None:
        """Answer a click: at most five times, into its channel, privately, or over the message.

        Errors: SlackError used_url or no_text.
        """
        team, channel, ts, used = self.responses.get(key, ("", "", "", 5))
        if used >= 5:
            raise SlackError("used_url", status=404)
        self.responses[key] = (team, channel, ts, used + 1)
        place = self.team(team)
        if given.get("delete_original"):
            place.places[channel].messages.pop(ts, None)
            self.remove_posted(place, channel, ts)
            return
        text, blocks = str(given.get("text") or ""), given.get("blocks") or []
        if not text and not blocks:
            raise SlackError("no_text")
        message = {"ts": self.next_ts(), "text": text, "blocks": blocks}
        if given.get("replace_original"):
            self.change_posted(place, channel, {**message, "ts": ts})
        elif given.get("response_type") == "in_channel":
            self.record_posted(place, channel, message)
        else:
            self.record_posted(place, channel, message, audience="the person who clicked")


_DELIVERY = frozenset(
    ["duplicate_rate", "retry_scale", "ack_limit_s", "disable_at", "events_per_hour"]
)
