"""The widget in a real browser: by keyboard, through restarts and refusals, under attack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import BrowserContext, Locator, Page, expect
from sqlalchemy import delete, select, update

from channels.web.limits import Rate
from channels.web.models import WebSession
from kit.ids import hash_token
from tests.browser import watch_complaints
from tests.channels.web.conftest import Chat, build_chat
from tests.channels.web.server import find_free_port, serve

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
PLENTY = Rate(per_minute=6000, burst=1000)


@dataclass
class Shop:
    """The demo page in a tab, with the server behind it and what the browser complained about."""

    page: Page
    chat: Chat
    url: str
    complaints: list[str]
    requests: list[str] = field(default_factory=list)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def rows(self) -> Locator:
        return self.page.locator("[role=log] .row:not(.greeting) .text")

    async def visit(self, query: str = "") -> None:
        await self.page.goto(f"{self.url}/chat{query}")
        await expect(self.page.locator("#carehouse-chat")).to_be_attached()

    async def write(self, text: str) -> None:
        await self.page.get_by_label("Your message").fill(text)
        await self.page.keyboard.press("Enter")

    async def find_address(self) -> str:
        """Return the address of the newest session once there is one with a message."""
        async with asyncio.timeout(8):
            while not self.chat.accept.events:
                await asyncio.sleep(0.02)
        return self.chat.accept.events[-1].address

    async def begin(self, text: str = "Hello") -> str:
        """Open the chat, write something, and return the conversation's address."""
        await self.visit("?open=1")
        await self.write(text)
        address = await self.find_address()
        await self.wait_until_live(address)
        return address

    async def wait_until_live(self, address: str) -> None:
        """Wait for the live connection."""
        async with asyncio.timeout(12):
            while not self.chat.transcript.watchers.get(address):
                await asyncio.sleep(0.02)


def follow_page(page: Page, chat: Chat, url: str) -> Shop:
    """Collect complaints and requests of the page from the start."""
    shop = Shop(page, chat, url, watch_complaints(page))
    page.on("request", lambda request: shop.requests.append(request.url))
    return shop


@pytest.fixture
async def shop(page, web_database) -> AsyncIterator[Shop]:
    """The demo page on a running server."""
    chat = build_chat(web_database, heartbeat_s=0.5, messages_rate=PLENTY, sessions_rate=PLENTY)
    async with serve(chat.app) as url:
        yield follow_page(page, chat, url)
        await page.close()


async def focused(page: Page) -> str:
    """Return what has the focus, inside the widget if it is there."""
    name: str = await page.evaluate(
        "(() => { const inner = document.activeElement.shadowRoot?.activeElement;"
        " return (inner || document.activeElement).className || 'page'; })()"
    )
    return name


async def test_the_keyboard_alone_is_enough(shop):
    page = shop.page
    await shop.visit()
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await focused(page) == "launcher":
            break
    await page.keyboard.press("Enter")
    await expect(shop.dialog).to_have_accessible_name(
        "Chat with Wick, automated assistant of Lumen & Loom"
    )
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.type("First line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    address = await shop.find_address()
    assert shop.chat.accept.events[0].text == "First line\nsecond line"
    shop.chat.transcript.say(address, "Happy to help.", buttons=(("That helped", "h1"),))
    await expect(shop.rows).to_have_text(["First line\nsecond line", "Happy to help."])
    await page.keyboard.press("Shift+Tab")
    assert await focused(page) == "choice"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="That helped")).to_be_disabled()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(shop.dialog).to_be_hidden()
    assert await focused(page) == "launcher"
    assert shop.complaints == []


async def test_the_log_is_announced_and_names_who_speaks(shop):
    address = await shop.begin()
    shop.chat.transcript.say(address, "From the bot")
    shop.chat.transcript.say(address, "From Mira", author="agent")
    log = shop.page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(shop.rows).to_have_count(3)
    names = await shop.page.locator(".row:not(.greeting) > .name").all_inner_texts()
    assert names == ["You", "Wick", "A person from Lumen & Loom"]
    assert await shop.page.locator("#carehouse-chat").get_attribute("lang") == "en"


async def test_who_answers_and_that_somebody_writes_is_shown(shop):
    address = await shop.begin()
    await expect(shop.dialog).to_contain_text("Automated assistant of Lumen & Loom")
    shop.chat.transcript.set_typing(address, True)
    await expect(shop.page.locator(".typing")).to_be_visible()
    shop.chat.transcript.set_typing(address, False)
    await expect(shop.page.locator(".typing")).to_be_hidden()
    shop.chat.transcript.set_owner(address, "queue")
    await expect(shop.dialog).to_contain_text("A person from Lumen & Loom will join you soon")
    shop.chat.transcript.set_owner(address, "agent")
    await expect(shop.dialog).to_contain_text("You are talking with a person")


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


