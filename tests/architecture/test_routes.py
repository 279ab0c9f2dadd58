"""Every route of the app is public on purpose or refuses whoever comes without credentials."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
from fastapi import FastAPI
from nicegui import core as nicegui_core

from gateway.app import build_app
from kit.settings import Settings, TelegramMode
from knowledge_base.encoder import OnnxEncoder

# Who may come without a login, a bearer or a secret, and why.
PUBLIC = {
    "GET /": "sends the visitor to the chat",
    "GET /chat": "the demo shop with the chat on it",
    "GET /web/widget.js": "the script that sites embed",
    "GET /web/shop.css": "the demo shop's style sheet",
    "GET /web/shop.svg": "the demo shop's pictures",
    "POST /web/session": "opens a chat for a new browser; limited per address",
    "GET /web/desk": "when people answer and how long that takes; limited per address",
    "GET /help": "the public help centre",
    "GET /help/{slug}": "a public article",
    "POST /help/{slug}/feedback": "whether a public article helped; from our own pages, limited",
    "GET /help/style.css": "the help centre's style sheet",
    "GET /help/images/{image_id}": "a picture that a public article shows",
    "GET /help/sitemap.xml": "the public articles, for search engines",
    "GET /robots.txt": "what crawlers may read",
    "GET /healthz": "liveness, for supervisors",
    "GET /readyz": "readiness, for load balancers; says yes or no for each part",
    "GET /login": "the login page",
    "POST /login": "checks a password; asks for our own origin first",
    "GET /docs": "the description of the API",
    "GET /docs/oauth2-redirect": "belongs to the page before",
    "GET /openapi.json": "what that page reads",
}
# NiceGUI's scripts and styles; its pages (/desk) are not among these.
ASSETS = re.compile(
    r"/favicon\.ico$|/_nicegui/[0-9.]+/(static|libraries|components|resources|esm)\b"
)
# NiceGUI has here what a page of a signed-in person has put up, under a name nobody can guess.
PAGE_RESOURCES = re.compile(r"/_nicegui/([0-9.]+/dynamic_resources|client/[0-9a-f-]{36}/upload)/")
REFUSALS = {303, 401, 403}
SOME_ID = "0190a6c2-7b1e-7c3a-9d55-0123456789ab"


class TinyEncoder:
    """Stands in for the exported encoder, which a check must not need."""

    identity = "tiny/4"

    def encode(self, texts):
        return np.ones((len(texts), 4), dtype=np.float32) / 2


@pytest_asyncio.fixture(scope="module")
async def app() -> AsyncIterator[FastAPI]:
    """The whole app with Telegram's webhook on, wired but not started; no database is there."""
    settings = Settings(
        _env_file=None,
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        engine_secret="engine-secret-of-the-tests",
        actions_secret="actions-secret-of-the-tests",
        telegram_mode=TelegramMode.WEBHOOK,
        telegram_token="123456:invented-token-of-the-tests",
        telegram_webhook_secret="webhook-secret-of-the-tests",
        api_channel_webhook="https://platform.example.org/hook",
        api_channel_secret="invented-secret-of-the-platform-in-the-tests",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OnnxEncoder, "load", lambda _folder: TinyEncoder())
        # NiceGUI learns of the loop when the app starts, which would need a database.
        patch.setattr(nicegui_core, "loop", asyncio.get_running_loop())
        yield build_app(settings)


def list_routes(app: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers and of NiceGUI among them."""
    for route in app.routes:
        if hasattr(route, "effective_route_contexts"):
            for context in route.effective_route_contexts():
                inner = context.starlette_route or context.original_route
                yield from ((method, inner.path) for method in inner.methods)
        elif getattr(route, "methods", None):
            yield from ((method, route.path) for method in route.methods)
        elif hasattr(getattr(route, "app", None), "routes"):
            yield from list_routes(route.app)


def named_routes(app: FastAPI) -> set[str]:
    listed = {f"{method} {path}" for method, path in list_routes(app) if method != "HEAD"}
    return {name for name in listed if not (ASSETS.search(name) or PAGE_RESOURCES.search(name))}


def test_the_list_of_public_routes_names_only_routes_there_are(app):
    assert set(PUBLIC) - named_routes(app) == set()


def test_the_guarded_routes_we_know_of_are_seen(app):
    """The walk over the routes would be worthless if it overlooked some."""
    guarded = {
        "GET /desk",
        "POST /logout",
        "GET /api/customers/{customer_id}/timeline",
        "POST /actions/webhook",
        "POST /telegram/webhook",
        "POST /web/messages",
        "GET /web/messages",
        "GET /web/stream",
        "POST /web/files",
        "POST /api/channel/events",
        "POST /api/channel/files",
        "POST /api/channel/receipts",
    }
    assert guarded - named_routes(app) == set()


async def test_every_other_route_refuses_whoever_has_no_credentials(app):
    let_in = {}
    for name in sorted(named_routes(app) - set(PUBLIC)):
        method, path = name.split(" ", 1)
        status = await _request(app, method, re.sub(r"\{[^}]+\}", SOME_ID, path))
        if status not in REFUSALS:
            let_in[name] = status
    assert let_in == {}


async def test_a_redirect_of_a_guarded_page_leads_to_the_login(app):
    async with _client(app) as client:
        answer = await client.get("/desk")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/actions/webhook", {"Authorization": "Bearer guessed"}),
        ("/telegram/webhook", {"X-Telegram-Bot-Api-Secret-Token": "guessed"}),
        ("/web/messages", {"Authorization": "Bearer guessed"}),
        ("/web/files", {"Authorization": "Bearer guessed"}),
        ("/api/channel/events", {"Carehouse-Timestamp": "1", "Carehouse-Signature": "v1=guessed"}),
    ],
)
async def test_guessed_secrets_are_refused(app, path, headers):
    async with _client(app) as client:
        answer = await client.post(path, json={}, headers=headers)
    assert answer.status_code in {401, 403}


async def test_a_login_from_another_site_is_refused(app):
    async with _client(app) as client:
        answer = await client.post(
            "/login", data={"login": "mara"}, headers={"Origin": "https://elsewhere.example"}
        )
    assert answer.status_code == 403


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def _request(app: FastAPI, method: str, path: str) -> int | str:
    """The status; the name of the error when the route went to work unasked."""
    async with _client(app) as client:
        try:
            answer = await client.request(method, path, json={} if method == "POST" else None)
        except Exception as error:  # an unguarded route fails here, as it finds no database
            return type(error).__name__
    return answer.status_code
