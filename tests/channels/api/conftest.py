"""Our routes behind real HTTP, and a platform with a webhook, for this folder's tests."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from channels.api.channel import ApiChannel
from channels.api.install import install
from channels.api.signing import require_genuine, write_headers
from channels.ports import Surroundings
from kit.errors import AppError, UnauthenticatedError
from kit.settings import Settings
from tests.channels.telegram.conftest import RecordingAccept, serving

SECRET = "s" * 16 + "-the-secret-of-a-test"
OLD_SECRET = "o" * 16 + "-the-secret-before-it"


@dataclass
class Platform:
    """The other side: a webhook that checks signatures and drops what it has."""

    posted: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    forged: int = 0

    def build(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hook")
        async def hook(request: Request) -> Response:
            body = await request.body()
            try:
                require_genuine(
                    request.headers, [SECRET], method="POST", path="/hook?x=1", body=body
                )
            except UnauthenticatedError:
                self.forged += 1
                return Response(status_code=401)
            if self.answers:
                return self.answers.pop(0)
            if (key := request.headers["Idempotency-Key"]) not in self.keys:
                self.keys.append(key)
                self.posted.append(json.loads(body))
            return Response()

        return app


class RememberedFiles:
    """Keeps nothing, and says where."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, str, str, str | None]] = []

    async def keep(self, data: bytes, *, channel: str, account: str, **more: Any) -> str:
        self.kept.append((data, channel, account, more["name"]))
        return f"file-{len(self.kept)}"


class RememberedReceipts:
    """Remembers what was said of which message."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str, str]] = []

    async def note(
        self, channel: str, address: str, message_id: str, *, status: str, at: datetime
    ) -> bool:
        assert channel == "api"
        assert at.utcoffset() is not None
        self.noted.append((address, message_id, status))
        return True


@dataclass
class Connected:
    """The running channel with its platform."""

    url: str
    platform: Platform
    channel: ApiChannel
    accept: RecordingAccept
    files: RememberedFiles
    receipts: RememberedReceipts
    client: httpx.AsyncClient

    async def post(
        self,
        path: str,
        body: bytes,
        *,
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
        signed_path: str | None = None,
    ) -> httpx.Response:
        headers = headers or {}
        key = headers.get("Idempotency-Key", "k1")
        given = write_headers(secret, "POST", signed_path or path, body, key=key)
        given |= {"Content-Type": "application/json", **headers}
        return await self.client.post(f"{self.url}{path}", content=body, headers=given)

    async def tell(self, key: str = "k1", **event: Any) -> httpx.Response:
        said = {"conversation": "c-1", "customer": {"id": "ada"}, **event}
        body = json.dumps(said).encode()
        return await self.post("/api/channel/events", body, headers={"Idempotency-Key": key})


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    platform, accept = Platform(), RecordingAccept()
    files, receipts = RememberedFiles(), RememberedReceipts()
    async with serving(platform.build()) as webhook:
        settings = Settings(
            _env_file=None,
            api_channel_webhook=f"{webhook}/hook?x=1",
            api_channel_secret=f"{SECRET},{OLD_SECRET}",
        )
        nothing = cast(Any, None)
        installed = install(
            Surroundings(
                settings,
                nothing,
                nothing,
                accept,
                nothing,
                files=cast(Any, files),
                receipts=receipts,
            )
        )
        assert installed is not None
        app = FastAPI()

        @app.exception_handler(AppError)
        async def explain(_: Request, error: AppError) -> Response:
            return Response(error.message, status_code=error.status)

        installed.mount(app)
        async with serving(app) as url, httpx.AsyncClient(trust_env=False) as client:
            yield Connected(url, platform, installed.channel, accept, files, receipts, client)
        await installed.stop()
