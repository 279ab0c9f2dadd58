"""Fixtures of the web chat: a database with its one table, fakes, the app and a client for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from channels.web.install import install_web_chat
from channels.web.limits import Rate
from channels.web.models import WebSession
from kit.database import Base, Database
from kit.errors import AppError
from tests.browser import browser, browsing, page  # noqa: F401  fixtures, found by name
from tests.channels.web.fakes import FakeAccept, FakeTranscript
from tests.databases import create_database

SHOP = "https://shop.example"


@pytest.fixture
async def web_database(postgres_url: str) -> AsyncIterator[Database]:
    """A database with nothing but web_sessions in it."""
    url, name = create_database(postgres_url, "template1")
    opened = Database(url, pool_size=5)
    async with opened.engine.begin() as connection:
        table = Base.metadata.tables[WebSession.__tablename__]
        await connection.run_sync(Base.metadata.create_all, tables=[table])
    yield opened
    await opened.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@dataclass
class Chat:
    """The web chat on an app, with everything behind it within reach."""

    app: FastAPI
    database: Database
    transcript: FakeTranscript
    accept: FakeAccept


def build_chat(database: Database, *, origins: tuple[str, ...] = (SHOP,), **options: Any) -> Chat:
    """Put the web chat on an app whose errors are translated as the gateway does."""
    app = FastAPI()
    transcript = FakeTranscript()
    accept = FakeAccept(transcript)

    @app.exception_handler(AppError)
    async def translate(_request: Request, error: AppError) -> JSONResponse:
        wait = getattr(error, "retry_after", None)
        headers = {"Retry-After": str(wait)} if wait is not None else None
        return JSONResponse({"detail": error.message}, error.status, headers)

    install_web_chat(
        app,
        database=database,
        accept=accept,
        transcript=transcript,
        origins=origins,
        **options,
    )
    return Chat(app, database, transcript, accept)


@pytest.fixture
def chat(web_database: Database) -> Chat:
    """The web chat with limits that do not get in a test's way."""
    plenty = Rate(per_minute=6000, burst=1000)
    return build_chat(web_database, heartbeat_s=0.2, messages_rate=plenty, sessions_rate=plenty)


@pytest.fixture
async def client(chat: Chat) -> AsyncIterator[httpx.AsyncClient]:
    """A client that speaks to the app in memory."""
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as opened:
        yield opened


@dataclass
class Visitor:
    """A browser with a session."""

    client: httpx.AsyncClient
    token: str
    address: str

    @property
    def headers(self) -> dict[str, str]:
        """What the widget sends with every request."""
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, **body: Any) -> httpx.Response:
        """Send a message."""
        return await self.client.post("/web/messages", json=body, headers=self.headers)


async def open_visitor(client: httpx.AsyncClient, database: Database) -> Visitor:
    """Open a session and look up its address, which the browser never learns."""
    from sqlalchemy import select

    from kit.ids import hash_token

    token = (await client.post("/web/session")).json()["token"]
    async with database.session() as session:
        query = select(WebSession.address).where(WebSession.token_hash == hash_token(token))
        address = (await session.execute(query)).scalar_one()
    return Visitor(client, token, address)


@pytest.fixture
async def visitor(client: httpx.AsyncClient, chat: Chat) -> Visitor:
    """A browser with a session."""
    return await open_visitor(client, chat.database)
