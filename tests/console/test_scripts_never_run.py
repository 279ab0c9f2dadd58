"""Hostile words in articles, questions and files, shown in the pages of customers and staff."""

import asyncio
import re

import pytest
from fastapi import FastAPI
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy import update

from gateway.help_centre import HelpCentre, build_help_centre
from gateway.signing import Signer
from handoff.models import Agent, Role
from kit.database import Database
from knowledge_base import service
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.encoder import OnnxEncoder
from tests.console.conftest import MARA
from tests.console.desk_server import build_console, serve
from tests.handoff.scenes import open_case
from tests.knowledge_base.conftest import encoder  # noqa: F401  a fixture
from tests.knowledge_base.payloads import load_payloads

pytestmark = pytest.mark.browser

PAYLOADS = load_payloads()
BODY = "\n\n".join(PAYLOADS)


async def publish_hostile(database: Database, model: OnnxEncoder) -> None:
    async with database.session() as session:
        for slug, language in (("hostile", "en"), ("feindlich", "de")):
            title = " ".join(PAYLOADS[number] for number in range(0, len(PAYLOADS), 12))
            draft = Draft(
                slug=slug, title=title, body=BODY, owner=PAYLOADS[0], language=language,
                tags=tuple(PAYLOADS[:5]), asked_as=tuple(PAYLOADS[20:25]),
            )  # fmt: skip
            version = await service.save_draft(session, draft)
            await service.publish(session, slug, number=version.number, encoder=model)
        message = (await open_case(session, BODY, name=PAYLOADS[18], account="guest"))[0]
        assert message.id
        await session.execute(update(Agent).values(role=Role.LEAD))
        await session.commit()


def build_public(database: Database, model: OnnxEncoder) -> tuple[FastAPI, KnowledgeBase]:
    knowledge = KnowledgeBase(database, model, Calibration.load())
    centre = HelpCentre(database, knowledge, Signer(b"a key of the tests"), "https://shop.example")
    app = FastAPI()
    app.include_router(build_help_centre(centre))
    return app, knowledge


async def test_nothing_hostile_runs_in_any_page(
    page: Page,
    staffed: Database,
    encoder: OnnxEncoder,  # noqa: F811  the fixture
):
    ran: list[str] = []

    async def report(place: str) -> None:
        ran.append(place)

    await page.expose_function("reportRan", report)
    await page.add_init_script(
        "Object.defineProperty(window, '__xss', {set() { reportRan(location.href) }, get() {}})"
    )
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
    await publish_hostile(staffed, encoder)
    app, knowledge = build_public(staffed, encoder)
    await knowledge.start()
    async with serve(app) as public, serve(build_console(staffed, knowledge=knowledge)) as staff:
        await page.goto(f"{public}/help/hostile")
        await expect(page.locator("body")).to_contain_text("window.__xss=1")
        await stir(page)
        for query in PAYLOADS[::20]:
            await page.goto(f"{public}/help")
            await page.evaluate("q => { location.search = '?q=' + encodeURIComponent(q) }", query)
            await page.wait_for_url("**/help?q=*")
            await stir(page)
        await page.goto(f"{staff}/login?next=/desk")
        await page.fill("#login", MARA.login)
        await page.fill("#password", MARA.password)
        await page.click("button[type=submit]")
        await page.wait_for_url("**/desk")
        await page.locator(".case").first.click()
        await expect(page.locator("body")).to_contain_text("window.__xss=1")
        await stir(page)
        await page.goto(f"{staff}/studio/import")
        await upload(page)
        await stir(page)
        await page.goto(f"{staff}/studio/content")
        await expect(page.locator(".content-table")).to_contain_text("window.__xss=1")
        await stir(page)
        await page.goto(f"{staff}/studio/content/hostile")
        await ask(page)
        await stir(page)
        # The sentinel itself works: what runs is seen.
        assert ran == []
        await page.evaluate("window.__xss = 1")
        await expect_ran(ran)


async def ask(page: Page) -> None:
    """Preview the hostile article in every channel, change it, and ask for it."""
    await expect(page.locator(".preview .page")).to_contain_text("window.__xss=1")
    for name in ("Telegram", "Slack"):
        await page.locator(".channel-name", has_text=name).click()
    await page.get_by_label("Title", exact=True).fill(PAYLOADS[1])
    await expect(page.locator(".diff-text ins").first).to_be_visible(timeout=30_000)
    await page.get_by_label("A question").fill(PAYLOADS[0])
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.locator(".answer")).to_have_count(2, timeout=30_000)


async def upload(page: Page) -> None:
    """Preview a file whose names, titles and words are hostile, then import it."""
    table = "\n".join(["question,answer", *(f"{quoted(p)},{quoted(p)}" for p in PAYLOADS)])
    name = "x<img src=x onerror=window.__xss=1>.csv"
    file = FilePayload(name=name, mimeType="text/csv", buffer=table.encode())
    await page.locator("input[type=file]").set_input_files(file)
    headline = page.locator("[role=status]")
    await expect(headline).to_contain_text("This would happen", timeout=60_000)
    await expect(page.locator(".import-report")).to_contain_text("window.__xss=1")
    await page.get_by_role("button", name=re.compile(r"Import \d+ as drafts")).click()
    await expect(headline).to_contain_text("Done", timeout=60_000)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


async def stir(page: Page) -> None:
    """Touch and focus what is there: some payloads wait for that."""
    await page.evaluate(
        """() => document.querySelectorAll('main *, body > *').forEach(each => {
            for (const kind of ['mouseover', 'pointerover', 'focus', 'animationstart'])
                each.dispatchEvent(new Event(kind, {bubbles: true}))
        })"""
    )
    for link in await page.query_selector_all('a[href^="javascript"], a[href^="data:"]'):
        raise AssertionError(await link.get_attribute("href"))


async def expect_ran(ran: list[str]) -> None:
    async with asyncio.timeout(30):
        while not ran:
            await asyncio.sleep(0.01)
