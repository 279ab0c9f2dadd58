"""Fixtures of the web chat: the app with fakes behind it, clients, and the demo page in a tab."""

from collections.abc import AsyncIterator

import httpx
import pytest

from kit.database import Database
from tests.browser import browser, browsing, page  # noqa: F401  fixtures, found by name
from tests.channels.web.chat import Chat, Visitor, build_chat, open_visitor
from tests.channels.web.server import serve
from tests.channels.web.shop import PLENTY, Shop, follow_page


@pytest.fixture
def chat(database: Database) -> Chat:
    """The web chat with limits that do not get in a test's way."""
    return build_chat(database, heartbeat_s=0.2, messages_rate=PLENTY, sessions_rate=PLENTY)


@pytest.fixture
async def client(chat: Chat) -> AsyncIterator[httpx.AsyncClient]:
    """A client that speaks to the app in memory."""
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test") as opened:
        yield opened


@pytest.fixture
async def visitor(client: httpx.AsyncClient, chat: Chat) -> Visitor:
    """A browser with a session."""
    return await open_visitor(client, chat.database)


@pytest.fixture
async def shop(page, database) -> AsyncIterator[Shop]:  # noqa: F811  the fixture above
    """The demo page on a running server."""
    chat = build_chat(database, heartbeat_s=0.5, messages_rate=PLENTY, sessions_rate=PLENTY)
    async with serve(chat.app) as url:
        yield follow_page(page, chat, url)
        await page.close()


@pytest.fixture
async def phone(browser, database) -> AsyncIterator[Shop]:  # noqa: F811  the fixture above
    """The demo page on a phone."""
    chat = build_chat(database, messages_rate=PLENTY, sessions_rate=PLENTY)
    context = await browser.new_context(
        viewport={"width": 320, "height": 640},
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
        reduced_motion="reduce",
    )
    async with serve(chat.app) as url:
        yield follow_page(await context.new_page(), chat, url)
        await context.close()
