"""A shift at the desk in a real browser: being given cases, passing one on, going home."""

import os

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from handoff.models import Agent, Handoff
from handoff.reasons import HandoffReason
from handoff.workforce import assignment, presence
from handoff.workforce.models import PresenceState
from kit.clock import utc_now
from kit.database import Database
from tests.browser import watch_complaints
from tests.console.conftest import JONAS, MARA
from tests.console.test_desk import sign_in
from tests.handoff.scenes import open_case

pytestmark = pytest.mark.browser


async def agent_of(database: Database, login: str) -> Agent:
    async with database.session() as session:
        return (await session.execute(select(Agent).where(Agent.login == login))).scalar_one()


async def handoff_of(database: Database) -> Handoff:
    async with database.session() as session:
        return (await session.execute(select(Handoff))).scalar_one()


async def state_of(database: Database, agent: Agent) -> PresenceState:
    async with database.session() as session:
        return await presence.find_presence(session, agent.id)


async def take_picture(page: Page, name: str) -> None:
    """Keep what the page shows, for people to look at, where DESK_PICTURES says."""
    folder = os.environ.get("DESK_PICTURES")
    if folder:
        for dark in (False, True):
            await page.emulate_media(color_scheme="dark" if dark else "light")
            await page.screenshot(path=f"{folder}/{name}-{'dark' if dark else 'light'}.png")


async def test_a_shift(page, address, staffed):
    complaints = watch_complaints(page)
    mara, jonas = await agent_of(staffed, MARA.login), await agent_of(staffed, JONAS.login)
    await sign_in(page, address)
    await expect(page.locator('.presence-choice.away[aria-pressed="true"]')).to_be_visible()
    assert await state_of(staffed, mara) is PresenceState.AWAY

    # Whoever is available is given what comes.
    await page.click(".presence-choice.available")
    await expect(page.locator('.presence-choice.available[aria-pressed="true"]')).to_be_visible()
    async with staffed.session() as session:
        await open_case(session, "The contract is wrong", reason=HandoffReason.COMPLAINT)
        await presence.declare(session, jonas.id, PresenceState.AVAILABLE, utc_now())
        await presence.declare(session, jonas.id, PresenceState.AWAY, utc_now())
        await session.commit()
    await expect(page.locator(".presence-others")).to_contain_text("Jonas Falk (0)")
    async with staffed.session() as session:
        for handoff_id in await assignment.list_assignable(session, utc_now()):
            assert await assignment.assign(session, handoff_id, utc_now()) == mara.id
        await session.commit()
    await page.click(".tab:has-text('Mine')")
    await page.click("[data-case]")
    await expect(page.locator(".owner")).to_have_text("Yours")
    await expect(page.locator(".presence-others")).to_contain_text("1 of 5 cases")
    await expect(page.locator(".talk-facts")).to_contain_text("First reply")

    # It is Jonas who knows this.
    await page.click(".talk-name")
    await page.keyboard.press("t")
    await page.click(".closing .q-select")
    await take_picture(page, "passing")
    await page.click(".q-item:has-text('Jonas Falk')")
    await expect(page.locator(".closing-foot .primary")).to_be_disabled()
    await page.fill(".closing textarea", "You wrote the contract.")
    await page.click(".closing-foot .primary")
    await expect(page.locator(".owner")).to_have_text("With Jonas Falk")
    await expect(page.locator(".msg.note .msg-body")).to_contain_text("You wrote the contract.")
    await take_picture(page, "passed")
    assert (await handoff_of(staffed)).agent_id == jonas.id

    await page.click(".presence-choice.offline")
    await expect(page.locator('.presence-choice.offline[aria-pressed="true"]')).to_be_visible()
    assert await state_of(staffed, mara) is PresenceState.OFFLINE
    assert complaints == []


async def test_claiming_after_the_shift_means_being_back(page, address, staffed):
    mara = await agent_of(staffed, MARA.login)
    async with staffed.session() as session:
        await open_case(session)
        await session.commit()
    await sign_in(page, address)
    await page.click(".presence-choice.offline")
    await expect(page.locator('.presence-choice.offline[aria-pressed="true"]')).to_be_visible()
    await page.click("[data-case]")
    await page.click(".talk-actions .btn.primary")
    await expect(page.locator(".owner")).to_have_text("Yours")
    assert await state_of(staffed, mara) is PresenceState.AWAY
