"""Apps that the fake Slack delivers to, made with Slack's own library: one over HTTP, one in Socket
Mode. For the tests of the fake itself.
"""

import asyncio
import json
import urllib.parse
from typing import Any

import httpx
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import SIGNING_SECRET, FakeSlack

VERIFIER = SignatureVerifier(SIGNING_SECRET)


def client(slack: FakeSlack, token: str | None = None) -> AsyncWebClient:
    """Return Slack's client, with the app's token unless another is given, never trying twice."""
    given = slack.token if token is None else token
    made = AsyncWebClient(token=given, base_url=f"{slack.url}/api/")
    made.retry_handlers = []
    return made


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": title}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


async def refusal(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        await call
    assert isinstance(refused.value.response.data, dict)
    return refused.value.response.data


async def post(slack: FakeSlack, method: str, **form: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.post(f"{slack.url}/api/{method}", data={"token": slack.token, **form})


class App:
    """An app's request URL: checks signatures, notes what comes, answers from a script."""

    def __init__(self, *script: int) -> None:
        self.script = list(script)
        self.pause_s = 0.0
        self.headers: dict[str, str] = {}
        self.events: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.clicks: list[dict[str, Any]] = []
        self.url = ""
        self.runner: web.AppRunner | None = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not VERIFIER.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        if request.content_type == "application/x-www-form-urlencoded":
            form = urllib.parse.parse_qs(body.decode())
            self.clicks.append(json.loads(form["payload"][0]))
            return web.Response()
        content = json.loads(body)
        if content["type"] == "url_verification":
            return web.json_response({"challenge": content["challenge"]})
        self.events.append((content, dict(request.headers)))
        await asyncio.sleep(self.pause_s)
        return web.Response(status=self.script.pop(0) if self.script else 200, headers=self.headers)

    @property
    def ids(self) -> list[str]:
        return [body["event_id"] for body, _ in self.events]

    async def __aenter__(self) -> "App":
        app = web.Application()
        app.router.add_post("/slack", self.receive)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/slack"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.runner is not None
        await self.runner.cleanup()


class SocketApp:
    """An app in Socket Mode, with the client of Slack's own library."""

    def __init__(self, slack: FakeSlack, *, acks: bool = True) -> None:
        self.acks = acks
        self.got: list[SocketModeRequest] = []
        web_client = AsyncWebClient(base_url=f"{slack.url}/api/")
        self.client = SocketModeClient(app_token=slack.app_token, web_client=web_client)
        self.client.socket_mode_request_listeners.append(self.hear)  # type: ignore[arg-type]  # an async function is what it calls

    async def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        if self.acks:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async def __aenter__(self) -> "SocketApp":
        await self.client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
