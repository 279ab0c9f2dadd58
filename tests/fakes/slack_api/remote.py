"""The fake's controls over HTTP, for another thread or process. Same verbs as FakeSlack."""

import asyncio
import base64
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from tests.fakes.slack_api.fake import FakeSlack
from tests.fakes.slack_api.records import Done, Posted


class RemoteSlack:
    """Drives a fake that runs elsewhere; blocking, so never call it inside an event loop."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=f"{self.url}/_control", timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the connection to the fake."""
        self._client.close()

    def dm(self, user: str, text: str, **how: Any) -> Done:
        """A customer writes to the app; options as FakeSlack.dm."""
        return Done(**self.do("dm", user=user, text=text, **how))

    def say(self, channel: str, user: str, text: str, **how: Any) -> Done:
        """A customer writes in a channel."""
        return Done(**self.do("say", channel=channel, user=user, text=text, **how))

    def upload(self, user: str, name: str, content: bytes, **how: Any) -> Done:
        """A customer sends a file."""
        coded = base64.b64encode(content).decode()
        return Done(**self.do("upload", user=user, name=name, content=coded, **how))

    def edit(self, channel: str, ts: str, text: str, **how: Any) -> Done:
        """A customer changes a message."""
        return Done(**self.do("edit", channel=channel, ts=ts, text=text, **how))

    def delete(self, channel: str, ts: str, **how: Any) -> Done:
        """A customer deletes a message."""
        return Done(**self.do("delete", channel=channel, ts=ts, **how))

    def press(self, channel: str, ts: str, button: int | str = 0, **how: Any) -> str:
        """Somebody clicks; returns the trigger id."""
        return str(self.do("press", channel=channel, ts=ts, button=button, **how))

    def open_home(self, user: str, **how: Any) -> Done:
        """Somebody opens the app's page."""
        return Done(**self.do("open_home", user=user, **how))

    def subscribe(self, events: str, **how: Any) -> None:
        """Send events to this address once it is verified."""
        self.do("subscribe", events=events, **how)

    def fail(self, kind: str, **how: Any) -> None:
        """Let something go wrong on purpose."""
        self.do("fail", kind=kind, **how)

    def configure(self, **how: Any) -> None:
        """Change pace, mode, retries and the like."""
        self.do("configure", **how)

    def messages(self, channel: str | None = None, **which: Any) -> list[Posted]:
        """Messages the app posted."""
        return [Posted(**item) for item in self.do("messages", channel=channel, **which)]

    def mark(self) -> int:
        """Return the index of the next message."""
        return int(self.do("mark"))

    def wait_for(self, **what: Any) -> list[Posted]:
        """Wait for messages; options as FakeSlack.wait_for."""
        return [Posted(**item) for item in self.do("wait_for", **what)]

    def wait_delivered(self, *, timeout: float = 10.0) -> None:
        """Wait until the app has taken every event."""
        self.do("wait_delivered", timeout=timeout)

    def state(self) -> dict[str, Any]:
        """Return secrets, subscription, calls and deliveries."""
        return dict(self._client.get("/state").raise_for_status().json())

    def do(self, verb: str, **arguments: Any) -> Any:
        """Call any verb of the fake."""
        answer = self._client.post(f"/{verb}", json=arguments)
        body = answer.json()
        if answer.status_code == httpx.codes.REQUEST_TIMEOUT:
            raise TimeoutError(body["error"])
        if answer.is_error:
            raise ValueError(body["error"])
        return body["result"]


@contextlib.contextmanager
def slack_in_thread(port: int = 0, **options: Any) -> Iterator[RemoteSlack]:
    """Run a fake in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-slack", daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    async def begin() -> FakeSlack:
        fake = FakeSlack(**options)
        await fake.start(port)
        return fake

    fake = run(begin())
    remote = RemoteSlack(fake.url)
    try:
        yield remote
    finally:
        remote.close()
        run(fake.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
