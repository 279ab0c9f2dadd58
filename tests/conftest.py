"""Fixtures for every test: one embedded PostgreSQL per run, an empty migrated database per use."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kit.database import Database
from kit.embedded import EmbeddedPostgres
from tests.databases import TEMPLATE, ReusedDatabase, be_careless, make_template

# Whose tests share what is slow to start: one process runs them all.
TOGETHER = ("tests/live", "tests/engine")


@pytest.hookimpl(tryfirst=True)  # before the plugin that shares the tests out reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay together when several processes share the run: those of a module."""
    for item in items:
        module = item.nodeid.partition("::")[0]
        folder = next((each for each in TOGETHER if module.startswith(f"{each}/")), module)
        item.add_marker(pytest.mark.xdist_group(folder))


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
