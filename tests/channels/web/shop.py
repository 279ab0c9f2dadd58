"""The demo page in a browser tab, with the server behind it. Used by the widget's tests."""

import asyncio
from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect

from channels.limits import Rate
from tests.browser import watch_complaints
from tests.channels.web.chat import Chat

PLENTY = Rate(per_minute=6000, burst=1000)


@dataclass
class Shop:
    """The demo page in a tab, with the server behind it and what the browser complained about."""

    page: Page
    chat: Chat
    url: str
    complaints: list[str]
    requests: list[str] = field(default_factory=list)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def rows(self) -> Locator:
        return self.page.locator("[role=log] .row:not(.greeting) .text")

    async def visit(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/chat{query}")
        await expect(self.page.locator("#carehouse-chat")).to_be_attached()

    async def write(self, text: str) -> None:
        await self.page.get_by_label("Your message").fill(text)
        await self.page.keyboard.press("Enter")

    async def find_address(self) -> str:
        """Return the address of the newest session once there is one with a message."""
        async with asyncio.timeout(8):
            while not self.chat.accept.events:
                await asyncio.sleep(0.02)
        return self.chat.accept.events[-1].address

    async def begin(self, text: str = "Hello") -> str:
        """Open the chat, write something, and return the conversation's address."""
        await self.visit("?open=1")
        await self.write(text)
        address = await self.find_address()
        await self.wait_until_live(address)
        return address

    async def wait_until_live(self, address: str) -> None:
        """Wait for the live connection."""
        async with asyncio.timeout(12):
            while not self.chat.transcript.watchers.get(address):
                await asyncio.sleep(0.02)


def follow_page(page: Page, chat: Chat, url: str) -> Shop:
    """Collect complaints and requests of the page from the start."""
    shop = Shop(page, chat, url, watch_complaints(page))
    page.on("request", lambda request: shop.requests.append(request.url))
    return shop
