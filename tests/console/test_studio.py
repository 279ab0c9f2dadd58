"""The page of understanding in a real browser: label, write, train, compare, serve, go back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

from handoff.models import Agent, Role
from kit.database import Database
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.console.desk_server import build_console, serve
from tests.handoff.scenes import say
from tests.insights.review_scene import NEW, OLD, FakeEngines, make_review

pytestmark = pytest.mark.browser


@pytest.fixture
def engines() -> FakeEngines:
    return FakeEngines()


@pytest.fixture
async def studio(
    staffed: Database, tmp_path: Path, engines: FakeEngines, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """Where the studio answers; one message is in doubt, and Mara leads the team."""
    async with staffed.session() as session:
        message = await say(session, "<b>no lamp</b> yet, I am Nell, LL-48213")
        message.intent, message.confidence = "nlu_fallback", 0.21
        await session.execute(update(Agent).values(role=getattr(request, "param", Role.LEAD)))
        await session.commit()
    app = build_console(staffed, make_review(staffed, tmp_path, engines))
    async with serve(app) as base:
        yield base


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/studio/understanding")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/studio/understanding")
    await page.wait_for_selector(".message-row")


async def choose_intent(page: Page, intent: str) -> None:
    await page.locator(".message-choice input").first.click()
    await page.locator(".q-item", has_text=intent).click()


async def test_from_a_doubtful_message_to_another_model_and_back(
    page: Page, studio: str, engines: FakeEngines, tmp_path: Path
):
    complaints = watch_complaints(page)
    await sign_in(page, studio)
    row = page.locator(".message-row")
    await expect(row.locator("textarea")).to_have_value("<b>no lamp</b> yet, I am Robin, LL-10000")

    await choose_intent(page, "track_order")
    await page.get_by_role("button", name="Learn this").click()
    await expect(page.locator(".message-row")).to_have_count(0)
    await expect(page.locator(".difference")).to_contain_text("+      - <b>no lamp</b> yet")

    await page.get_by_role("button", name="Write into the training data").click()
    await expect(page.locator(".difference")).to_have_count(0)
    assert "no lamp" in (tmp_path / "nlu_data" / "nlu" / "reviewed.yml").read_text()

    await page.get_by_role("button", name="Train from the data").click()
    await expect(page.locator(".progress")).to_contain_text(NEW)
    new = page.locator(".model", has_text=NEW.removesuffix(".tar.gz"))
    await new.get_by_role("button", name="Compare").click()
    await expect(page.locator(".figures")).to_contain_text("macro-F1")
    await expect(page.locator(".comparison")).to_contain_text("1 of the 1 newest")

    await new.get_by_role("button", name="Serve this").click()
    await expect(new.locator(".serving")).to_have_text("serves now")
    assert engines.model == NEW
    old = page.locator(".model", has_text=OLD.removesuffix(".tar.gz"))
    await old.get_by_role("button", name="Serve this").click()
    await expect(old.locator(".serving")).to_have_text("serves now")
    assert engines.model == OLD
    assert complaints == []


async def test_personal_data_is_not_learned(page: Page, studio: str):
    await sign_in(page, studio)
    await choose_intent(page, "greet")
    await page.locator(".message-row textarea").fill("mail me: nell@mail.example.com")
    await page.get_by_role("button", name="Learn this").click()
    await expect(page.get_by_text("There is personal data in the words")).to_be_visible()
    await expect(page.locator(".message-row")).to_have_count(1)


@pytest.mark.parametrize("studio", [Role.AGENT], indirect=True)
async def test_an_agent_labels_but_changes_no_model(page: Page, studio: str):
    await sign_in(page, studio)
    await choose_intent(page, "track_order")
    await page.get_by_role("button", name="Learn this").click()
    await expect(page.get_by_text("A lead or manager writes this")).to_be_visible()
    await expect(page.get_by_role("button", name="Train from the data")).to_have_count(0)
    await expect(page.get_by_role("button", name="Serve this")).to_have_count(0)


async def test_an_engine_that_refuses_is_said(page: Page, studio: str, engines: FakeEngines):
    await sign_in(page, studio)
    await page.get_by_role("button", name="Train from the data").click()
    new = page.locator(".model", has_text=NEW.removesuffix(".tar.gz"))
    engines.refuses = True
    await new.get_by_role("button", name="Serve this").click()
    await expect(page.locator(".progress")).to_contain_text("refused")
    assert engines.model == OLD
