"""The fake's controls over HTTP, for another thread or process. Same verbs as FakeTelegram."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from tests.fakes.telegram_api.fake import FakeTelegram
from tests.fakes.telegram_api.records import Said, SentMessage


class RemoteTelegram:
    """Drives a fake that runs elsewhere; blocking, so never call it inside an event loop."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=f"{self.url}/_control", timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the connection to the fake."""
        self._client.close()

    def say(self, chat: int, text: str, **how: Any) -> Said:
        """A customer writes; options as FakeTelegram.say."""
        return Said(**self._do("say", chat=chat, text=text, **how))

    def media(self, chat: int, kind: str, **how: Any) -> Said:
        """A customer sends a file or the like."""
        return Said(**self._do("media", chat=chat, kind=kind, **how))

    def photo(self, chat: int, **how: Any) -> Said:
        """A customer sends a photo."""
        return Said(**self._do("photo", chat=chat, **how))

    def edit(self, chat: int, message_id: int, text: str) -> Said:
        """A customer changes a message."""
        return Said(**self._do("edit", chat=chat, message_id=message_id, text=text))

    def press(self, chat: int, message_id: int, button: int | str = 0, **how: Any) -> str:
        """A customer presses a button; returns the callback's id."""
        return str(self._do("press", chat=chat, message_id=message_id, button=button, **how))

    def block(self, chat: int) -> None:
        """The customer blocks the bot."""
        self._do("block", chat=chat)

    def unblock(self, chat: int) -> None:
        """The customer unblocks the bot."""
        self._do("unblock", chat=chat)

    def migrate(self, chat: int, new: int) -> None:
        """A group becomes a supergroup."""
        self._do("migrate", chat=chat, new=new)

    def open_chat(self, chat: int) -> None:
        """The customer has met the bot."""
        self._do("open_chat", chat=chat)

    def post(self, update: dict[str, Any]) -> int:
        """Send any update."""
        return int(self._do("post", update=update))

    def fail(self, kind: str, **how: Any) -> None:
        """Let something go wrong on purpose."""
        self._do("fail", kind=kind, **how)

    def configure(self, **how: Any) -> None:
        """Change strictness, duplicate rate or retry pauses."""
        self._do("configure", **how)

    def messages(self, chat: int | None = None, *, after: int = 0) -> list[SentMessage]:
        """Messages the bot sent."""
        return [SentMessage(**item) for item in self._do("messages", chat=chat, after=after)]

    def mark(self) -> int:
        """Return the index of the next message."""
        return int(self._do("mark"))

    def wait_for(self, **what: Any) -> list[SentMessage]:
        """Wait for messages; options as FakeTelegram.wait_for."""
        return [SentMessage(**item) for item in self._do("wait_for", **what)]

    def wait_delivered(self, *, timeout: float = 10.0) -> None:
        """Wait until the bot has taken every update."""
        self._do("wait_delivered", timeout=timeout)

    def state(self) -> dict[str, Any]:
        """Return token, webhook, menus, actions, answered callbacks, calls and deliveries."""
        return dict(self._client.get("/state").raise_for_status().json())

    def _do(self, verb: str, **arguments: Any) -> Any:
        answer = self._client.post(f"/{verb}", json=arguments)
        body = answer.json()
        if answer.status_code == 408:
            raise TimeoutError(body["error"])
        if answer.is_error:
            raise ValueError(body["error"])
        return body["result"]


@contextlib.contextmanager
def telegram_in_thread(port: int = 0, **options: Any) -> Iterator[RemoteTelegram]:
    """Run a fake in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-telegram", daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=10)

    async def begin() -> FakeTelegram:
        fake = FakeTelegram(**options)
        await fake.start(port)
        return fake

    fake = run(begin())
    remote = RemoteTelegram(fake.url)
    try:
        yield remote
    finally:
        remote.close()
        run(fake.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
