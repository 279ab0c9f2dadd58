"""The widget against WCAG 2.2 AA, checked by axe: every state, light and dark, large and small."""

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from channels.ports import OpeningView, ShownFile
from tests.channels.web.chat import build_chat
from tests.channels.web.server import serve
from tests.channels.web.shop import PLENTY, follow_page

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
SIZES = {"desktop": (1280, 860), "phone": (360, 740), "short": (740, 360)}
WEEK = tuple((day, 540, 1080) for day in range(5))
BUSY = OpeningView(True, None, None, "Europe/Berlin", WEEK, 10)
PNG = {"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n and more"}
PROGRAM = {"name": "b.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}


async def find_violations(shop) -> list[str]:
    """Return what axe finds in the widget, as rule and place."""
    results = await Axe().run(shop.page, {"include": [["#carehouse-chat"]]}, OPTIONS)
    assert len(results.response["passes"]) > 5
    return [
        f"{one['id']}: {node['target']}"
        for one in results.response["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(params=SIZES)
async def sized(request, browser, database):
    """The demo page in a window of some size; calm, as far as animations go."""
    width, height = SIZES[request.param]
    chat = build_chat(
        database, messages_rate=PLENTY, sessions_rate=PLENTY, files_rate=PLENTY, heartbeat_s=0.5
    )
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce"
    )
    async with serve(chat.app) as url:
        yield follow_page(await context.new_page(), chat, url)
        await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_any_state(sized, scheme):
    """One walk through all states, since a browser is dear: each is looked at as it comes."""
    shop, page, transcript = sized, sized.page, sized.chat.transcript
    shop.chat.opening.view = BUSY
    shop.chat.accept.titles["y"] = "Yes"
    await page.emulate_media(color_scheme=scheme)
    found = {}
    await shop.visit()
    found["closed"] = await find_violations(shop)
    await shop.launcher.click()
    found["open"] = await find_violations(shop)
    await shop.write("Hello")
    address = await shop.find_address()
    await shop.wait_until_live(address)
    transcript.say(
        address,
        "Steps:\n1. One\n2. Two https://a.example/x",
        buttons=(("Yes", "y"), ("No", "n")),
        links=(("Help", "https://a.example"),),
        images=(("The shop's sign", f"{shop.url}/web/shop.svg"),),
    )
    transcript.say(address, "From Mira", author="agent")
    gone = ShownFile("old.pdf", "document", None, "gone")
    transcript.say(address, "A file", author="customer", files=(gone,))
    transcript.say(address, "A note", author="system")
    await expect(shop.rows).to_have_count(5)
    found["answered"] = await find_violations(shop)
    await page.get_by_role("button", name="Yes").click()
    transcript.set_owner(address, "queue")
    await expect(shop.dialog).to_contain_text("up to 10 minutes")
    await page.locator("summary").click()
    await expect(page.locator(".desk dl")).to_be_visible()
    found["waiting"] = await find_violations(shop)
    await page.locator("summary").click()
    transcript.set_owner(address, "agent")
    transcript.set_typing(address, True)
    await expect(shop.dialog).to_contain_text("You are talking with a person")
    await page.locator("input[type=file]").set_input_files([PNG, PROGRAM])
    await expect(page.locator(".tray li.failed, .tray li.ready")).to_have_count(2)
    found["files"] = await find_violations(shop)
    shop.chat.files.hold = asyncio.Event()
    await page.locator("input[type=file]").set_input_files([PNG])
    await expect(page.get_by_role("progressbar")).to_be_visible()
    found["uploading"] = await find_violations(shop)
    shop.chat.files.hold.set()
    await expect(page.locator(".tray li.ready")).to_have_count(2)
    shop.chat.accept.error = ConnectionError("away")
    await shop.write("unsent")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await page.context.set_offline(True)
    await expect(shop.dialog).to_contain_text("You are offline")
    found["unsent and offline"] = await find_violations(shop)
    await page.context.set_offline(False)
    assert found == {state: [] for state in found}


async def test_axe_would_find_something(sized):
    """The check itself: a button nobody can name is found, inside the widget's shadow."""
    await sized.visit("?open=1")
    await sized.page.evaluate(
        "document.getElementById('carehouse-chat').shadowRoot.querySelector('.dialog')"
        ".append(document.createElement('button'))"
    )
    assert any(one.startswith("button-name") for one in await find_violations(sized))
