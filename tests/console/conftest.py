"""Fixtures of the console: its app over real HTTP, demo logins, a real browser."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.login.passwords import hash_password
from console.seed import DEMO_AGENTS
from kit.database import Database
from tests.browser import browser, browsing, page  # noqa: F401  fixtures of the browser tests
from tests.console.desk_server import build_console, serve
from tests.handoff.scenes import add_agent

MARA = DEMO_AGENTS[0]
JONAS = DEMO_AGENTS[1]


@pytest.fixture(scope="session")
def password_hashes() -> dict[str, str]:
    """The hashes of two demo passwords, made once: each costs a good part of a second."""
    return {demo.login: hash_password(demo.password) for demo in (MARA, JONAS)}


@pytest.fixture
async def staffed(database: Database, password_hashes: dict[str, str]) -> Database:
    """A database with two of the demo logins."""
    async with database.session() as session:
        for demo in (MARA, JONAS):
            agent = await add_agent(session, demo.login)
            agent.display_name = demo.display_name
            agent.password_hash = password_hashes[demo.login]
        await session.commit()
    return database


@pytest.fixture
async def address(staffed: Database) -> AsyncIterator[str]:
    """Where the console answers."""
    async with serve(build_console(staffed)) as base:
        yield base


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that behaves as a page of ours: it says where its requests come from."""
    async with httpx.AsyncClient(base_url=address, headers={"Origin": address}) as opened:
        yield opened
