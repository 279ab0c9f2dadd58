"""Gaps and earnings in a real browser: from a question to a draft, from a number to its rows."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from crm.models import Conversation
from handoff.models import Agent, Role
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.answers import Verdict
from knowledge_base.asking import Asker, Quoted, record_question
from knowledge_base.drafts import Draft
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.export import export
from knowledge_base.models import Article, ArticleVersion
from knowledge_base.service import import_drafts
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.console.desk_server import build_console, serve
from tests.handoff.scenes import say
from tests.knowledge_base.conftest import ENCODER_FOLDER

pytestmark = pytest.mark.browser
HOSTILE = "Do you <img src=x onerror=alert(1)> gift wrap it?"


@pytest.fixture
async def studio(staffed: Database, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Where the studio answers: one article, one answered question, two that were not."""
    export(ENCODER_FOLDER)
    draft = Draft(
        slug="wrapping", title="How parcels are packed", body="In paper.", owner="Ilse Vanderloom"
    )
    async with staffed.session() as session:
        encoder = OnnxEncoder.load(ENCODER_FOLDER)
        await import_drafts(session, [draft], encoder=encoder)
        article_id = (await session.execute(select(Article.id))).scalar_one()
        for question, verdict in (
            (HOSTILE, Verdict.UNKNOWN),
            ("can you gift wrap it please", Verdict.UNKNOWN),
            ("How is it packed?", Verdict.SURE),
        ):
            message = await say(session, question, account=question)
            message.created_at = utc_now() - timedelta(hours=1)
            conversation = await session.get_one(Conversation, message.conversation_id)
            customer_id = conversation.customer_id
            await record_question(
                session,
                Asker(message.id, message.conversation_id, customer_id),
                question=question,
                language="en",
                verdict=verdict,
                probability=0.5,
                quoted=Quoted(article_id, 1, 1) if verdict is Verdict.SURE else None,
                offered=(),
                at=message.created_at,
            )
        await session.execute(update(Agent).values(role=getattr(request, "param", Role.LEAD)))
        await session.commit()
    async with serve(build_console(staffed)) as base:
        yield base


async def sign_in(page: Page, address: str, place: str) -> None:
    await page.goto(f"{address}{place}")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_url(f"**{place}")


async def test_from_a_gap_to_a_phrasing_a_draft_and_away(
    page: Page, studio: str, staffed: Database
):
    complaints = watch_complaints(page)
    await sign_in(page, studio, "/studio/gaps")
    gap = page.locator(".gap")
    await expect(gap).to_have_count(1, timeout=30_000)
    await expect(gap.locator(".chips")).to_contain_text("2 customers")
    await expect(gap.get_by_text(HOSTILE)).not_to_have_count(0)

    await gap.get_by_role("button", name="Write this article").click()
    started = gap.locator(".gap-actions .value-link")
    await expect(started).to_have_attribute("href", "/studio/content/" + await started.inner_text())
    await gap.get_by_role("button", name="as a phrasing of").first.click()
    await expect(gap.locator(".gap-actions")).to_contain_text("Phrasing added to")
    async with staffed.session() as session:
        found = select(Article.slug, ArticleVersion.state, ArticleVersion.asked_as).join(
            ArticleVersion, ArticleVersion.article_id == Article.id
        )
        drafts = {
            slug: asked for slug, state, asked in await session.execute(found) if state == "draft"
        }
    assert len(drafts) == 2
    assert drafts.pop("wrapping")[0] in (HOSTILE, "can you gift wrap it please")
    assert set(*drafts.values()) == {HOSTILE, "can you gift wrap it please"}

    await gap.get_by_role("button", name="Not a gap").click()
    await expect(page.get_by_text("No gaps.")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("studio", [Role.AGENT], indirect=True)
async def test_a_number_shows_its_rows_by_keyboard_and_an_agent_dismisses_nothing(
    page: Page, studio: str
):
    complaints = watch_complaints(page)
    await sign_in(page, studio, "/studio/earned")
    number = page.get_by_role("button", name="1 answers that showed it: How parcels are packed")
    await expect(number).to_be_visible(timeout=30_000)
    await expect(page.locator(".earned-table")).to_contain_text("not been offered to anybody")
    await number.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".ledger-row")).to_contain_text("How is it packed?")
    opener = page.get_by_role("button", name="1 version")
    await opener.press("Enter")
    await expect(page.locator("tr.version")).to_have_count(1)
    await page.goto(f"{studio}/studio/gaps")
    await expect(page.locator(".gap")).to_have_count(1, timeout=30_000)
    await expect(page.get_by_role("button", name="Not a gap")).to_have_count(0)
    assert complaints == []


async def test_pages_with_nothing_say_what_to_do(page: Page, address: str):
    export(ENCODER_FOLDER)
    await sign_in(page, address, "/studio/gaps")
    await expect(page.get_by_text("Questions appear here as customers write.")).to_be_visible(
        timeout=30_000
    )
    await page.goto(f"{address}/studio/earned")
    await expect(page.get_by_text("Nothing has been served yet.")).to_be_visible(timeout=30_000)
