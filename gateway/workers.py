"""A pool of tasks that work on conversations when hinted at, and look for themselves now and then.

Used for turns and for deliveries. A hint is only that: truth is in the database, so a lost hint
costs a moment, never a message.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from kit.log import find_place, get_logger

_log = get_logger(__name__)

BUSY_DELAY_S = 0.03
SWEEP_EVERY_S = 1.0


@dataclass(frozen=True)
class Again:
    """What a handler returns when the conversation wants another look after `delay` seconds."""

    delay: float


Handle = Callable[[UUID], Awaitable[Again | None]]
FindDue = Callable[[], Awaitable[list[UUID]]]


class Workers:
    """Runs `handle` for hinted conversations, each at most once at a time in this process."""

    def __init__(self, name: str, *, handle: Handle, find_due: FindDue, count: int) -> None:
        self._name = name
        self._handle = handle
        self._find_due = find_due
        self._count = count
        self._queue: asyncio.Queue[UUID] = asyncio.Queue()
        self._queued: set[UUID] = set()
        self._running: set[UUID] = set()
        self._rerun: set[UUID] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def hint(self, key: str | UUID) -> None:
        """Ask for a look at a conversation soon."""
        conversation_id = key if isinstance(key, UUID) else UUID(key)
        if conversation_id in self._running:
            self._rerun.add(conversation_id)
        elif conversation_id not in self._queued:
            self._queued.add(conversation_id)
            self._queue.put_nowait(conversation_id)

    def start(self) -> None:
        """Start the tasks."""
        self._tasks = [
            asyncio.create_task(self._work(), name=f"{self._name}-{n}") for n in range(self._count)
        ]
        self._tasks.append(asyncio.create_task(self._sweep(), name=f"{self._name}-sweep"))

    async def stop(self) -> None:
        """Cancel the tasks and wait until they are gone; open transactions roll back."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _work(self) -> None:
        while True:
            conversation_id = await self._queue.get()
            self._queued.discard(conversation_id)
            self._running.add(conversation_id)
            delay = await self._attempt(conversation_id)
            self._running.discard(conversation_id)
            if conversation_id in self._rerun:
                self._rerun.discard(conversation_id)
                delay = 0.0 if delay is None else min(delay, BUSY_DELAY_S)
            if delay is not None:
                asyncio.get_running_loop().call_later(delay, self.hint, conversation_id)

    async def _attempt(self, conversation_id: UUID) -> float | None:
        try:
            again = await self._handle(conversation_id)
        except Exception as error:  # the sweep brings the conversation back
            _log.error(
                f"{self._name}.failed",
                conversation=str(conversation_id),
                error=type(error).__name__,
                where=find_place(error),
            )
            return None
        return again.delay if again else None

    async def _sweep(self) -> None:
        while True:
            try:
                for conversation_id in await self._find_due():
                    self.hint(conversation_id)
            except Exception as error:  # the database is away; the next sweep tries again
                _log.warning(f"{self._name}.sweep_failed", error=type(error).__name__)
            await asyncio.sleep(SWEEP_EVERY_S)
