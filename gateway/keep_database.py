"""Keeps the embedded PostgreSQL alive under `make up`. Run by gateway.supervise beside the app."""

import asyncio
from collections.abc import Callable

from kit.embedded import EmbeddedDatabaseError, EmbeddedPostgres

LOOK_EVERY_S = 1.0
TRIES = 3
_PAUSE_S = 2.0


async def keep_database(server: EmbeddedPostgres, say: Callable[[str], None]) -> None:
    """Start the server again whenever it has died; engine and app connect again by themselves.

    Errors: EmbeddedDatabaseError when it cannot be started again.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if await asyncio.to_thread(server.is_running):
            continue
        log = server.data_dir / "log"
        say(f"The embedded PostgreSQL ended by itself (see {log}); starting it again.")
        await _revive(server)


async def _revive(server: EmbeddedPostgres) -> None:
    for _ in range(TRIES - 1):
        try:
            await asyncio.to_thread(server.restart)
        except EmbeddedDatabaseError:  # what the dead one left behind may need a moment to go
            await asyncio.sleep(_PAUSE_S)
        else:
            return
    await asyncio.to_thread(server.restart)
