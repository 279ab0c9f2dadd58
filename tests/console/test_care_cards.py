"""What the customer wants done and allows stands beside their case, and in the API for staff."""

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from crm.care import service
from crm.care.models import Purpose, RatingKind, RequestKind
from crm.care.schemas import Cause
from crm.models import Conversation, Message
from crm.service import note_source
from gateway.api import build_router
from kit.clock import utc_now
from kit.database import Database
from kit.errors import UnauthenticatedError
from tests.console.conftest import MARA
from tests.console.desk_server import build_console
from tests.handoff.scenes import say


@pytest.fixture
async def cared_for(staffed: Database) -> Message:
    """A customer who wants an order cancelled, said yes to the newsletter and gave a score."""
    async with staffed.session() as session:
        message = await say(session, "cancel it", account="ines", name="Ines Marlow")
        conversation = await session.get_one(Conversation, message.conversation_id)
        cause = Cause(conversation.customer_id, message.id, utc_now())
        await service.open_request(
            session,
            cause,
            kind=RequestKind.CANCEL_ORDER,
            number="RQ-7KM2QX",
            order_number="LL-10042",
            details={"reason": "<img src=x onerror=alert(1)>"},
        )
        await service.set_consent(
            session, cause, purpose=Purpose.NEWSLETTER, granted=True, wording="newsletter_ask"
        )
        await service.record_rating(
            session, cause, kind=RatingKind.CSAT, score=2, scale=5, comment="slow"
        )
        await session.commit()
    return message


async def test_staff_read_the_requests_with_the_timeline(staffed, cared_for):
    app = FastAPI()
    app.include_router(build_router(staffed))
    app.mount("", build_console(staffed))
    async with staffed.session() as session:
        conversation = await session.get_one(Conversation, cared_for.conversation_id)
    path = f"/api/customers/{conversation.customer_id}/timeline"
    headers = {"Origin": "http://desk.test"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk.test", headers=headers
    ) as client:
        with pytest.raises(UnauthenticatedError):
            await client.get(path)
        await client.post("/login", data={"login": MARA.login, "password": MARA.password})
        told = (await client.get(path)).json()
    (request,) = told["requests"]
    assert told["customer"]["source"] is None
    assert (request["number"], request["kind"], request["state"]) == (
        "RQ-7KM2QX",
        "cancel_order",
        "open",
    )


@pytest.mark.browser
async def test_the_desk_shows_requests_consent_and_rating(page: Page, address, staffed, cared_for):
    from tests.console.test_desk import sign_in
    from tests.handoff.scenes import open_case

    async with staffed.session() as session:
        await open_case(session, "please", account="ines", name="Ines Marlow")
        await session.commit()
        conversation = await session.get_one(Conversation, cared_for.conversation_id)
        await note_source(session, conversation.customer_id, source="spring-sale")
        await session.commit()
    await sign_in(page, address)
    await page.keyboard.press("j")
    pane = page.locator(".person")
    await expect(pane).to_contain_text("RQ-7KM2QX")
    await expect(pane).to_contain_text("Came by campaign")
    await expect(pane).to_contain_text("spring-sale")
    await expect(pane).to_contain_text("Cancel an order · LL-10042")
    await expect(pane).to_contain_text("reason: <img src=x")
    await expect(pane).to_contain_text("2 of 5 · slow")
    await expect(pane.locator(".line", has_text="Newsletter")).to_contain_text("allowed")
    assert await pane.locator("img").count() == 0
