"""Goodwill in a real browser: given on the spot, asked for, approved by a lead, told to the bot."""

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from console.login.passwords import hash_password
from console.seed import DEMO_AGENTS
from handoff.authority.models import GoodwillGrant, GrantState
from handoff.models import Role
from handoff.reasons import HandoffReason
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.console.test_desk import sign_in
from tests.console.test_shift import agent_of, take_picture
from tests.handoff.scenes import add_agent, open_case

pytestmark = pytest.mark.browser

TOBIAS = next(demo for demo in DEMO_AGENTS if demo.role is Role.LEAD)


@pytest.fixture
async def broken_shade(staffed):
    async with staffed.session() as session:
        await open_case(session, "My shade came broken", reason=HandoffReason.COMPLAINT)
        lead = await add_agent(session, TOBIAS.login, role=Role.LEAD)
        lead.display_name, lead.password_hash = TOBIAS.display_name, hash_password(TOBIAS.password)
        await session.commit()
    return staffed


async def give(page, amount, why):
    await page.click(".talk-name")
    await page.keyboard.press("g")
    await page.fill(".giving input[inputmode=decimal]", amount)
    await page.fill(".giving textarea", why)


async def ledger_of(database):
    async with database.session() as session:
        found = select(GoodwillGrant).order_by(GoodwillGrant.created_at)
        return [
            (line.amount_cents, line.state, line.authorised_by)
            for line in (await session.execute(found)).scalars()
        ]


async def test_on_the_spot_and_beyond(page, address, broken_shade, browser: Browser):
    complaints = watch_complaints(page)
    mara, tobias = [await agent_of(broken_shade, demo.login) for demo in (MARA, TOBIAS)]
    await sign_in(page, address)
    await page.click("[data-case]")
    await expect(page.locator(".talk-name")).to_have_text("Nell Ashdown")
    await page.keyboard.press("c")
    await expect(page.locator(".goodwill")).to_contain_text("50.00 EUR on the spot")

    await give(page, "20", "Sorry for the shade.")
    await expect(page.locator(".closing-foot .primary:visible")).to_contain_text("Give")
    await page.click(".closing-foot .primary:visible")
    await expect(page.locator(".goodwill")).to_contain_text("30.00 EUR on the spot")

    await give(page, "80,00", "A second one broke.")
    await expect(page.locator(".giving .closing-lead")).to_contain_text("asks a lead")
    await take_picture(page, "giving")
    await page.click(".closing-foot .primary:visible")
    await expect(page.locator(".grant.asked")).to_have_text("waits for a lead")

    context = await browser.new_context()
    lead = await context.new_page()
    await lead.goto(f"{address}/desk")
    await lead.fill("#login", TOBIAS.login)
    await lead.fill("#password", TOBIAS.password)
    await lead.click("button[type=submit]")
    await lead.click(".request:has-text('80.00 EUR credit for Nell Ashdown?')")
    await expect(lead.locator(".goodwill")).to_contain_text("A second one broke.")
    await take_picture(lead, "deciding")
    await lead.click(".goodwill .btn.primary")
    await expect(lead.locator(".requests")).to_be_hidden()
    await context.close()

    await expect(page.locator(".grant.granted")).to_have_count(2)
    assert await ledger_of(broken_shade) == [
        (2000, GrantState.GRANTED, mara.id),
        (8000, GrantState.GRANTED, tobias.id),
    ]
    await page.click(".talk-name")
    await page.keyboard.press("b")
    outcome = page.locator(".closing textarea:visible")
    await expect(outcome).to_have_value("You get: 20.00 EUR credit, 80.00 EUR credit. ")
    assert complaints == []
