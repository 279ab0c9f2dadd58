"""Fixtures for every test: one embedded PostgreSQL per run, an empty migrated database per use."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from kit.database import Database
from kit.embedded import EmbeddedPostgres
from tests.databases import TEMPLATE, ReusedDatabase, be_careless, make_template

# Their tests share what is slow to start, and kill or time processes: one process runs them all,
# from the beginning of the run, while the other works through the rest.
_TOGETHER = ("tests/live/", "tests/engine/")


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Keeps the tests of a module in one process when several share the run."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # the order of collection, see below

    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER[0] if nodeid.startswith(_TOGETHER) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    """Share the tests out by module."""
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first when several processes share the run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not item.nodeid.startswith(_TOGETHER))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server: TEST_DATABASE_URL, or an embedded one of this run's own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="carehouse-tests-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "postgres")
        url = server.start()
        be_careless(url)
        yield url
        server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """Name of a database with the whole schema, made by migrating; copies of it are cheap."""
    make_template(postgres_url)
    return TEMPLATE


@pytest.fixture(scope="session")
def reused_database(postgres_url: str, migrated_template: str) -> Iterator[ReusedDatabase]:
    """A database that is emptied after each test that had it."""
    reused = ReusedDatabase(postgres_url, migrated_template)
    yield reused
    reused.drop()


@pytest.fixture
def database_url(reused_database: ReusedDatabase) -> Iterator[str]:
    """URL of a migrated, empty database."""
    with reused_database.lend() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open Database on a migrated, empty database."""
    opened = Database(database_url, pool_size=10)
    yield opened
    await opened.close()


@pytest.fixture
async def session(database: Database):
    """A session on the empty database."""
    async with database.session() as opened:
        yield opened
