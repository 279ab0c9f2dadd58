"""Files of customers: for staff who speak with customers and nobody else, and harmless to them."""

from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from crm.files import service as files
from crm.files.checking import check
from crm.files.errors import Reason
from crm.files.models import Attachment, AttachmentState
from crm.files.queries import find_file_at, list_files_of_customer
from crm.files.schemas import Claim
from crm.models import Conversation, Message
from handoff.models import Agent, Role
from kit.database import Database
from tests.browser import watch_complaints
from tests.console.conftest import JONAS, MARA
from tests.console.test_desk import sign_in
from tests.crm.files import samples
from tests.handoff.scenes import open_case

HOSTILE_NAME = "<img src=x onerror=hurt()>.pdf"
SENT = (
    (samples.picture("PNG", size=(320, 200)), "crack.png", "photo"),
    (samples.PDF, HOSTILE_NAME, "document"),
    (samples.VOICE, None, "voice"),
    (samples.FILM, "lamp.mp4", "video"),
)


@pytest.fixture
async def case(staffed: Database) -> dict[str, UUID]:
    """A case whose customer sent one file of each kind; their ids by media type."""
    async with staffed.session() as session:
        _, conversation = await open_case(session, "", account="ines", name="Ines Marlow")
        claims = [Claim(kind, f"r{n}", name) for n, (_, name, kind) in enumerate(SENT)]
        claims += [Claim("photo", "r8"), Claim("document", "r9", "run.exe")]
        message = (
            await session.execute(
                update(Message)
                .where(Message.conversation_id == conversation.id)
                .values(kind="media", payload={"media": "photo", "files": len(claims)})
                .returning(Message.id)
            )
        ).scalar_one()
        await files.attach(session, message, claims, channel="web", account="ines")
        ids = {}
        for data, name, kind in SENT:
            row = await files.lock_waiting(session, message)
            assert row is not None
            await files.store(session, row, await check(data, name=name, claimed=kind))
            await session.flush()
            ids[row.media_type or ""] = row.id
        await session.execute(
            update(Attachment)
            .where(Attachment.name == "run.exe")
            .values(state=AttachmentState.REFUSED, reason=Reason.KIND.value)
        )
        await session.commit()
    return ids


async def log_in(client: httpx.AsyncClient, demo=MARA) -> None:
    form = {"login": demo.login, "password": demo.password}
    assert (await client.post("/login", data=form)).status_code == 303


async def test_without_a_login_nothing_is_served(client, case):
    for file_id in case.values():
        assert (await client.get(f"/desk/files/{file_id}")).status_code == 401


async def test_who_has_no_desk_has_no_files(client, case, staffed):
    async with staffed.session() as session:
        await session.execute(
            update(Agent).where(Agent.login == JONAS.login).values(role=Role.MARKETER)
        )
        await session.commit()
    await log_in(client, JONAS)
    for file_id in case.values():
        assert (await client.get(f"/desk/files/{file_id}")).status_code == 403


async def test_a_file_is_served_as_what_it_is_and_can_do_nothing(client, case):
    await log_in(client)
    for media_type, file_id in case.items():
        answer = await client.get(f"/desk/files/{file_id}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media_type
        placed = answer.headers["content-disposition"].split(";")[0]
        assert placed == ("inline" if media_type == "image/png" else "attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in answer.headers["cache-control"]
        policies = answer.headers.get_list("content-security-policy")
        assert "default-src 'none'; sandbox" in policies
    hostile = await client.get(f"/desk/files/{case['application/pdf']}")
    assert "<" not in hostile.headers["content-disposition"]
    assert hostile.content == samples.PDF


@pytest.mark.parametrize("name", ["0190a6c2-7b1e-7c3a-9d55-0123456789ab", "..%2f..%2fx", "1"])
async def test_what_is_not_there_is_not_found(client, case, name):
    await log_in(client)
    assert (await client.get(f"/desk/files/{name}")).status_code in {404, 422}


async def test_what_is_not_stored_or_not_yet_sent_is_not_served(client, case, staffed):
    await log_in(client)
    async with staffed.session() as session:
        found = await check(samples.PDF, name=None, claimed=None)
        await files.keep_upload(session, found, channel="web", account="ines")
        await session.commit()
        ids = (await session.execute(select(Attachment.id))).scalars().all()
    hidden = set(ids) - set(case.values())
    assert len(hidden) == 3
    for file_id in hidden:
        assert (await client.get(f"/desk/files/{file_id}")).status_code == 404


async def test_a_customer_gets_own_files_at_their_own_address_only(case, staffed):
    picture = case["image/png"]
    async with staffed.session() as session:
        own = await find_file_at(session, picture, channel="web", address="ines")
        assert own is not None
        assert own.is_picture
        for channel, address in (("web", "nell"), ("telegram", "ines"), ("web", "")):
            found = await find_file_at(session, picture, channel=channel, address=address)
            assert found is None
        assert await find_file_at(session, uuid4(), channel="web", address="ines") is None


async def test_erasing_a_customer_erases_the_bytes_and_the_names(client, case, staffed):
    await log_in(client)
    async with staffed.session() as session:
        customer = (await session.execute(select(Conversation.customer_id))).scalar_one()
        await files.keep_upload(
            session,
            await check(samples.PDF, name=None, claimed=None),
            channel="web",
            account="ines",
        )
        assert len(await list_files_of_customer(session, customer)) == len(SENT) + 2
        await files.erase_files_of_customer(session, customer)
        await session.commit()
        left = await list_files_of_customer(session, customer)
    assert {(row.state, row.reason, row.name, row.size) for row in left} == {
        ("gone", "erased", None, None)
    }
    for file_id in case.values():
        assert (await client.get(f"/desk/files/{file_id}")).status_code == 404


@pytest.mark.browser
async def test_the_desk_shows_what_was_sent(page: Page, address, case, tmp_path):
    complaints = watch_complaints(page)
    await sign_in(page, address)
    await page.locator(".case", has_text="Ines Marlow").click()
    picture = page.locator(".file-picture img")
    await expect(picture).to_have_js_property("naturalWidth", 320)
    await expect(page.locator("audio.file-player")).to_have_count(1)
    await expect(page.locator("video.file-player")).to_have_count(1)
    names = page.locator(".file-name span:not(.file-size)")
    await expect(names).to_have_text(["img src=x onerror=hurt().pdf", "voice.ogg", "lamp.mp4"])
    absent = page.locator(".file-absent")
    await expect(absent).to_have_count(2)
    await expect(absent.first).to_contain_text("is being fetched")
    await expect(absent.last).to_contain_text("of a kind we do not take")
    await page.screenshot(path=tmp_path / "files.png")
    assert complaints == []
