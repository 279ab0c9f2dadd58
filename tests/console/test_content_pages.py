"""A marketer's work in a real browser: list, write, preview, ask, foresee, publish, roll back."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy import select, update

from handoff.models import Agent, Role
from kit.clock import utc_now
from kit.database import Database
from knowledge_base import editorial, library, releasing
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.export import export
from knowledge_base.models import ContentImage
from knowledge_base.traces import AskedQuestion
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.console.desk_server import build_console, serve

pytestmark = pytest.mark.browser

ENCODER_FOLDER = Path(__file__).parents[2] / "var" / "encoder"
BODY = "## Steps\n\n1. Open **Orders**.\n2. Choose *Return*.\n\nA label costs nothing."
EVIL = '<img src=x onerror="window.hurt = 1"><script>window.hurt = 2</script>'


def make(slug: str, title: str, body: str = BODY) -> Draft:
    return Draft(slug=slug, title=title, body=body, owner="Ilse Vanderloom", tags=("returns",))


@pytest.fixture
async def studio(staffed: Database, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Where the studio answers: two served articles, one hostile draft, questions asked."""
    role, settings = getattr(request, "param", (Role.MARKETER, {}))
    export(ENCODER_FOLDER)
    encoder = OnnxEncoder.load(ENCODER_FOLDER)
    async with staffed.session() as session:
        await session.execute(update(Agent).values(role=role))
        for draft in (
            make("return-an-item", "Return an item"),
            make("wash-a-throw", "Wash a wool throw", "Wash wool at thirty degrees by hand."),
        ):
            await editorial.save(session, draft, by="tobias")
            await releasing.publish(session, draft.slug, number=1, by="tobias", encoder=encoder)
        await editorial.save(session, make("evil", EVIL, EVIL), by="tobias")
        for number, question in enumerate(("how do I return a lamp?", "can I wash the throw?")):
            session.add(
                AskedQuestion(
                    message_id=uuid4(),
                    conversation_id=uuid4(),
                    customer_id=uuid4(),
                    question=question,
                    verdict="unknown",
                    probability=0.1,
                    asked_at=utc_now() - timedelta(minutes=number),
                )
            )
        await session.commit()
    knowledge = KnowledgeBase(staffed, encoder, Calibration.load())
    await knowledge.start()
    async with serve(build_console(staffed, knowledge=knowledge, **settings)) as base:
        yield base


async def sign_in(page: Page, address: str, where: str = "/studio/content") -> None:
    await page.goto(f"{address}{where}")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_url(f"**{where}")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


