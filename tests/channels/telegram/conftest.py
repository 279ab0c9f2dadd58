"""The fake Bot API, the real library's bot on it, and our adapter, for the tests of this folder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
import telegram
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Table

from channels.base import Accepted, Channel, InboundEvent, RetryLaterError
from channels.telegram.business import Connections
from channels.telegram.channel import TelegramChannel
from channels.telegram.identity import BotIdentity
from channels.telegram.models import TelegramOffset
from channels.telegram.setup import close_bot, open_bot
from kit.database import Database
from tests.databases import create_database
from tests.fakes.telegram_api import USERNAME, FakeTelegram

OWNER = 700100200  # of the business account we serve


class RecordingAccept:
    """Intake for tests: keeps the events, knows repeated keys, fails when told to."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.repeated: list[str] = []
        self.failures: list[Exception] = []
        self.calls = 0

    async def __call__(self, event: InboundEvent) -> Accepted:
        self.calls += 1
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        duplicate = event.key in {known.key for known in self.events}
        if duplicate:
            self.repeated.append(event.key)
        else:
            self.events.append(event)
        return Accepted(message_id=event.key, duplicate=duplicate)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events]

    async def wait_for(self, count: int, *, timeout: float = 5.0) -> list[InboundEvent]:
        async with asyncio.timeout(timeout):
            while len(self.events) < count:
                await asyncio.sleep(0.005)
        return self.events


async def send_patiently(channel: Channel, part: Any, *, timeout: float = 60.0) -> str | None:
    """Send as the gateway does: whoever is told to come back later does so."""
    async with asyncio.timeout(timeout):
        while True:
            try:
                return await channel.send(part)
            except RetryLaterError as error:
                await asyncio.sleep(error.retry_after or 0.05)


@contextlib.asynccontextmanager
async def serving(app: FastAPI, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the app over real HTTP and yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.005)
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(retry_base_s=0.02, retry_cap_s=0.1, seed=7) as running:
        yield running


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    opened, _ = open_bot(fake.token, api_url=fake.url)
    yield opened
    await close_bot(opened)


@pytest.fixture
def identity(fake: FakeTelegram) -> BotIdentity:
    return BotIdentity(id=fake.bot_user["id"], username=USERNAME)


@pytest.fixture
def connections(bot: telegram.Bot) -> Connections:
    return Connections(bot, owners=frozenset([OWNER]))


@pytest.fixture
def channel(bot: telegram.Bot, connections: Connections) -> TelegramChannel:
    return TelegramChannel(bot, connections=connections)


@pytest.fixture
def accept() -> RecordingAccept:
    return RecordingAccept()


@pytest.fixture
def offsets_url(postgres_url: str) -> Iterator[str]:
    """URL of a database that holds nothing but this channel's table."""
    url, name = create_database(postgres_url, "template0")
    yield url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
async def offsets(offsets_url: str) -> AsyncIterator[Database]:
    opened = Database(offsets_url, pool_size=4)
    table = TelegramOffset.__table__
    assert isinstance(table, Table)
    async with opened.engine.begin() as connection:
        await connection.run_sync(table.create)
    yield opened
    await opened.close()
