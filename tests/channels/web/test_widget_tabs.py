"""The widget in two tabs, reloaded in the middle of a send, in a site's colours, signed in."""

import asyncio
from dataclasses import dataclass

import pytest
from playwright.async_api import Route, expect

from channels.web.identity import sign_user
from tests.channels.web.chat import build_chat
from tests.channels.web.server import serve
from tests.channels.web.shop import PLENTY, Shop, follow_page

pytestmark = pytest.mark.browser

SECRET = "a-secret-of-the-shop-that-nobody-guesses"


async def open_tab(shop: Shop) -> Shop:
    """Open another tab of the same browser on the shop."""
    return follow_page(await shop.page.context.new_page(), shop.chat, shop.url)


async def test_a_reload_while_the_answer_is_on_its_way_delivers_the_message_once(shop):
    await shop.begin()
    reached, reloaded = asyncio.Event(), asyncio.Event()

    async def hold(route):
        await route.fetch()  # it is with us; the answer never gets back
        reached.set()
        await reloaded.wait()
        await route.abort()

    await shop.page.route("**/web/messages", hold, times=1)
    await shop.write("in the middle")
    async with asyncio.timeout(8):
        await reached.wait()
    await expect_once(shop, already=2, reloaded=reloaded)
    assert shop.chat.accept.calls == 3  # the page that came asked again, and was known


async def test_a_reload_before_the_message_has_left_delivers_it_once(shop):
    await shop.begin()
    await shop.page.evaluate("() => { globalThis.fetch = () => new Promise(() => {}); }")
    await shop.write("in the middle")
    await expect(shop.rows).to_have_count(2)
    await expect_once(shop, already=1, reloaded=asyncio.Event())


async def expect_once(shop: Shop, *, already: int, reloaded: asyncio.Event) -> None:
    """Reload, and see the message arrive once, here and there."""
    assert len(shop.chat.accept.events) == already
    going = asyncio.create_task(shop.visit("?open=1"))
    await asyncio.sleep(0.1)
    reloaded.set()
    await going
    await expect(shop.rows).to_have_text(["Hello", "in the middle"], timeout=15_000)
    await wait_for_events(shop, 2)
    shop.chat.transcript.say(shop.chat.accept.events[0].address, "the answer")
    await expect(shop.rows).to_have_text(["Hello", "in the middle", "the answer"])
    assert [one.text for one in shop.chat.accept.events] == ["Hello", "in the middle"]
    await expect(shop.page.get_by_role("button", name="Try again")).to_have_count(0)


async def test_two_tabs_of_one_customer_show_the_same(shop):
    address = await shop.begin("from the first")
    other = await open_tab(shop)
    await other.visit("?open=1")
    await expect(other.rows).to_have_text(["from the first"])
    await other.write("from the second")
    shop.chat.transcript.say(address, "an answer to both")
    await shop.write("from the first again")
    wanted = {"from the first", "from the second", "an answer to both", "from the first again"}
    for tab in (shop, other):
        await expect(tab.rows).to_have_count(4)
        assert set(await tab.rows.all_inner_texts()) == wanted
    assert await shop.rows.all_inner_texts() == await other.rows.all_inner_texts()
    assert len({event.address for event in shop.chat.accept.events}) == 1
    shop.chat.transcript.set_owner(address, "agent")
    for tab in (shop, other):
        await expect(tab.dialog).to_contain_text("talking with a person")
    await other.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_sites_variables_are_the_widgets_look(shop, scheme):
    await shop.page.emulate_media(color_scheme=scheme)
    await shop.begin()
    dark = "-dark" if scheme == "dark" else ""
    before = await read_look(shop)
    await shop.page.evaluate(
        """(dark) => {
            const style = document.documentElement.style;
            style.setProperty(`--carehouse-accent${dark}`, dark ? "#93c5fd" : "#1d4ed8");
            style.setProperty(`--carehouse-on-accent${dark}`, dark ? "#0b1220" : "#ffffff");
            style.setProperty(`--carehouse-surface${dark}`, dark ? "#101418" : "#fefeff");
            style.setProperty("--carehouse-radius", "3px");
            style.setProperty("--carehouse-right", "77px");
            style.setProperty("--carehouse-font", "monospace");
        }""",
        dark,
    )
    after = await read_look(shop)
    assert after["accent"] == ("rgb(147, 197, 253)" if dark else "rgb(29, 78, 216)")
    assert after["radius"] == "3px"
    assert "monospace" in after["font"]
    assert before["right"] - after["right"] == pytest.approx(57, abs=1)
    assert {name for name in after if after[name] == before[name]} == set()


