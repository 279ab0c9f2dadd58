"""Takes the README's pictures on a product of its own: `python -m tests.live.pictures [folder]`.

They are of real work: conversations replayed through Telegram, one of them answered at the desk.
"""

# ruff: noqa: T201  it speaks to a terminal

import sys
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from console.seed import DEMO_AGENTS
from tests.browser import ARGUMENTS, find_chromium
from tests.live.exchanges import Replay, load_conversations
from tests.live.product import Product
from tests.live.replay import running_product

_WAITING = ("08-start-privacy-german", "06-off-topic", "10-angry-rant", "09-legal-threat")
_ANSWERED = "04-complaint"
_TOASTS_GONE_MS = 5000
_KNOWN_ACCOUNT = """
    INSERT INTO identities (id, customer_id, channel, account, handle, reachable, created_at)
    SELECT gen_random_uuid(), id, 'telegram', %s, 'amara_ok', true, now()
    FROM customers WHERE email = 'amara.okello@example.org'
"""


def main() -> int:
    """Take every picture; the two of the README are chat.png and desk.png."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    program = find_chromium()
    if program is None:
        print("No Chromium here: install chromium or set CHROMIUM to its path.", file=sys.stderr)
        return 1
    with running_product() as product:
        _fill_queue(product)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            _take_chat(browser, product, folder / "chat.png")
            _take_desk(browser, product, folder / "desk.png")
            browser.close()
    return 0


def _fill_queue(product: Product) -> None:
    """Have customers write; Amara is one whose account and orders we know."""
    conversations = load_conversations()
    with psycopg.connect(product.database_url) as connection:
        connection.execute(_KNOWN_ACCOUNT, [str(conversations[_ANSWERED].chat)])
    for name in (_ANSWERED, *_WAITING):
        list(Replay(product, conversations[name]).play())


def _take_chat(browser: Browser, product: Product, path: Path) -> None:
    with _open(browser) as context:
        page = context.new_page()
        page.goto(f"{product.url}/chat?open=1")
        page.get_by_label("Your message").fill("hello!")
        page.keyboard.press("Enter")
        expect(page.locator("[role=log]")).to_contain_text("What can I do for you?", timeout=20_000)
        page.get_by_label("Your message").fill("how long do I have to return something?")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="That helped")).to_be_visible(timeout=20_000)
        page.screenshot(path=path)


def _take_desk(browser: Browser, product: Product, path: Path) -> None:
    with _open(browser) as context:
        page = context.new_page()
        _sign_in(page, product.url)
        page.locator(".case", has_text="Amara Okello").click()
        expect(page.locator(".talk-name")).to_have_text("Amara Okello")
        page.keyboard.press("c")
        expect(page.locator(".owner-claimed")).to_be_visible()
        _write(
            page, "n", "Carrier confirms: the table left Utrecht this morning. Drop-off slot 9-11."
        )
        _write(
            page,
            "r",
            "Hello Amara, this is Mara. I am sorry about your lost day. I have just spoken to the "
            "carrier: your side table comes tomorrow between 9 and 11. The delivery is on us.",
        )
        expect(page.locator(".msg.by-agent .msg-state")).to_contain_text("Sent")
        product.telegram.say(
            load_conversations()[_ANSWERED].chat, "thank you Mara, that works!! 🙏"
        )
        expect(page.locator(".msg.in .msg-body").last).to_contain_text("that works")
        page.locator(".tab", has_text="All").click()
        page.mouse.move(640, 20)
        page.wait_for_timeout(_TOASTS_GONE_MS)
        page.screenshot(path=path)


def _open(browser: Browser) -> BrowserContext:
    return browser.new_context(
        locale="en-GB",
        viewport={"width": 1280, "height": 800},
        color_scheme="light",
        reduced_motion="reduce",
    )


def _sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/desk")
    page.fill("#login", DEMO_AGENTS[0].login)
    page.fill("#password", DEMO_AGENTS[0].password)
    page.click("button[type=submit]")
    page.wait_for_url("**/desk")
    page.wait_for_selector(".queue-list .case")


def _write(page: Page, key: str, words: str) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press(key)
    expect(page.locator(".composer textarea")).to_be_focused()
    page.fill(".composer textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".composer textarea")).to_have_value("")


if __name__ == "__main__":
    raise SystemExit(main())
