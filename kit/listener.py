"""One LISTEN connection per process, handing notifications to whoever subscribed."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable

import psycopg

from kit.database import NOTIFY_CHANNEL, Database, as_libpq_url
from kit.log import get_logger

_log = get_logger(__name__)

Subscriber = Callable[[str], Awaitable[None] | None]


class Listener:
    """Listens to PostgreSQL and calls subscribers by topic; reconnects by itself.

    A notification sent while the connection was down is lost, so subscribers of topic `reconnected`
    are called after every reconnect and look for themselves. With a `database`, what this process
    itself commits through it reaches its subscribers at once, not by way of PostgreSQL.
    """

    def __init__(self, url: str, *, database: Database | None = None) -> None:
        self._url = as_libpq_url(url)
        self._database = database
        self._local: set[asyncio.Task[None]] = set()
        self._subscribers: dict[str, list[Subscriber]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    def subscribe(self, topic: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call the subscriber with the key of every notification on the topic; returns the undo."""
        self._subscribers[topic].append(subscriber)
        return lambda: self._subscribers[topic].remove(subscriber)

    async def start(self) -> None:
        """Begin to listen; returns once the first LISTEN is in force."""
        if self._database is not None:
            self._database.on_note = self._tell
        self._task = asyncio.create_task(self._run(), name="listener")
        await asyncio.wait_for(self.listening.wait(), timeout=10)

    async def stop(self) -> None:
        """Stop listening and close the connection."""
        if self._database is not None:
            self._database.on_note = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # whatever it was, a process that hears nothing is worse
                _log.warning("listener.disconnected", error=type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        async with connection:
            await connection.execute(f"LISTEN {NOTIFY_CHANNEL}".encode())
            self.listening.set()
            if self._database is not None:
                # What lay in the pool died with the listener's connection.
                await self._database.engine.dispose()
            await self._dispatch("reconnected", "")
            async for note in connection.notifies():
                topic, _, rest = note.payload.partition(":")
                key, _, origin = rest.partition("@")
                if self._database is None or origin != self._database.origin:
                    await self._dispatch(topic, key)

    def _tell(self, topic: str, key: str) -> None:
        task = asyncio.get_running_loop().create_task(self._dispatch(topic, key))
        self._local.add(task)
        task.add_done_callback(self._local.discard)

    async def _dispatch(self, topic: str, key: str) -> None:
        for subscriber in tuple(self._subscribers[topic]):
            try:
                result = subscriber(key)
                if result is not None:
                    await result
            except Exception:  # one subscriber's fault must not silence the others
                _log.exception("listener.subscriber_failed", topic=topic)