async def read_look(shop: Shop) -> dict:
    return await shop.page.evaluate(
        """() => {
            const root = document.getElementById("carehouse-chat").shadowRoot;
            const launcher = root.querySelector("button.launcher");
            const dialog = root.querySelector("[role=dialog]");
            return {
                accent: getComputedStyle(launcher).backgroundColor,
                surface: getComputedStyle(dialog).backgroundColor,
                radius: getComputedStyle(dialog).borderTopLeftRadius,
                font: getComputedStyle(dialog).fontFamily,
                right: dialog.getBoundingClientRect().right,
            };
        }"""
    )


@dataclass
class SignedShop:
    """The demo page of a shop that signs its customers in, as `user` at the moment."""

    shop: Shop
    user: str = ""
    signature: str = ""

    def sign_in(self, user: str, *, signature: str | None = None) -> None:
        """Have the shop's pages name this user from now on."""
        self.user = user
        self.signature = sign_user(user, secret=SECRET) if signature is None else signature

    async def serve_page(self, route: Route) -> None:
        page = await route.fetch()
        named = f'<script data-user="{self.user}" data-signature="{self.signature}" src='
        told = (await page.text()).replace("<script src=", named)
        assert named in told
        await route.fulfill(response=page, body=told)


@pytest.fixture
async def signed(page, database):
    """A shop's page, nobody signed in yet."""
    chat = build_chat(database, identity_secret=SECRET, messages_rate=PLENTY, sessions_rate=PLENTY)
    async with serve(chat.app) as url:
        made = SignedShop(follow_page(page, chat, url))
        await page.route("**/chat?*", made.serve_page)
        yield made
        await page.close()


async def wait_for_events(shop: Shop, count: int) -> None:
    async with asyncio.timeout(10):
        while len(shop.chat.accept.events) < count:
            await asyncio.sleep(0.05)


async def test_whoever_the_shop_signs_in_is_verified_also_after_a_reload(signed):
    signed.sign_in("4711")
    await signed.shop.begin("signed in")
    await signed.shop.visit("?open=1")
    await expect(signed.shop.rows).to_have_text(["signed in"])
    await signed.shop.write("after a reload")
    await wait_for_events(signed.shop, 2)
    events = signed.shop.chat.accept.events
    assert [event.sender.verified for event in events] == ["shop:4711"] * 2
    assert len({event.address for event in events}) == 1


async def test_whoever_comes_next_sees_nothing_of_the_one_before(signed):
    signed.sign_in("4711")
    await signed.shop.begin("of the first")
    await signed.shop.page.evaluate("Carehouse.identify()")
    await expect(signed.shop.rows).to_have_count(0)
    await signed.shop.write("of nobody")
    await wait_for_events(signed.shop, 2)
    signed.sign_in("4712")
    await signed.shop.visit("?open=1")
    await expect(signed.shop.rows).to_have_count(0)
    await signed.shop.write("of the second")
    await wait_for_events(signed.shop, 3)
    events = signed.shop.chat.accept.events
    assert [event.sender.verified for event in events] == ["shop:4711", None, "shop:4712"]
    assert len({event.address for event in events}) == 3


async def test_a_customer_signs_in_without_a_reload(signed):
    await signed.shop.begin("as a guest")
    await signed.shop.page.evaluate(
        "([user, given]) => Carehouse.identify(user, given)",
        ["4711", sign_user("4711", secret=SECRET)],
    )
    await expect(signed.shop.rows).to_have_count(0)
    await signed.shop.write("signed in")
    await wait_for_events(signed.shop, 2)
    assert [one.sender.verified for one in signed.shop.chat.accept.events] == [None, "shop:4711"]


async def test_a_forged_signature_is_told_and_its_chat_is_nobodys(signed):
    signed.sign_in("4711", signature="0" * 64)
    await signed.shop.begin("who am I?")
    await expect(signed.shop.dialog).to_contain_text("could not confirm that you are signed in")
    (event,) = signed.shop.chat.accept.events
    assert event.sender.verified is None
    assert "4711" not in event.address + event.sender.account
