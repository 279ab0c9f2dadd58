"""A small job that runs now and then beside the app. Built by gateway.bootstrap."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from kit.log import find_place, get_logger

_log = get_logger(__name__)


class Periodic:
    """Runs a job when started and then again and again; a failure waits for the next time."""

    def __init__(self, name: str, job: Callable[[], Awaitable[object]], *, every_s: float) -> None:
        self._name = name
        self._job = job
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Cancel the job and wait until it is gone."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._job()
            except Exception as error:  # the database is away, say
                _log.warning(
                    f"{self._name}.failed", error=type(error).__name__, where=find_place(error)
                )
            await asyncio.sleep(self._every_s)