async def test_a_restart_of_the_server_loses_and_doubles_nothing(page, web_database):
    chat = build_chat(web_database, messages_rate=PLENTY, sessions_rate=PLENTY)
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


async def test_the_token_is_in_no_url_and_the_address_never_leaves_us(shop):
    address = await shop.begin()
    token = await shop.page.evaluate("JSON.parse(Object.values(localStorage)[0]).token")
    async with shop.chat.database.session() as session:
        known = (await session.execute(select(WebSession.token_hash))).scalar_one()
    assert known == hash_token(token)
    assert any("/web/stream" in url for url in shop.requests)
    assert not any(token in url or address in url for url in shop.requests)
    assert address not in await shop.page.evaluate("JSON.stringify(localStorage)")
    assert token not in await shop.page.content()


ATTACKS = [
    "<script>hacked()</script>",
    "<img src=x onerror=hacked()>",
    "<svg/onload=hacked()>",
    "<iframe srcdoc='<script>parent.hacked()</script>'>",
    "</textarea><script>hacked()</script>",
    '"><b onmouseover=hacked()>x</b>',
    "javascript:hacked()",
    'https://ok.example/"onmouseover="hacked()',
    "[x](javascript:hacked())",
    "{{constructor.constructor('hacked()')()}}",
    "<style>*{display:none}</style>",
    "- <a href=javascript:hacked()>item</a>\n1. <b>step</b>",
    "\u202e<script>hacked()</script>",
    "<a href='data:text/html,<script>hacked()</script>'>x</a>",
    "\u2028<script>hacked()</script>\u2029",
]


async def test_markup_is_shown_as_text_and_nothing_runs(shop):
    await shop.page.add_init_script("window.hacked = () => { window.wasHacked = true; }")
    address = await shop.begin("<img src=x onerror=hacked()>")
    for number, attack in enumerate(ATTACKS):
        shop.chat.transcript.say(
            address,
            attack,
            author=("bot", "agent", "system")[number % 3],
            buttons=((attack, f"token{number}"),),
            links=((attack, attack), (attack, f"https://ok.example/?q={attack}")),
        )
    await shop.write(ATTACKS[0])
    await expect(shop.rows).to_have_count(len(ATTACKS) + 2)
    assert await shop.rows.first.inner_text() == "<img src=x onerror=hacked()>"
    assert await shop.page.evaluate("window.wasHacked") is None
    forbidden = "script, img, iframe, style, b, [onerror], [onload], [onmouseover], [srcdoc]"
    assert await shop.dialog.locator(forbidden).count() == 0
    hrefs = await shop.dialog.locator("a").evaluate_all(
        "all => all.map(one => [one.protocol, one.hostname, one.rel, one.target])"
    )
    assert len(hrefs) >= len(ATTACKS)
    assert {tuple(one) for one in hrefs} == {
        ("https:", "ok.example", "noopener noreferrer", "_blank")
    }
    await shop.visit("?open=1")
    await expect(shop.rows).to_have_count(len(ATTACKS) + 2)
    assert await shop.page.evaluate("window.wasHacked") is None
    assert shop.complaints == []


async def test_lists_and_addresses_in_plain_text_are_drawn_as_such(shop):
    address = await shop.begin()
    shop.chat.transcript.say(
        address, "Do this:\n1. Open https://a.example/x.\n2. Wait\n\n- one\n- two\n\nDone."
    )
    await expect(shop.rows).to_have_count(2)
    await expect(shop.dialog.locator("ol > li")).to_have_count(2)
    await expect(shop.dialog.locator("ul:not(.links) > li")).to_have_text(["one", "two"])
    await expect(shop.dialog.locator("ol a")).to_have_attribute("href", "https://a.example/x")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_stands_out_from_its_ground(shop, scheme):
    await shop.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    address = await shop.begin()
    shop.chat.transcript.say(
        address, "Bot", buttons=(("Yes", "y"),), links=(("Help", "https://a.example"),)
    )
    await shop.page.get_by_role("button", name="Yes").click()
    shop.chat.transcript.say(address, "Agent https://a.example", author="agent")
    shop.chat.transcript.say(address, "System", author="system", buttons=(("No", "n"),))
    await expect(shop.rows).to_have_count(5)
    shop.chat.accept.error = ConnectionError("away")
    await shop.write("unsent")
    await expect(shop.page.get_by_role("button", name="Try again")).to_be_visible()
    await shop.page.context.set_offline(True)
    await expect(shop.dialog).to_contain_text("You are offline")
    found = await shop.page.evaluate(CONTRAST)
    await shop.page.context.set_offline(False)
    assert len(found) > 15
    too_low = [one for one in found if one["ratio"] < 4.5]
    assert too_low == []


