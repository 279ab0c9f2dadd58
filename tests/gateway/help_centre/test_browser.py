"""The help centre in a real Chromium: without scripts, by axe's rules, in both colour schemes.

SCREENSHOTS=folder keeps the pictures taken on the way; otherwise they go to a temporary folder.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser import browser, watch_complaints  # noqa: F401  a fixture, found by name
from tests.console.desk_server import serve
from tests.gateway.help_centre.conftest import build_site

pytestmark = pytest.mark.browser

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SEARCH = "/help?language=en&q=how+long+does+delivery+to+Norway+take"
PAGES = {
    "start": "/help?language=en",
    "topic": "/help?language=de&topic=Lieferung",
    "article": "/help/delivery-times",
    "results": SEARCH,
    "nothing": "/help?language=de&q=xylophon+quasar",
    "missing": "/help/nowhere",
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
async def address(centre) -> AsyncIterator[str]:
    async with serve(build_site(replace(centre, site="https://shop.example"))) as served:
        yield served


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def open_page(browser: Browser, scheme="light", size="desktop", **options) -> Page:  # noqa: F811  the fixture of this name
    width, height = SIZES[size]
    context = await browser.new_context(
        locale="en-GB",
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(30_000)
    return await context.new_page()


async def test_without_scripts_a_visitor_searches_reads_switches_and_votes(browser, address):  # noqa: F811  the fixture of this name
    page = await open_page(browser, java_script_enabled=False)
    complaints = watch_complaints(page)
    await page.goto(f"{address}/help")
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to content")).to_be_focused()
    await page.get_by_role("searchbox").fill("when will my order arrive")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("found")
    await page.get_by_role("link", name="Delivery times", exact=True).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Delivery times")
    await page.get_by_role("link", name="Express delivery").click()
    await expect(page.locator("#about-express-delivery")).to_be_in_viewport()
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lieferzeiten")
    await page.get_by_role("button", name="Ja, hat geholfen").click()
    await expect(page.get_by_role("status")).to_have_text("Danke für Ihre Rückmeldung.")
    assert page.url.endswith("/help/lieferzeiten?thanks=yes#feedback")
    assert await page.context.cookies() == []
    assert complaints == []
    await page.context.close()


async def test_every_page_keeps_to_the_rules_in_every_size_and_scheme(
    browser,  # noqa: F811  the fixture of this name
    address,
    pictures,
):
    problems = []
    for scheme in ("light", "dark"):
        for size in SIZES:
            page = await open_page(browser, scheme, size)
            complaints = watch_complaints(page)
            for name, path in PAGES.items():
                await page.goto(f"{address}{path}")
                found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
                where = f"{name}, {scheme}, {size}"
                problems += [
                    f"{where}: {one['id']}: {one['nodes'][0]['html'][:120]}"
                    for one in found.response["violations"]
                ]
                wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                if await page.evaluate(wide) > 0:
                    problems.append(f"{where}: scrolls sideways")
                picture = pictures / f"help-{name}-{scheme}-{size}.png"
                await page.screenshot(path=picture, full_page=name in {"article", "start"})
            # A missing page is told of as an error by the browser itself.
            problems += [one for one in complaints if "404" not in one]
            await page.context.close()
    assert problems == []


async def test_a_chat_about_an_article_begins_with_its_title(browser, address, pictures):  # noqa: F811  the fixture of this name
    page = await open_page(browser)
    await page.goto(f"{address}/help/delivery-times")
    await page.get_by_role("link", name="Chat about this").click()
    box = page.get_by_label("Your message")
    await expect(box).to_have_value("About “Delivery times”: ")
    await expect(box).to_be_focused()
    await page.screenshot(path=pictures / "help-chat-about.png")
    hostile = '"><script>window.hurt=1</script>'
    await page.goto(f"{address}/chat?about={hostile}&draft={hostile}&open=1")
    await expect(box).to_have_value("")
    assert await page.evaluate("window.hurt") is None
    await page.context.close()
