"""The desk in a real browser: a case from the queue to the outcome, live, and hostile words."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete, select

from crm.models import Author, Conversation, Direction, Message, MessageState, Owner
from handoff import service
from handoff.models import Agent, AgentSession, Handoff
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.database import Database, notify
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.handoff.scenes import answer, open_case, say

pytestmark = pytest.mark.browser


@pytest.fixture
async def cases(staffed: Database) -> Database:
    """A dangerous lamp and a wish for a person, both waiting."""
    async with staffed.session() as session:
        _, conversation = await open_case(
            session,
            "The lamp is sparking and there is smoke",
            reason=HandoffReason.SAFETY,
            account="ines",
            name="Ines Marlow",
            channel="telegram",
        )
        await answer(session, conversation.id, "Did that help?", state=MessageState.PENDING)
        await open_case(session, account="nell", name="Nell Ashdown")
        await session.commit()
    return staffed


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/desk")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/desk")
    await page.wait_for_selector(".queue-list .case, .queue-list .empty")


async def claim_first(page: Page) -> None:
    await page.locator(".case", has_text="Ines Marlow").click()
    await expect(page.locator(".talk-name")).to_have_text("Ines Marlow")
    await page.keyboard.press("c")
    await expect(page.locator(".owner-claimed")).to_have_text("Yours")


async def write(page: Page, mode: str, text: str) -> None:
    await page.keyboard.press("Escape")
    await page.locator(".mode", has_text=mode).click()
    await page.fill(".composer textarea", text)
    await page.press(".composer textarea", "Control+Enter")


async def stored(database: Database, name: str) -> tuple[Conversation, list[Message]]:
    async with database.session() as session:
        conversation = (
            await session.execute(select(Conversation).where(Conversation.address == name))
        ).scalar_one()
        found = select(Message).where(Message.conversation_id == conversation.id)
        return conversation, list((await session.execute(found.order_by(Message.seq))).scalars())


async def test_a_case_from_the_queue_to_the_outcome(page, address, cases):
    complaints = watch_complaints(page)
    await sign_in(page, address)
    names = await page.locator(".row-name").all_text_contents()
    assert names == ["Ines Marlow", "Nell Ashdown"]
    assert await page.title() == "(2) Desk · Carehouse"

    await page.keyboard.press("j")
    await expect(page.locator(".composer.noting .lock")).to_be_visible()
    await expect(page.locator(".brief")).to_contain_text("Somebody may be in danger")
    await claim_first(page)
    await expect(page.locator(".msg.lost .msg-state")).to_contain_text("never saw it")

    await write(page, "Reply", "Please unplug the lamp.")
    await expect(page.locator(".msg.by-agent .msg-body")).to_have_text("Please unplug the lamp.")
    await expect(page.locator(".composer textarea")).to_have_value("")
    await write(page, "Note", "Known batch")
    await expect(page.locator(".msg.note .note-flag")).to_have_text("Internal note")

    await page.click("text=Return to Wick")
    await expect(page.locator(".closing-foot .primary")).to_be_disabled()
    await page.fill(".closing textarea", "A new lamp arrives by Friday.")
    await page.click(".closing-foot .primary")
    await expect(page.locator(".owner-returned")).to_be_visible()
    await expect(page.locator(".msg.by-system .msg-body").last).to_contain_text("by Friday")
    await expect(page.locator(".row-name")).to_have_text(["Nell Ashdown"])

    conversation, messages = await stored(cases, "ines")
    assert conversation.owner == Owner.BOT
    assert [m.author for m in messages if m.direction == Direction.NOTE] == [Author.AGENT]
    sent = [m.body for m in messages if m.author == Author.AGENT and m.direction == Direction.OUT]
    assert sent == ["Please unplug the lamp."]
    assert complaints == []


async def test_what_happens_elsewhere_appears_without_a_reload(page, address, cases):
    await sign_in(page, address)
    await claim_first(page)
    async with cases.session() as session:
        message = await say(session, "It is unplugged now", account="ines", channel="telegram")
        await session.commit()
    await expect(page.locator(".msg.in .msg-body").last).to_have_text("It is unplugged now")

    async with cases.session() as session:
        reply = await answer(
            session,
            message.conversation_id,
            "thanks",
            author=Author.AGENT,
            state=MessageState.PENDING,
        )
        await session.commit()
    state = page.locator(f'[data-message="{reply.id}"] .msg-state')
    await expect(state).to_contain_text("Waiting to be sent")
    async with cases.session() as session:
        changed = await session.get_one(Message, reply.id)
        changed.state, changed.ambiguous = MessageState.SENT, True
        await notify(session, "message", str(message.conversation_id))
        await session.commit()
    await expect(state.first).to_contain_text("Sent")
    await expect(state.last).to_contain_text("May have arrived twice")


async def test_a_new_case_is_announced(page, address, cases):
    await sign_in(page, address)
    async with cases.session() as session:
        await open_case(
            session,
            "my lawyer will call",
            reason=HandoffReason.LEGAL,
            account="amara",
            name="Amara Okello",
        )
        await session.commit()
    await expect(page.locator(".q-notification")).to_contain_text("Amara Okello · Legal threat")
    await expect(page.locator(".row-name")).to_have_text(
        ["Ines Marlow", "Amara Okello", "Nell Ashdown"]
    )
    await expect(page).to_have_title("(3) Desk · Carehouse")


async def test_who_comes_second_hears_it_kindly(page, address, cases):
    await sign_in(page, address)
    await page.keyboard.press("j")
    await expect(page.locator(".talk-actions .primary")).to_be_visible()
    async with cases.session() as session:
        handoff = (
            await session.execute(select(Handoff).where(Handoff.reason == HandoffReason.SAFETY))
        ).scalar_one()
        jonas = (await session.execute(select(Agent).where(Agent.login == "jonas"))).scalar_one()
        await service.claim(session, handoff.id, agent_id=jonas.id, now=utc_now())
        # Nobody is told: the page still shows the case as free.
        await page.keyboard.press("c")
        await asyncio.sleep(0.2)
        await session.commit()
    await expect(page.locator(".q-notification")).to_contain_text("colleague has just taken")
    await expect(page.locator(".owner-claimed")).to_have_text("With Jonas Falk")
    await expect(page.locator(".lock")).to_contain_text("Jonas Falk is answering")


async def test_an_unclaimed_case_takes_notes_only(page, address, cases):
    await sign_in(page, address)
    await page.keyboard.press("j")
    await expect(page.locator(".lock")).to_have_text(re.compile("Claim this case"))
    await expect(page.locator(".mode", has_text="Reply")).to_be_disabled()
    await page.keyboard.press("r")
    await expect(page.locator(".q-notification")).to_contain_text("Claim this case")
    await page.fill(".composer textarea", "seen it")
    await page.press(".composer textarea", "Control+Enter")
    await expect(page.locator(".msg.note .msg-body")).to_have_text("seen it")
    _, messages = await stored(cases, "ines")
    assert not [m for m in messages if m.author == Author.AGENT and m.direction == Direction.OUT]


async def test_a_draft_survives_other_cases_new_messages_and_a_reload(page, address, cases):
    await sign_in(page, address)
    await claim_first(page)
    box = page.locator(".composer textarea")
    await box.fill("Half a thou")
    await page.locator(".case", has_text="Nell Ashdown").click()
    await expect(page.locator(".talk-name")).to_have_text("Nell Ashdown")
    await expect(box).to_have_value("")
    await page.locator(".tab", has_text="Mine").click()
    await page.locator(".case", has_text="Ines Marlow").click()
    await expect(box).to_have_value("Half a thou")
    async with cases.session() as session:
        await say(session, "hello?", account="ines", channel="telegram")
        await session.commit()
    await expect(page.locator(".msg.in .msg-body").last).to_have_text("hello?")
    await expect(box).to_have_value("Half a thou")
    await page.reload()
    await page.locator(".tab", has_text="Mine").click()
    await page.locator(".case", has_text="Ines Marlow").click()
    await expect(box).to_have_value("Half a thou")


async def test_hostile_words_are_only_ever_text(page, address, staffed):
    nasty = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>{{7*7}}'
    async with staffed.session() as session:
        _, conversation = await open_case(session, nasty, name=nasty, account=nasty[:40])
        await answer(
            session,
            conversation.id,
            nasty,
            citations=[{"title": nasty, "slug": "x", "version": 1}],
        )
        await session.commit()
    await sign_in(page, address)
    await page.keyboard.press("j")
    await expect(page.locator(".msg.in .msg-body")).to_have_text(nasty)
    await expect(page.locator(".talk-name")).to_have_text(nasty)
    await page.wait_for_timeout(200)
    assert await page.evaluate("window.hit") is None
    assert await page.locator(".desk img, .desk script").count() == 0


async def test_a_session_that_ended_sends_to_the_login(page, address, cases):
    await sign_in(page, address)
    await page.keyboard.press("j")
    await expect(page.locator(".talk-actions .primary")).to_be_visible()
    async with cases.session() as session:
        await session.execute(delete(AgentSession))
        await session.commit()
    await page.keyboard.press("c")
    await page.wait_for_url(re.compile("/login"))
    conversation, _ = await stored(cases, "ines")
    assert conversation.owner == Owner.QUEUE


async def test_signing_out_ends_at_the_login_and_leaves_no_draft(page, address, cases):
    await sign_in(page, address)
    await claim_first(page)
    await page.fill(".composer textarea", "Half a thou")
    await page.evaluate("localStorage.setItem('of the chat', 'stays')")
    assert await page.evaluate("localStorage.length") == 2
    await page.click("text=Sign out")
    await page.wait_for_url("**/login")
    assert await page.evaluate("Object.keys(localStorage)") == ["of the chat"]
    await page.goto(f"{address}/desk")
    await page.wait_for_url("**/login?next=/desk")
