"""The embedded PostgreSQL under `make up`: started again when it dies, or an end with a reason."""

import asyncio
import signal
import tempfile
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
import pytest

from gateway import keep_database as keeping
from gateway.keep_database import keep_database
from kit.embedded import EmbeddedDatabaseError, EmbeddedPostgres


@pytest.fixture
def folder():
    """A folder that the server's own user can reach, too."""
    with tempfile.TemporaryDirectory(prefix="carehouse-tests-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


class DeadServer:
    """A server that has died and cannot be started again."""

    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        self.tries = 0

    def is_running(self) -> bool:
        return False

    def restart(self) -> None:
        self.tries += 1
        raise EmbeddedDatabaseError("It does not start again.")


async def answers(url: str) -> bool:
    """Whether the server takes connections."""
    try:
        async with await psycopg.AsyncConnection.connect(url):
            return True
    except psycopg.OperationalError:
        return False


async def test_a_server_that_was_killed_is_started_again_at_the_same_url(folder):
    server = EmbeddedPostgres(folder / "postgres")
    url = server.start()
    said: list[str] = []
    keeping_it = asyncio.create_task(keep_database(server, said.append))
    try:
        killed = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        psutil.Process(killed).send_signal(signal.SIGKILL)
        async with asyncio.timeout(30):
            while not said or not await answers(url):
                await asyncio.sleep(0.1)
        assert not keeping_it.done()
    finally:
        keeping_it.cancel()
        server.stop()
    assert len(said) == 1
    assert "PostgreSQL" in said[0]


async def test_one_that_cannot_be_started_again_ends_it_with_the_reason(folder, monkeypatch):
    monkeypatch.setattr(keeping, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(keeping, "_PAUSE_S", 0.01)
    server, said = DeadServer(folder), list[str]()
    with pytest.raises(EmbeddedDatabaseError, match="does not start"):
        await asyncio.wait_for(keep_database(cast(Any, server), said.append), 5)
    assert server.tries == keeping.TRIES
    assert len(said) == 1
