"""The widget through reloads, restarts, lost answers, refused sessions: no loss, no duplicate."""

import asyncio

import pytest
from playwright.async_api import expect
from sqlalchemy import delete, update

from channels.web.models import WebSession
from tests.channels.web.chat import build_chat
from tests.channels.web.server import find_free_port, serve
from tests.channels.web.shop import PLENTY, follow_page

pytestmark = pytest.mark.browser


async def test_unread_messages_are_counted_also_over_a_reload_until_they_are_read(shop):
    address = await shop.begin()
    await shop.page.keyboard.press("Escape")
    shop.chat.transcript.say(address, "one")
    shop.chat.transcript.say(address, "two", author="agent")
    await expect(shop.launcher).to_have_accessible_name("Chat with us, 2 unread")
    await expect(shop.page.get_by_role("status").last).to_have_text(
        "New message from A person from Lumen & Loom"
    )
    await shop.visit()
    await expect(shop.launcher).to_have_accessible_name("Chat with us, 2 unread")
    await shop.launcher.click()
    await expect(shop.rows).to_have_text(["Hello", "one", "two"])
    await shop.page.keyboard.press("Escape")
    await expect(shop.launcher).to_have_accessible_name("Chat with us")
    await shop.visit()
    await shop.wait_until_live(address)
    await expect(shop.launcher).to_have_accessible_name("Chat with us")


async def test_a_reload_keeps_history_in_order_and_pressed_buttons_pressed(shop):
    address = await shop.begin()
    shop.chat.accept.titles["t-yes"] = "Yes, please"
    shop.chat.transcript.say(
        address, "Shall I?", buttons=(("Yes, please", "t-yes"), ("No", "t-no"))
    )
    await shop.page.get_by_role("button", name="Yes, please").click()
    await expect(shop.page.get_by_role("button", name="No", exact=True)).to_be_disabled()
    await expect(shop.rows).to_have_text(["Hello", "Shall I?", "Yes, please"])
    assert shop.chat.accept.events[-1].text == "t-yes"
    for number in range(210):
        shop.chat.transcript.say(address, f"message {number}")
    await shop.visit("?open=1")
    await expect(shop.rows).to_have_count(213)
    texts = await shop.rows.all_inner_texts()
    assert texts == ["Hello", "Shall I?", "Yes, please"] + [f"message {n}" for n in range(210)]
    await expect(shop.page.get_by_role("button", name="No", exact=True)).to_be_disabled()
    await expect(shop.page.locator(".choice.pressed")).to_have_text("Yes, please")


async def test_a_restart_of_the_server_loses_and_doubles_nothing(page, database):
    chat = build_chat(database, messages_rate=PLENTY, sessions_rate=PLENTY)
    port = find_free_port()
    async with serve(chat.app, port=port) as url:
        shop = follow_page(page, chat, url)
        address = await shop.begin("before")
        chat.transcript.say(address, "answer before")
        await expect(shop.rows).to_have_count(2)
    await shop.write("written while away")
    chat.transcript.say(address, "said while away")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(shop.dialog).to_contain_text("Connecting again")
    async with serve(chat.app, port=port):
        await shop.wait_until_live(address)
        chat.transcript.say(address, "said after")
        expected = ["before", "answer before", "said while away", "written while away"]
        await expect(shop.rows).to_have_count(5, timeout=20_000)
        assert sorted(await shop.rows.all_inner_texts()) == sorted([*expected, "said after"])
        assert [event.text for event in chat.accept.events] == ["before", "written while away"]
        shown = await shop.rows.all_inner_texts()
        assert shown == [one.text for one in chat.transcript.messages[address]]
        await expect(shop.dialog).not_to_contain_text("Connecting again")
        await page.close()


async def test_a_lost_answer_to_a_send_does_not_double_the_message(shop):
    shop.chat.accept.loses_answers = 1
    await shop.visit("?open=1")
    await shop.write("only once")
    await shop.find_address()
    address = shop.chat.accept.events[0].address
    shop.chat.transcript.say(address, "the answer")
    await expect(shop.rows).to_have_text(["only once", "the answer"], timeout=15_000)
    assert shop.chat.accept.calls == 2
    assert len(shop.chat.accept.events) == 1
    await expect(shop.page.get_by_role("button", name="Try again")).to_have_count(0)


async def test_many_messages_written_at_once_keep_their_order(shop):
    await shop.visit("?open=1")
    for number in range(12):
        await shop.write(f"number {number}")
    await expect(shop.rows).to_have_count(12)
    wanted = [f"number {number}" for number in range(12)]
    async with asyncio.timeout(10):
        while len(shop.chat.accept.events) < 12:
            await asyncio.sleep(0.05)
    assert [event.text for event in shop.chat.accept.events] == wanted
    assert await shop.rows.all_inner_texts() == wanted


async def test_what_is_written_offline_is_sent_when_the_network_is_back(shop):
    await shop.begin()
    await shop.page.context.set_offline(True)
    await expect(shop.dialog).to_contain_text("You are offline")
    await shop.write("from the tunnel")
    await shop.page.context.set_offline(False)
    async with asyncio.timeout(10):
        while len(shop.chat.accept.events) < 2:
            await asyncio.sleep(0.05)
    await expect(shop.rows).to_have_text(["Hello", "from the tunnel"])
    await expect(shop.dialog).not_to_contain_text("You are offline")


async def test_a_refused_session_is_replaced_and_the_customer_is_told(shop):
    await shop.begin("in the old chat")
    async with shop.chat.database.session() as session:
        await session.execute(delete(WebSession))
        await session.commit()
    await expect(shop.dialog).to_contain_text("Your earlier chat has ended", timeout=15_000)
    await expect(shop.rows).to_have_count(1)
    await shop.write("in the new chat")
    async with asyncio.timeout(10):
        while len(shop.chat.accept.events) < 2:
            await asyncio.sleep(0.05)
    first, second = shop.chat.accept.events
    assert first.address != second.address
    await expect(shop.rows.last).to_have_text("in the new chat")


async def test_a_message_that_meets_a_refused_session_goes_into_the_new_one(shop):
    await shop.begin("old")
    async with shop.chat.database.session() as session:
        await session.execute(update(WebSession).values(token_hash="gone"))
        await session.commit()
    await shop.write("must not be lost")
    async with asyncio.timeout(10):
        while len(shop.chat.accept.events) < 2:
            await asyncio.sleep(0.05)
    assert shop.chat.accept.events[1].text == "must not be lost"
    await expect(shop.rows.last).to_have_text("must not be lost")
