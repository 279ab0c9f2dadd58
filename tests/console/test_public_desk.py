"""A public conversation at the desk: said so, guarded, and led on to a private chat."""

import os

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from crm.models import Conversation
from crm.queries import lock_conversation
from crm.schemas import NewInbound
from crm.service import record_inbound
from crm.threads.models import PublicCase
from crm.threads.service import begin_case, continue_case
from handoff.models import Handoff
from handoff.moving import move_open_handoff
from handoff.reasons import HandoffReason
from handoff.service import open_handoff
from kit.clock import utc_now
from kit.database import Database
from tests.console.test_desk import sign_in, write
from tests.handoff.scenes import decision_for

pytestmark = pytest.mark.browser

ACCOUNT = "900"


async def store(session, address: str, key: str, body: str, audience: str) -> Conversation:
    stored = await record_inbound(
        session,
        NewInbound(
            channel="telegram",
            address=address,
            account=ACCOUNT,
            event_key=key,
            kind="text",
            body=body,
            display_name="Ines Marlow",
            audience=audience,
        ),
    )
    return await lock_conversation(session, stored.conversation_id)


@pytest.fixture
async def shouted(staffed: Database) -> Database:
    """Somebody angry in a group; a case is open."""
    async with staffed.session() as session:
        words = "Where is LL-10042? My lawyer will sue you"
        public = await store(session, "-100#900", "k1", words, "public")
        await begin_case(session, public, priority=80, after=0, now=utc_now())
        await open_handoff(
            session,
            conversation=public,
            episode_id=None,
            decision=decision_for(HandoffReason.LEGAL, words),
            brief={},
            now=utc_now(),
        )
        await session.commit()
    return staffed


async def take_picture(page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png")


async def go_private(database: Database) -> None:
    """What the gateway does when the customer has followed the link."""
    async with database.session() as session:
        private = await store(session, "900", "k2", "hello again", "private")
        case = (await session.execute(select(PublicCase))).scalar_one()
        assert case.invite_at is not None
        await continue_case(session, case, private, taken=1, now=utc_now())
        assert await move_open_handoff(session, case.conversation_id, private, brief={})
        await session.commit()


async def test_a_public_conversation_says_so_and_goes_on_in_private(page, address, shouted):
    await sign_in(page, address)
    await page.locator(".case", has_text="Ines Marlow").click()
    banner = page.locator(".public")
    await expect(banner).to_contain_text("others read along")
    await expect(banner.locator("button")).to_have_count(0)
    await page.keyboard.press("c")
    await expect(banner.locator("button")).to_be_visible()
    await expect(page.locator(".composer-told")).to_have_text("Everybody there reads this.")

    await write(page, "Reply", "We will refund 20 EUR at once.")
    await expect(page.locator(".q-notification").last).to_contain_text("never mentioned in public")
    await expect(page.locator(".composer textarea")).to_have_value("We will refund 20 EUR at once.")
    await take_picture(page, "desk-public")
    await page.fill(".composer textarea", "We are looking into it.")
    await page.press(".composer textarea", "Control+Enter")
    await expect(page.locator(".msg.by-agent .msg-body")).to_have_text("We are looking into it.")

    await banner.locator("button").click()
    await expect(page.locator(".q-notification").last).to_contain_text("led to a private chat")
    await go_private(shouted)
    await expect(page.locator(".public.began")).to_contain_text("Where is [order number]?")
    await expect(page.locator(".msg.in .msg-body")).to_have_text("hello again")
    await expect(page.locator(".owner-claimed")).to_have_text("Yours")
    await expect(page.locator(".composer-told")).to_have_text("The customer reads this.")
    await page.emulate_media(color_scheme="dark")
    await take_picture(page, "desk-began-public")
    async with shouted.session() as session:
        (handoff,) = (await session.execute(select(Handoff))).scalars()
        private = await session.get_one(Conversation, handoff.conversation_id)
    assert (private.address, private.owner, private.agent_id) == ("900", "agent", handoff.agent_id)
