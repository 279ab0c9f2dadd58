"""Workers for one kind of work on the channels: a pool for each, so that one that hangs holds up no
other. Replies and the fetching of files are such work; built by gateway.bootstrap.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from channels.registry import Registry
from gateway.workers import FindDue, Handle, Workers
from kit.database import Database
from kit.listener import Listener


class FindOnChannels(Protocol):
    """Finds what is due on these channels or, not `among` them, on all others."""

    async def __call__(
        self, session: AsyncSession, channels: Sequence[str], *, among: bool
    ) -> list[UUID]:
        """Return the ids to handle."""
        ...


class ChannelPools:
    """The channels' pools, and a single worker for what no channel of this process can do."""

    def __init__(
        self,
        name: str,
        database: Database,
        channels: Registry,
        *,
        handle: Handle,
        find_due: FindOnChannels,
        topic: str,
        count: int,
    ) -> None:
        """`topic`: what each pool is woken by, followed by its channel's name."""
        self._topic = topic
        names = sorted(channels.names)

        def look_for(wanted: list[str], *, among: bool) -> FindDue:
            async def find() -> list[UUID]:
                async with database.session() as session:
                    return await find_due(session, wanted, among=among)

            return find

        self._pools = {
            each: Workers(
                f"{name}.{each}",
                handle=handle,
                find_due=look_for([each], among=True),
                count=count,
            )
            for each in names
        }
        # Their channel may come back; until then each is tried now and then, and at last given up.
        self._stranded = Workers(
            f"{name}.stranded", handle=handle, find_due=look_for(names, among=False), count=1
        )

    def subscribe(self, listener: Listener) -> None:
        """Have each pool hear of its own channel's work."""
        for channel, pool in self._pools.items():
            listener.subscribe(f"{self._topic}/{channel}", pool.hint)

    def start(self) -> None:
        """Start all workers."""
        for pool in (*self._pools.values(), self._stranded):
            pool.start()

    async def stop(self) -> None:
        """Cancel all workers and wait until they are gone."""
        for pool in (*self._pools.values(), self._stranded):
            await pool.stop()