async def test_targets_are_large_enough_to_hit(shop):
    address = await shop.begin()
    shop.chat.transcript.say(
        address, "Bot", buttons=(("Ok", "y"),), links=(("Help", "https://a.example"),)
    )
    await expect(shop.rows).to_have_count(2)
    sizes = await shop.dialog.locator("button:visible, .links a").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert len(sizes) >= 4
    assert all(width >= 24 and height >= 24 for width, height in sizes)


@pytest.fixture
async def phone(browser, web_database) -> AsyncIterator[Shop]:
    """The demo page on a phone."""
    chat = build_chat(web_database, messages_rate=PLENTY, sessions_rate=PLENTY)
    context: BrowserContext = await browser.new_context(
        viewport={"width": 320, "height": 640},
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
        reduced_motion="reduce",
    )
    async with serve(chat.app) as url:
        yield follow_page(await context.new_page(), chat, url)
        await context.close()


async def test_on_a_phone_the_chat_fills_the_screen_and_keeps_the_focus(phone):
    await phone.visit()
    await phone.launcher.tap()
    box = await phone.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 320, "height": 640}
    await expect(phone.dialog).to_have_attribute("aria-modal", "true")
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        await phone.page.keyboard.press(key)
        assert await phone.page.evaluate("document.activeElement.id") == "carehouse-chat"
    wide = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    await phone.page.get_by_role("button", name="Close the chat").tap()
    await expect(phone.launcher).to_be_focused()


async def test_beside_the_page_the_focus_may_leave(shop):
    await shop.visit("?open=1")
    await expect(shop.dialog).to_have_attribute("aria-modal", "false")
    seen = set()
    for _ in range(20):
        await shop.page.keyboard.press("Tab")
        seen.add(await shop.page.evaluate("document.activeElement.id || 'elsewhere'"))
    assert seen == {"carehouse-chat", "elsewhere"}


def build_stranger(script: str) -> FastAPI:
    """A site of somebody else's, with a strict policy of its own, that embeds the chat."""
    app = FastAPI()
    origin = script.rsplit("/web/", 1)[0]
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}"

    @app.get("/")
    async def show() -> HTMLResponse:
        tag = f'<script src="{script}" defer data-assistant="Wick" data-company="Us"></script>'
        page = f"<!doctype html><title>Theirs</title><link rel=icon href=data:,><p>Hi{tag}"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    return app


@pytest.mark.parametrize("allowed", [True, False])
async def test_another_site_may_embed_the_chat_only_when_it_is_listed(page, web_database, allowed):
    port = find_free_port()
    theirs = f"http://127.0.0.1:{port}"
    chat = build_chat(web_database, origins=(theirs,) if allowed else ())
    async with (
        serve(chat.app) as ours,
        serve(build_stranger(f"{ours}/web/widget.js"), port=port),
    ):
        shop = follow_page(page, chat, ours)
        await page.goto(theirs)
        await shop.launcher.click()
        await shop.write("from their site")
        if allowed:
            address = await shop.find_address()
            chat.transcript.say(address, "welcome")
            await expect(shop.rows).to_have_text(["from their site", "welcome"])
        else:
            await expect(shop.dialog).to_contain_text("Not sent")
            assert chat.accept.calls == 0
        policy = [one for one in shop.complaints if "Content Security Policy" in one]
        assert [one for one in policy if "favicon" not in one and "data:" not in one] == []
        await page.close()


async def test_the_page_has_a_policy_without_inline_anything(shop):
    response = await shop.page.request.get(f"{shop.url}/chat")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    body = await response.text()
    assert "invented" in body
    assert " style=" not in body
    assert "<style" not in body
    script = await shop.page.request.get(f"{shop.url}/web/widget.js")
    source = await script.text()
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert risky not in source
    again = await shop.page.request.get(
        f"{shop.url}/web/widget.js", headers={"If-None-Match": script.headers["etag"]}
    )
    assert again.status == 304
