"""The widget in a real browser: by keyboard, on a phone, legible, and saying what goes on."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


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
    assert await focused(page) == "attach"
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
    await expect(shop.dialog).to_contain_text("Waiting for a person")
    shop.chat.transcript.set_owner(address, "agent")
    await expect(shop.dialog).to_contain_text("You are talking with a person")


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
    assert all(width >= 44 and height >= 44 for width, height in sizes)


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