async def picture(page: Page, folder: Path, name: str) -> None:
    """Both schemes, to be looked at."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=folder / f"{name}-{scheme}.png")
    await page.emulate_media(color_scheme="light")


async def import_a_file(page: Page, studio: str) -> None:
    await page.goto(f"{studio}/studio/import")
    file = FilePayload(name="lamp.md", mimeType="text/markdown", buffer=b"# Hang a lamp\n\nHigh.")
    await page.locator("input[type=file]").set_input_files(file)
    await button(page, "Import 1 as drafts").click(timeout=60_000)
    await expect(page.locator("[role=status]")).to_contain_text("Done: 1 imported", timeout=60_000)


async def draft_from_a_gap(page: Page, studio: str) -> None:
    await page.goto(f"{studio}/studio/gaps")
    write = page.get_by_role("button", name="Write this article").first
    await write.click(timeout=30_000)
    started = page.locator(".gap-actions .value-link").first
    slug = await started.inner_text()
    await started.click()
    await page.wait_for_url(f"**/studio/content/{slug}")
    await expect(page.get_by_label("Asked as")).not_to_have_value("")


async def test_a_day_from_the_list_to_a_published_change_and_back(
    page: Page, studio: str, tmp_path: Path
):
    complaints = watch_complaints(page)
    await sign_in(page, studio)
    rows = page.locator(".content-table tbody tr")
    await expect(rows).to_have_count(3)
    await picture(page, tmp_path, "list")
    await page.get_by_label("Search titles").fill("thirty degrees")
    await expect(rows).to_have_count(1)

    await page.goto(f"{studio}/studio/content/return-an-item")
    await page.wait_for_selector(".preview .page")
    await picture(page, tmp_path, "top")
    body = page.get_by_label("Text, in Markdown")
    await expect(body).to_have_value(BODY)
    await body.fill(BODY.replace("nothing", "four euros"))
    await expect(page.locator(".diff-text ins")).to_have_text("four euros")
    await expect(page.locator(".diff-text del")).to_have_text("nothing")
    await expect(page.locator(".page")).to_contain_text("four euros")
    await expect(page.locator(".bubble.slack").last).to_contain_text(
        "return-an-item|Return an item>"
    )
    await page.reload()
    await expect(body).to_have_value(BODY.replace("nothing", "four euros"))

    await page.get_by_label("A question").fill("what does a return label cost?")
    await button(page, "Ask").click()
    await expect(page.locator(".answer")).to_have_count(2)
    await page.get_by_label("Asked as").fill("can I wash the throw?")
    await expect(page.locator(".diff")).to_contain_text("asked as")
    await button(page, "Try it").click()
    await expect(page.locator(".changes")).to_contain_text("of 2 would change")
    washed = page.locator(".change").filter(has_text="can I wash the throw?")
    await expect(washed.locator(".side").first).to_contain_text("Wash a wool throw")
    await expect(washed.locator(".side").last).to_contain_text("Return an item")
    await picture(page, tmp_path, "editor")

    await button(page, "Publish").click()
    await expect(page.locator(".editor-status")).to_contain_text("version 2")
    await expect(page.locator(".editor-status .chip.published")).to_have_count(1)
    await button(page, "Roll back to this").click()
    await expect(page.locator(".editor-status")).to_contain_text("version 3")
    await expect(body).to_have_value(BODY)

    await import_a_file(page, studio)
    await draft_from_a_gap(page, studio)
    await page.set_viewport_size({"width": 390, "height": 780})
    await picture(page, tmp_path, "narrow-editor")
    await page.get_by_role("link", name="Articles").first.click()
    await page.wait_for_url("**/studio/content")
    await expect(rows).to_have_count(5)
    looked_at = rows.filter(has_text="Return an item")  # no draft came of looking
    await expect(looked_at.locator(".chip.published")).to_have_count(1)
    await picture(page, tmp_path, "narrow-list")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert await page.evaluate(wide) is False
    assert complaints == []


async def test_what_a_colleague_wrote_meanwhile_is_shown_and_not_overwritten(
    page: Page, studio: str, staffed: Database
):
    await sign_in(page, studio, "/studio/content/return-an-item")
    title = page.get_by_label("Title", exact=True)
    await expect(title).to_have_value("Return an item")
    async with staffed.session() as session:
        theirs = make("return-an-item", "Send it back")
        await editorial.save(session, theirs, by="jonas", base=1)
        await session.commit()
    await title.fill("Returning things")
    await expect(page.get_by_role("alert")).to_contain_text("jonas changed this article")
    await expect(page.get_by_role("alert")).to_contain_text("Send it back")
    await button(page, "Keep mine").click()
    await expect(page.locator(".saved")).to_have_text("Saved.")
    await page.reload()
    await expect(title).to_have_value("Returning things")


async def test_a_new_article_is_written_and_its_script_never_runs(page: Page, studio: str):
    complaints = watch_complaints(page)
    await sign_in(page, studio, "/studio/content/new")
    await page.get_by_label("Title", exact=True).fill(EVIL)
    await page.get_by_label("Address", exact=True).fill("new-words")
    await page.get_by_label("Text, in Markdown").fill(f"{EVIL}\n\n[x](javascript:window.hurt=3)")
    await expect(page.locator(".page")).to_contain_text("onerror")
    await button(page, "Create draft").click()
    await page.wait_for_url("**/studio/content/new-words")
    await expect(page.locator(".page")).to_contain_text("onerror")
    await page.goto(f"{studio}/studio/content/evil")
    await expect(page.locator(".page")).to_contain_text("onerror")
    await page.goto(f"{studio}/studio/content")
    await expect(page.locator(".content-table")).to_contain_text("onerror")
    assert await page.evaluate("window.hurt") is None
    assert complaints == []


async def test_an_address_that_is_taken_is_not_overwritten(
    page: Page, studio: str, staffed: Database
):
    await sign_in(page, studio, "/studio/content/new")
    await page.get_by_label("Title", exact=True).fill("Mine")
    await page.get_by_label("Address", exact=True).fill("return-an-item")
    await page.get_by_label("Text, in Markdown").fill("My words.")
    await button(page, "Create draft").click()
    await expect(page.locator(".saved")).to_contain_text("there is an article at this address")
    async with staffed.session() as session:
        assert (await library.get_article(session, "return-an-item")).draft is None


async def test_a_picture_is_put_into_the_text(page: Page, studio: str, staffed: Database):
    await sign_in(page, studio, "/studio/content/return-an-item")
    await expect(page.get_by_label("Title", exact=True)).to_have_value("Return an item")
    written = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(written, format="PNG")
    file = FilePayload(name="a.png", mimeType="image/png", buffer=written.getvalue())
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_label("Text, in Markdown")).to_have_value(
        re.compile(r"!\[Describe this picture\]\(/help/images/[0-9a-f-]{36}\)")
    )
    await expect(page.locator(".page img")).to_have_count(1)
    async with staffed.session() as session:
        kept = (await session.execute(select(ContentImage))).scalar_one()
    assert (kept.uploaded_by, kept.media_type) == (MARA.login, "image/png")


@pytest.mark.parametrize("studio", [(Role.AGENT, {})], indirect=True)
async def test_an_agent_writes_but_does_not_publish(page: Page, studio: str):
    await sign_in(page, studio, "/studio/content/evil")
    await expect(button(page, "Submit for review")).to_be_visible()
    await expect(button(page, "Publish")).to_have_count(0)
    await button(page, "Submit for review").click()
    await expect(page.locator(".editor-status .chip.in_review")).to_be_visible()


@pytest.mark.parametrize("studio", [(Role.MARKETER, {"four_eyes": True})], indirect=True)
async def test_an_article_goes_through_review_plan_and_the_archive(page: Page, studio: str):
    await sign_in(page, studio, "/studio/content/return-an-item")
    status = page.locator(".editor-status")
    body = page.get_by_label("Text, in Markdown")
    await expect(body).to_have_value(BODY)
    await body.fill(BODY.replace("nothing", "four euros"))
    await button(page, "Submit for review").click()
    await expect(status.locator(".chip.in_review")).to_be_visible()
    await page.get_by_label("What is to be changed").fill("Say which euros.")
    await button(page, "Send back").click()
    await expect(status.locator(".chip.draft")).to_be_visible()
    await expect(page.locator(".events")).to_contain_text("sent back version 2: Say which euros.")

    await button(page, "Publish").click()  # four eyes: who wrote it does not approve it
    await expect(page.get_by_text("Somebody who did not write this version")).to_be_visible()
    at = utc_now() + timedelta(days=1)
    await page.get_by_label("Publish at (UTC)").fill(f"{at:%Y-%m-%dT%H:%M}")
    await button(page, "Schedule").click()
    await expect(page.get_by_text("Somebody who did not write this version").last).to_be_visible()
    await expect(button(page, "Call the plan off")).to_have_count(0)

    await button(page, "Discard draft").click()
    await expect(button(page, "Discard draft")).to_have_count(0)
    await expect(status).to_contain_text("version 1")
    await button(page, "Withdraw").click()
    await expect(status.locator(".chip.archived")).to_be_visible()
    await button(page, "Restore as draft").last.click()
    await expect(status.locator(".chip.draft")).to_be_visible()
    await expect(body).to_have_value(BODY)


async def test_a_plan_is_made_and_called_off(page: Page, studio: str):
    await sign_in(page, studio, "/studio/content/evil")
    at = utc_now() + timedelta(days=1)
    await page.get_by_label("Publish at (UTC)").fill(f"{at:%Y-%m-%dT%H:%M}")
    await button(page, "Schedule").click()
    await expect(button(page, "Call the plan off")).to_be_visible()
    await page.get_by_role("link", name="Articles").first.click()
    await expect(page.locator(".content-table")).to_contain_text("planned")
    await page.go_back()
    await button(page, "Call the plan off").click()
    await expect(button(page, "Schedule")).to_be_visible()


async def test_a_marketer_has_no_desk(page: Page, studio: str):
    await sign_in(page, studio)
    await page.goto(f"{studio}/desk")
    await page.wait_for_url("**/studio/content")
    await page.get_by_label("settee, sofa, couch").fill("throw, blanket")
    await button(page, "Add").click()
    await expect(page.locator(".synonym-row")).to_contain_text("en: throw, blanket")
    await button(page, "Remove throw, blanket").click()
    await expect(page.locator(".synonym-row")).to_have_count(0)
