"""Promises in a real browser: made, offered after a reply, alarming, kept, also after the case."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from handoff.models import Handoff, HandoffState
from handoff.policy_file import load_policy
from handoff.promises.alarm import alarm, list_alarming, plan_warnings
from handoff.promises.models import Promise, PromiseState
from handoff.reasons import HandoffReason
from handoff.workforce.teams import keep_default_team
from kit.clock import utc_now
from kit.database import Database
from tests.browser import watch_complaints
from tests.console import test_desk
from tests.console.conftest import MARA
from tests.console.test_desk import sign_in
from tests.console.test_shift import agent_of, take_picture
from tests.handoff.scenes import open_case

pytestmark = pytest.mark.browser

BERLIN = ZoneInfo("Europe/Berlin")
PROMISES = ".card.promises"
OFFER = ".commitment"


@pytest.fixture
async def broken_shade(staffed: Database) -> Database:
    async with staffed.session() as session:
        await keep_default_team(session, hours="", zone="Europe/Berlin", holidays="")
        await open_case(session, "My shade came broken", reason=HandoffReason.COMPLAINT)
        await session.commit()
    return staffed


async def open_and_claim(page: Page, address: str) -> None:
    await sign_in(page, address)
    await page.click("[data-case]")
    await expect(page.locator(".talk-name")).to_have_text("Nell Ashdown")
    await page.keyboard.press("c")
    await expect(page.locator(".owner-claimed")).to_have_text("Yours")


async def write(page: Page, mode: str, text: str) -> None:
    await test_desk.write(page, mode, text)
    await expect(page.locator(".composer textarea")).to_have_value("")  # it was taken


async def promises_of(database: Database) -> list[Promise]:
    async with database.session() as session:
        return list((await session.execute(select(Promise).order_by(Promise.made_at))).scalars())


async def let_time_pass(database: Database, *, until_due: timedelta) -> None:
    """Move every open promise to so much before its date, and let the job look."""
    now = utc_now()
    async with database.session() as session:
        await session.execute(
            update(Promise)
            .where(Promise.state == PromiseState.OPEN)
            .values(due_at=now + until_due, made_at=now - timedelta(days=2))
        )
        await plan_warnings(session, timedelta(hours=2))
        for promise_id in await list_alarming(session, now):
            await alarm(session, promise_id, policy=load_policy(), now=now)
        await session.commit()


async def test_a_promise_by_hand_alarms_and_is_kept(page, address, broken_shade):
    complaints = watch_complaints(page)
    mara = await agent_of(broken_shade, MARA.login)
    await open_and_claim(page, address)
    await page.click(".talk-name")
    await page.keyboard.press("m")
    done = page.locator(".promising .closing-foot .primary")
    await page.fill(".promising textarea", "A new shade is on its way.")
    await expect(done).to_be_disabled()
    await page.fill(".promising input[type=datetime-local]", "2020-01-01T10:00")
    await expect(page.locator(".promising-told")).to_contain_text("passed already")
    await expect(done).to_be_disabled()
    await page.click(".promising .quick button:has-text('In a week')")
    due = page.locator(".promising input[type=datetime-local]")
    await expect(due).to_have_value(re.compile("T18:00$"))  # no opening hours: when a day ends
    chosen = await due.input_value()
    await take_picture(page, "promising")
    await page.press(".promising textarea", "Control+Enter")
    await expect(page.locator(".promising")).to_be_hidden()
    await expect(page.locator(PROMISES)).to_contain_text("Mara Weiss: A new shade is on its way.")
    await expect(page.locator(f"{PROMISES} ch-time")).to_have_text(re.compile("due in [67] d"))
    (made,) = await promises_of(broken_shade)
    assert made.agent_id == mara.id
    assert made.due_at == datetime.fromisoformat(chosen).replace(tzinfo=BERLIN)

    await expect(page.locator(".alarms")).to_be_hidden()
    await let_time_pass(broken_shade, until_due=timedelta(minutes=90, seconds=30))
    await expect(page.locator(".alarms .request")).to_contain_text("A new shade is on its way.")
    await expect(page.locator(".q-notification", has_text="Promise due")).to_be_visible()
    await expect(page.locator(f"{PROMISES} ch-time")).to_have_text("due in 1 h")
    await take_picture(page, "promise-due")
    await page.click(f"{PROMISES} button:has-text('Kept')")
    await expect(page.locator(f"{PROMISES} .grant.kept")).to_have_text("kept")
    await expect(page.locator(".alarms")).to_be_hidden()
    assert complaints == []


async def test_what_was_written_is_offered_and_comes_back_after_the_case(
    page, address, broken_shade
):
    complaints = watch_complaints(page)
    await open_and_claim(page, address)
    await write(page, "Reply", "I am sorry about that.")
    await expect(page.locator(".msg.by-agent")).to_have_count(1)
    await expect(page.locator(OFFER)).to_be_hidden()
    await write(page, "Note", "I will call them tomorrow.")
    await expect(page.locator(".msg.note")).to_have_count(1)
    await expect(page.locator(OFFER)).to_be_hidden()  # the customer has not read it
    await write(page, "Reply", "We will send a new one tomorrow.")
    await expect(page.locator(OFFER)).to_contain_text("You wrote “tomorrow”.")
    await page.locator(OFFER).get_by_role("button", name="No", exact=True).click()
    await expect(page.locator(OFFER)).to_be_hidden()

    await write(page, "Reply", "It will be with you within two days.")
    await expect(page.locator(OFFER)).to_contain_text("“within two days”")
    await take_picture(page, "promise-offered")
    await page.click(f"{OFFER} .primary")
    await expect(page.locator(PROMISES)).to_contain_text("It will be with you within two days.")
    await expect(page.locator(OFFER)).to_be_hidden()

    await page.click(".talk-name")
    await page.keyboard.press("b")
    await page.fill(".closing textarea:visible", "A new shade comes by Friday.")
    await page.click(".closing-foot .primary:visible")
    await expect(page.locator(OFFER)).to_contain_text("“by Friday”")
    await page.click(f"{OFFER} button:has-text('Another time')")
    await expect(page.locator(".promising textarea")).to_have_value("A new shade comes by Friday.")
    await page.click(".promising .quick button:has-text('In a week')")
    await page.click(".promising .closing-foot .primary")
    await expect(page.locator(f"{PROMISES} .promise")).to_have_count(2)
    assert len(await promises_of(broken_shade)) == 2

    await let_time_pass(broken_shade, until_due=timedelta(hours=-1))
    await expect(page.locator(".alarms .request")).to_have_count(2)
    await page.locator(".alarms .request").first.click()
    await expect(page.locator(".talk-facts .reason")).to_contain_text("Promise due")
    await expect(page.locator(".brief")).to_contain_text("Something we promised is due")
    await expect(page.locator(f"{PROMISES} ch-time[late]")).to_have_count(2)
    await take_picture(page, "promise-broken")
    await page.locator(f"{PROMISES} button:has-text('Made good')").first.click()
    await expect(page.locator(".alarms .request")).to_have_count(1)
    await expect(page.locator(f"{PROMISES} .grant.broken")).to_have_text("made good late")
    async with broken_shade.session() as session:
        cases = (await session.execute(select(Handoff).order_by(Handoff.opened_at))).scalars().all()
    assert [case.state for case in cases] == [HandoffState.RETURNED, HandoffState.WAITING]
    assert complaints == []
