"""The web chat on an app of its own, and browsers that have a session there. Used by its tests."""

from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from channels.web.install import install_web_chat
from channels.web.models import WebSession
from kit.database import Database
from kit.errors import AppError
from kit.ids import hash_token
from tests.channels.web.fakes import FakeAccept, FakeFiles, FakeOpening, FakeTranscript

SHOP = "https://shop.example"


@dataclass
class Chat:
    """The web chat on an app, with everything behind it within reach."""

    app: FastAPI
    database: Database
    transcript: FakeTranscript
    accept: FakeAccept
    files: FakeFiles
    opening: FakeOpening


def build_chat(database: Database, *, origins: tuple[str, ...] = (SHOP,), **options: Any) -> Chat:
    """Put the web chat on an app whose errors are translated as the gateway does."""
    app = FastAPI()
    transcript = FakeTranscript()
    files, opening = FakeFiles(), FakeOpening()
    accept = FakeAccept(transcript, files)

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
        files=files,
        opening=opening,
        **options,
    )
    return Chat(app, database, transcript, accept, files, opening)


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

    async def upload(self, data: bytes, *, name: str = "a.png", **headers: str) -> httpx.Response:
        """Upload a file."""
        said = {**self.headers, "X-File-Name": name, **headers}
        return await self.client.post("/web/files", content=data, headers=said)


async def open_visitor(
    client: httpx.AsyncClient, database: Database, *, claimed: dict[str, str] | None = None
) -> Visitor:
    """Open a session and look up its address, which the browser never learns."""
    token = (await client.post("/web/session", json=claimed)).json()["token"]
    async with database.session() as session:
        query = select(WebSession.address).where(WebSession.token_hash == hash_token(token))
        address = (await session.execute(query)).scalar_one()
    return Visitor(client, token, address)
