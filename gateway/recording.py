"""Stores events of conversations we know: alone while it is quiet, together in a burst.

Called by gateway.intake. A transaction costs more than the row it writes, and waits for the disk;
so what arrives while two are under way shares the next one. That one never waits for anybody's
lock: an event whose log is being written to is stored by itself.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from crm import inbox
from crm.schemas import NewInbound, Stored
from kit.crash import crash_point
from kit.database import NOTIFY_CHANNEL, Database
from kit.log import find_place, get_logger

_log = get_logger(__name__)

_ALONE_AT_ONCE = 2
_MOST_TOGETHER = 32

_Values = dict[str, Any]
_Waiting = tuple[_Values, asyncio.Future[Stored | None]]


class Recorder:
    """Stores events; `record` returns after the commit, whoever shared it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = 0
        self._waiting: list[_Waiting] = []
        self._together: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def record(self, event: NewInbound) -> Stored | None:
        """Store an event of a conversation we know; None: we know it not yet."""
        values = {
            **inbox.bind_inbound(event),
            "notify_channel": NOTIFY_CHANNEL,
            "origin": self._database.mark,
        }
        if self._alone < _ALONE_AT_ONCE and not self._waiting:
            self._alone += 1
            try:
                return self._tell(await self._write(values))
            finally:
                self._alone -= 1
        future: asyncio.Future[Stored | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((values, future))
        if self._together is None or self._together.done():
            self._together = self._spawn(self._work())
        return self._tell(await future)

    async def _work(self) -> None:
        """Store what waits, as much at once as may share a transaction, until nothing waits."""
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
            try:
                stored = await self._write_together([values for values, _ in batch])
            except Exception as error:  # one of them may be at fault: each by itself
                _log.warning("intake.not_together", where=find_place(error))
                stored = {}
            for values, future in batch:
                if values["id"] in stored:
                    _settle(future, stored[values["id"]])
                else:
                    self._spawn(self._write_for(values, future))

    async def _write_for(self, values: _Values, future: asyncio.Future[Stored | None]) -> None:
        try:
            _settle(future, await self._write(values))
        except Exception as error:
            if not future.done():
                future.set_exception(error)

    async def _write(self, values: _Values) -> Stored | None:
        """Store one event in one round trip, waiting for whoever writes to the same log."""
        async with self._database.driver() as connection:
            async with connection.pipeline():  # one transaction, committed where the block ends
                await connection.execute(inbox.LOCK_LOG, values)
                recorded = await connection.execute(inbox.RECORD, values)
                await connection.execute(inbox.ANNOUNCE, values)
                crash_point("intake.before_commit")
            return inbox.read_stored(await recorded.fetchone())

    async def _write_together(self, events: list[_Values]) -> dict[Any, Stored | None]:
        """Store the events whose logs nobody is writing to; return what came of each by its id."""
        logs = sorted({values["log"] for values in events})
        async with self._database.driver() as connection, connection.transaction():
            tried = await connection.execute(inbox.TRY_LOGS, {"logs": logs})
            free = {log for log, held in await tried.fetchall() if held}
            recorded = []
            async with connection.pipeline():
                for values in (each for each in events if each["log"] in free):
                    recorded.append((values, await connection.execute(inbox.RECORD, values)))
                    await connection.execute(inbox.ANNOUNCE, values)
            stored = {
                values["id"]: inbox.read_stored(await cursor.fetchone())
                for values, cursor in recorded
            }
            crash_point("intake.before_commit")
        return stored

    def _tell(self, stored: Stored | None) -> Stored | None:
        if stored is not None and not stored.duplicate:
            self._database.tell_ourselves([("turn", str(stored.conversation_id))])
        return stored

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _settle(future: asyncio.Future[Stored | None], stored: Stored | None) -> None:
    if not future.done():  # whoever waited may have gone
        future.set_result(stored)
