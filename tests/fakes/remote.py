"""What the fakes' remote controls share: verbs over HTTP, and a fake in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import httpx


class Fake(Protocol):
    """A platform's fake, as a thread runs it."""

    url: str

    async def start(self, port: int = 0) -> Any:
        """Serve."""
        ...

    async def stop(self) -> None:
        """Serve no longer."""
        ...


class Remote:
    """Drives a fake that runs elsewhere; blocking, so never call it inside an event loop."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=f"{self.url}/_control", timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the connection to the fake."""
        self._client.close()

    def fail(self, kind: str, **how: Any) -> None:
        """Let something go wrong on purpose."""
        self.do("fail", kind=kind, **how)

    def configure(self, **how: Any) -> None:
        """Change the fake's behaviour while it runs; options as its own configure."""
        self.do("configure", **how)

    def mark(self) -> int:
        """Return the index of the next message."""
        return int(self.do("mark"))

    def wait_delivered(self, *, timeout: float = 10.0) -> None:
        """Wait until everything that happened was taken."""
        self.do("wait_delivered", timeout=timeout)

    def state(self) -> dict[str, Any]:
        """Return what the fake knows of itself and of its calls and deliveries."""
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


R = TypeVar("R", bound=Remote)


@contextlib.contextmanager
def run_in_thread(make_fake: Callable[[], Fake], remote: type[R], port: int) -> Iterator[R]:
    """Run a fake in a thread with an event loop of its own; gives its remote control."""
    loop = asyncio.new_event_loop()
    name = f"fake-{remote.__name__}"
    thread = threading.Thread(target=loop.run_forever, name=name, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    async def begin() -> Fake:
        fake = make_fake()
        await fake.start(port)
        return fake

    fake = run(begin())
    driven = remote(fake.url)
    try:
        yield driven
    finally:
        driven.close()
        run(fake.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
