"""The running product in a real Chromium: a customer on the chat, an employee at the desk, live.

SCREENSHOTS=folder keeps the pictures taken on the way; otherwise they go to a temporary folder.
"""

import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from console.seed import DEMO_AGENTS, DemoAgent
from tests.browser import browser, watch_complaints  # noqa: F401  a fixture, found by name
from tests.live.product import Product

pytestmark = [pytest.mark.live, pytest.mark.engine, pytest.mark.browser]

MARA, JONAS = DEMO_AGENTS[:2]
LIVE_S = 2.0


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator:  # noqa: F811  the fixture above
    """Open pages, each in a profile of its own; nothing may be complained about in any of them."""
    contexts, complaints = [], []

    async def open_one(**options) -> Page:
        context = await browser.new_context(
            locale="en-GB",
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = await context.new_page()
        complaints.append(watch_complaints(page))
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert [one for page in complaints for one in page] == []


class Customer:
    """Somebody on the shop's page with the chat open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows = page.locator("[role=log] .row:not(.greeting) .text")
        self.dialog = page.get_by_role("dialog")

    async def write(self, words: str) -> None:
        await self.page.get_by_label("Your message").fill(words)
        await self.page.keyboard.press("Enter")

    async def ask(self, words: str, answer: str) -> None:
        """Write, and wait until the newest row says the answer."""
        await self.write(words)
        await expect(self.rows.last).to_contain_text(answer, timeout=15_000)


class AtDesk:
    """Somebody at the desk, mostly with the keyboard."""

    def __init__(self, page: Page, who: DemoAgent = MARA) -> None:
        self.page = page
        self.who = who
        self.cases = page.locator(".queue-list .case")

    async def sign_in(self, address: str) -> None:
        await self.page.goto(f"{address}/desk")
        await self.page.fill("#login", self.who.login)
        await self.page.fill("#password", self.who.password)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_url("**/desk")
        await self.page.wait_for_selector(".queue-list .case, .queue-list .empty")

    async def list_cases(self) -> set[str]:
        return set(await self.cases.evaluate_all("all => all.map(one => one.dataset.case)"))

    async def select(self, case: str) -> None:
        """Move through the queue with j until the case is open."""
        wanted = self.page.locator(f'.case.selected[data-case="{case}"]')
        for _ in range(await self.cases.count()):
            await self.page.keyboard.press("j")
            await self.page.wait_for_timeout(150)
            if await wanted.count():
                return
        await expect(wanted).to_be_visible()

    async def claim(self, case: str) -> None:
        await self.select(case)
        await self.page.keyboard.press("c")
        await expect(self.page.locator(".owner-claimed")).to_have_text("Yours")

    async def write(self, key: str, words: str) -> None:
        """Press `r` or `n` for a reply or a note, then write and send it."""
        await self.page.keyboard.press("Escape")
        await self.page.keyboard.press(key)
        box = self.page.locator(".composer textarea")
        await expect(box).to_be_focused()
        await box.fill(words)
        await self.page.keyboard.press("Control+Enter")

    async def end(self, key: str, outcome: str) -> None:
        """Press `b` or `e` to give the conversation back or close it, with the outcome."""
        await self.page.keyboard.press("Escape")
        await self.page.keyboard.press(key)
        await self.page.fill(".closing textarea", outcome)
        await self.page.press(".closing textarea", "Control+Enter")
        await expect(self.page.locator(".closing")).to_be_hidden()

    async def begin(self, key: str) -> None:
        """Press the key of a dialog, out of whatever has the keyboard."""
        await self.page.keyboard.press("Escape")
        await self.page.click(".talk-name")
        await self.page.keyboard.press(key)

    async def finish(self) -> None:
        """Press the dialog's own button."""
        await self.page.click(".closing-foot .primary:visible")

    async def take_picture(self, folder: Path, name: str) -> None:
        """By day and by night."""
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.screenshot(path=folder / f"{name}-{scheme}.png")
        await self.page.emulate_media(color_scheme="light")


@pytest.fixture
async def customer(open_page, product: Product) -> Customer:
    page = await open_page()
    await page.goto(f"{product.url}/chat?open=1")
    return Customer(page)


@pytest.fixture
async def mara(open_page, product: Product) -> AtDesk:
    desk = AtDesk(await open_page())
    await desk.sign_in(product.url)
    return desk


@pytest.fixture
async def jonas(open_page, product: Product) -> AtDesk:
    desk = AtDesk(await open_page(), JONAS)
    await desk.sign_in(product.url)
    return desk


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def wait_for_person(customer: Customer, mara: AtDesk, words: str) -> str:
    """Have the customer ask for a person; return the case once it is on the desk."""
    known = await mara.list_cases()
    await customer.ask(words, "person from our team")
    await expect(mara.cases).to_have_count(len(known) + 1)
    (case,) = await mara.list_cases() - known
    return case


async def test_a_customer_and_an_employee_talk_without_reloading(customer, mara, pictures):
    await customer.ask("how long does delivery take to the netherlands?", "2 to 3 working days")
    source = customer.dialog.get_by_role("link", name=re.compile("Delivery times"))
    await expect(source).to_have_attribute(
        "href", re.compile(r"/help/delivery-times\?via=[\w-]{40}$")
    )
    await customer.page.get_by_role("button", name="That helped").click()
    await expect(customer.rows.last).to_contain_text("thank you for telling me")
    await expect(customer.rows.nth(2)).to_have_text("That helped")

    case = await wait_for_person(customer, mara, "can I talk to a person please?")
    await expect(mara.page.locator(".q-notification")).to_contain_text("Wants a person")
    await expect(customer.dialog).to_contain_text("waiting for a person")
    await mara.claim(case)
    await expect(customer.dialog).to_contain_text("You are talking with a person")

    await mara.write("n", "The driver rang twice, see the carrier's log.")
    await expect(mara.page.locator(".msg.note .msg-body")).to_contain_text("rang twice")
    reply = "Hello, this is Mara. Your parcel is with the neighbours at number 12."
    sent_at = time.perf_counter()
    await mara.write("r", reply)
    await expect(customer.rows.last).to_have_text(reply)
    assert time.perf_counter() - sent_at < LIVE_S
    assert "rang twice" not in " ".join(await customer.rows.all_text_contents())
    await customer.page.screenshot(path=pictures / "live-chat.png")

    thanks = "oh wonderful, thank you! how long does delivery take to norway?"
    written_at = time.perf_counter()
    await customer.write(thanks)
    await expect(mara.page.locator(".msg.in .msg-body").last).to_have_text(thanks)
    assert time.perf_counter() - written_at < LIVE_S
    await mara.page.screenshot(path=pictures / "live-desk.png")
    await customer.page.wait_for_timeout(1500)
    await expect(customer.rows.last).to_have_text(thanks)

    await mara.end("b", "We found your parcel at number 12.")
    await expect(mara.page.locator(".owner-returned")).to_be_visible()
    await expect(customer.rows.last).to_contain_text("We found your parcel at number 12.")
    await expect(customer.dialog).to_contain_text("Automated assistant of Lumen & Loom")
    await customer.ask("what did you decide about my case?", "noted: We found your parcel")


async def test_a_resolved_case_ends_and_the_assistant_answers_again(customer, mara, pictures):
    case = await wait_for_person(customer, mara, "I want to talk to a human")
    await mara.claim(case)
    await mara.write("r", "Hello, I have sent you a new shade.")
    await expect(customer.rows.last).to_have_text("Hello, I have sent you a new shade.")
    await mara.end("e", "Batch 7 again: shade replaced, no return needed.")
    await expect(mara.page.locator(".owner-resolved")).to_be_visible()
    await expect(mara.page.locator(f'.case[data-case="{case}"]')).to_have_count(0)
    await expect(customer.dialog).to_contain_text("How did we do?")
    await expect(customer.rows).to_have_count(5)
    assert "Batch 7" not in " ".join(await customer.rows.all_text_contents())
    await customer.ask("how long do I have to return something?", "30 days")
    await customer.page.screenshot(path=pictures / "live-resolved.png")


async def test_a_whole_shift(customer, mara, jonas, pictures):
    """From the login to the way back to the bot; two colleagues and one customer."""
    case = await wait_for_person(customer, mara, "my new shade is broken, get me a human please")
    await mara.claim(case)
    brief = mara.page.locator(".card.brief")
    await expect(brief).to_contain_text("my new shade is broken")
    await mara.take_picture(pictures, "shift-brief")

    # What she may give she gives on the spot, and what she says is a promise with a date.
    await mara.begin("g")
    await mara.page.fill(".giving input[inputmode=decimal]", "10")
    await mara.page.fill(".giving textarea", "The second broken shade.")
    await mara.finish()
    await expect(mara.page.locator(".goodwill")).to_contain_text("40.00 EUR on the spot")
    reply = "I am sorry. You get 10 EUR back, and a new shade is with you within two days."
    await mara.write("r", reply)
    await expect(customer.rows.last).to_have_text(reply)
    await mara.page.click(".commitment .primary")
    promises = mara.page.locator(".card.promises")
    await expect(promises).to_contain_text("within two days")
    await mara.take_picture(pictures, "shift-given-and-promised")

    # Jonas packs the parcels: the case goes to him, with the reason and everything promised.
    await mara.begin("t")
    await mara.page.click(".closing .q-select")
    await mara.page.click(".q-item:has-text('Jonas Falk')")
    await mara.page.fill(".closing textarea:visible", "Please pack a shade of batch 8.")
    await mara.finish()
    await expect(mara.page.locator(".owner")).to_have_text("With Jonas Falk")

    await jonas.page.click(".tab:has-text('Mine')")
    await expect(jonas.cases).to_have_count(1)
    await jonas.select(case)
    await expect(jonas.page.locator(".owner-claimed")).to_have_text("Yours")
    await expect(jonas.page.locator(".msg.note .msg-body")).to_contain_text("batch 8")
    await expect(jonas.page.locator(".card.promises")).to_contain_text("within two days")
    await customer.write("thank you both!")
    await expect(jonas.page.locator(".msg.in .msg-body").last).to_have_text("thank you both!")
    await jonas.take_picture(pictures, "shift-passed-on")
    await jonas.begin("b")
    outcome = jonas.page.locator(".closing textarea:visible")
    await expect(outcome).to_have_value(re.compile("10.00 EUR"))
    await outcome.fill("You get 10.00 EUR credit and a new shade.")
    await outcome.press("Control+Enter")
    await expect(customer.rows.last).to_contain_text("You get 10.00 EUR credit and a new shade.")

    # The bot knows what was granted; the desk is as empty of this case as the colleague's.
    await customer.ask("what did you decide about my case?", "10.00 EUR credit")
    await expect(jonas.page.locator(f'.case[data-case="{case}"]')).to_have_count(0)
    await mara.page.click(".presence-choice.offline")
    await expect(mara.page.locator('.presence-choice.offline[aria-pressed="true"]')).to_be_visible()
    assert "batch 8" not in " ".join(await customer.rows.all_text_contents())
