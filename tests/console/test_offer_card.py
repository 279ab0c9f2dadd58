"""The desk's offer: named with its reason in one's own case, put into the reply, kept once."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from crm.models import Conversation
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.traces import ContentOffer
from tests.console.desk_server import build_console, serve
from tests.console.test_desk import sign_in
from tests.handoff.scenes import open_case
from tests.insights.content.scene import order, publish

pytestmark = pytest.mark.browser


@pytest.fixture
async def desk(staffed: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Where the desk answers: Nell wants a person, Ines complains, both bought a lamp."""
    monkeypatch.setenv("CONTENT_HOLDOUT", "0")  # or one of ten runs would have nothing to show
    async with staffed.session() as session:
        await publish(session, "hang-a-lamp", title="Hang a lamp", tags=("product advice",))
        for name, reason in (
            ("Nell", HandoffReason.HUMAN_WANTED),
            ("Ines", HandoffReason.COMPLAINT),
        ):
            _, conversation = await open_case(session, reason=reason, account=name, name=name)
            await order(session, conversation.customer_id, 18_900, placed_at=utc_now())
        await session.commit()
    async with serve(build_console(staffed)) as base:
        yield base


async def open_and_claim(page: Page, name: str) -> None:
    await page.locator(".case", has_text=name).click()
    await expect(page.locator(".talk-name")).to_have_text(name)
    await page.keyboard.press("c")
    await expect(page.locator(".owner-claimed")).to_have_text("Yours")


async def test_what_is_worth_offering_is_named_used_and_kept(
    page: Page, desk: str, staffed: Database
):
    await sign_in(page, desk)
    await page.locator(".case", has_text="Nell").click()
    await expect(page.locator(".talk-name")).to_have_text("Nell")
    await expect(page.locator(".offer-title")).to_have_count(0)
    await open_and_claim(page, "Nell")
    await expect(page.locator(".offer-title")).to_have_text("Hang a lamp")
    await expect(page.locator(".person")).to_contain_text("They bought Alder floor lamp.")
    await page.get_by_role("button", name="Put into the reply").click()
    await expect(page.locator(".composer textarea")).to_have_value(
        "Hang a lamp: http://127.0.0.1:8000/help/hang-a-lamp"
    )

    await page.locator(".tab", has_text="All").click()
    await open_and_claim(page, "Ines")
    await expect(page.locator(".person-name")).to_have_text("Ines")
    await expect(page.locator(".offer-title")).to_have_count(0)
    async with staffed.session() as session:
        (kept,) = (await session.execute(select(ContentOffer))).scalars()
        found = select(Conversation.customer_id).where(Conversation.address == "Nell")
        assert kept.customer_id == await session.scalar(found)
    assert (kept.place, kept.holdout) == ("desk", False)
