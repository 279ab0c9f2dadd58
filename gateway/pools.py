"""Delivery workers: a pool for each channel, so that one that hangs holds up no other's replies.

Built by gateway.bootstrap.
"""

from uuid import UUID

from channels.registry import Registry
from gateway.backlog import find_deliveries_due
from gateway.workers import FindDue, Handle, Workers
from kit.database import Database
from kit.listener import Listener


class DeliveryPools:
    """The channels' pools, and a single worker for what no channel of this process can send."""

    def __init__(
        self, database: Database, channels: Registry, *, handle: Handle, count: int
    ) -> None:
        names = channels.names
        self._pools = {
            name: Workers(
                f"deliveries.{name}",
                handle=handle,
                find_due=_look_for(database, [name]),
                count=count,
            )
            for name in names
        }
        # Their channel may come back; until then each is tried now and then, and at last given up.
        self._stranded = Workers(
            "deliveries.stranded",
            handle=handle,
            find_due=_look_for(database, sorted(names), among=False),
            count=1,
        )

    def subscribe(self, listener: Listener) -> None:
        """Have each pool hear of its own channel's replies."""
        for name, pool in self._pools.items():
            listener.subscribe(f"delivery/{name}", pool.hint)

    def start(self) -> None:
        """Start all workers."""
        for pool in (*self._pools.values(), self._stranded):
            pool.start()

    async def stop(self) -> None:
        """Cancel all workers and wait until they are gone."""
        for pool in (*self._pools.values(), self._stranded):
            await pool.stop()


def _look_for(database: Database, channels: list[str], *, among: bool = True) -> FindDue:
    async def find_due() -> list[UUID]:
        async with database.session() as session:
            return await find_deliveries_due(session, channels, among=among)

    return find_due
