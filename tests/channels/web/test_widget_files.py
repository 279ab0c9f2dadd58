"""Files in the widget: chosen, dropped, refused, tried again, sent once, by keyboard alone."""

import asyncio

import pytest
from playwright.async_api import FileChooser, FilePayload, expect

from channels.base import EventKind
from channels.ports import ShownFile
from channels.web.schemas import CAPABILITIES, MOST_FILES

pytestmark = pytest.mark.browser

PNG = b"\x89PNG\r\n\x1a\n and the rest"
PHOTO: FilePayload = {"name": "Kaputte Lämpe.png", "mimeType": "image/png", "buffer": PNG}
PROGRAM = {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90"}
EMPTY = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}


async def choose(shop, *files) -> None:
    """Choose files in the browser's dialog."""
    await shop.page.locator("input[type=file]").set_input_files(list(files))


async def wait_for_events(shop, count: int) -> None:
    """Wait until intake has stored so many messages."""
    async with asyncio.timeout(30):
        while len(shop.chat.accept.events) < count:
            await asyncio.sleep(0.05)


async def test_a_file_is_chosen_removed_and_sent_by_keyboard_alone(shop):
    page = shop.page
    # Asked for long before it opens: a browser under load may open it before it is told to tell.
    choosers: asyncio.Queue[FileChooser] = asyncio.Queue()
    page.on("filechooser", choosers.put_nowait)
    await shop.visit("?open=1")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Attach files")).to_be_focused()
    await page.keyboard.press("Enter")
    chooser = await asyncio.wait_for(choosers.get(), 30)
    second: FilePayload = {**PHOTO, "name": "second.png"}
    await chooser.set_files([PHOTO, second])
    tray = page.get_by_role("list", name="Files to send")
    await expect(tray.locator("li.ready")).to_have_count(2)
    await page.get_by_role("button", name="Remove Kaputte Lämpe.png").focus()
    await page.keyboard.press("Enter")
    await expect(tray.locator("li")).to_have_count(1)
    await expect(page.get_by_role("button", name="Remove second.png")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your message")).to_be_focused()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await choose(shop, PHOTO)
    await expect(tray.locator("li.ready")).to_have_count(1)
    await page.keyboard.press("Enter")
    await wait_for_events(shop, 1)
    (event,) = shop.chat.accept.events
    assert (event.kind, event.text) == (EventKind.MEDIA, "")
    assert [one.name for one in event.attachments] == ["Kaputte Lämpe.png"]
    sent = page.get_by_role("list", name="Attached files")
    await expect(sent.get_by_role("listitem")).to_contain_text("Kaputte Lämpe.png")
    await expect(tray).to_be_hidden()
    assert shop.complaints == []


async def test_a_sent_file_is_there_after_a_reload_and_one_that_is_gone_says_so(shop):
    await shop.visit("?open=1")
    await choose(shop, PHOTO)
    await expect(shop.page.locator(".tray li.ready")).to_have_count(1)
    await shop.write("Look at this")
    address = await shop.find_address()
    gone = ShownFile("old.pdf", "document", None, "gone")
    shop.chat.transcript.say(address, "", author="customer", files=(gone,))
    await shop.visit("?open=1")
    sent = shop.page.locator(".files li")
    await expect(sent).to_have_count(2)
    await expect(sent.last).to_contain_text("no longer there")
    assert len(shop.chat.accept.events) == 1
    assert len(shop.chat.files.kept) == 1


async def test_what_cannot_be_taken_says_why_and_holds_nothing_up(shop):
    await shop.visit("?open=1")
    too_large = """(size) => {
        const host = document.getElementById("carehouse-chat").shadowRoot;
        const file = new File([new Uint8Array(size)], "film.mp4", { type: "video/mp4" });
        const data = new DataTransfer();
        data.items.add(file);
        const dialog = host.querySelector(".dialog");
        dialog.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true }));
        dialog.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    }"""
    await shop.page.evaluate(too_large, CAPABILITIES.max_file + 1)
    await choose(shop, PROGRAM, EMPTY, PHOTO)
    failed = shop.page.locator(".tray li.failed")
    await expect(failed).to_have_count(3)
    await expect(failed.nth(0)).to_contain_text("Larger than 20 MB")
    await expect(failed.nth(1)).to_contain_text("We cannot take files of this kind")
    await expect(failed.nth(2)).to_contain_text("This file is empty")
    await expect(shop.page.locator(".tray li.ready")).to_have_count(1)
    assert sum("/web/files" in url for url in shop.requests) == 2
    await shop.write("three of four")
    await wait_for_events(shop, 1)
    assert [one.name for one in shop.chat.accept.events[0].attachments] == [PHOTO["name"]]
    await expect(failed).to_have_count(3)


async def test_a_message_has_so_many_files_and_the_customer_is_told(shop):
    await shop.visit("?open=1")
    await choose(shop, *[{**PHOTO, "name": f"{number}.png"} for number in range(MOST_FILES + 2)])
    await expect(shop.page.locator(".tray li")).to_have_count(MOST_FILES)


async def test_a_message_sent_while_its_file_is_on_its_way_waits_for_it(shop):
    shop.chat.files.hold = asyncio.Event()
    await shop.visit("?open=1")
    await choose(shop, PHOTO)
    bar = shop.page.get_by_role("progressbar", name="Uploading Kaputte Lämpe.png")
    await expect(bar).to_be_visible()
    await shop.write("with a file")
    await expect(shop.page.get_by_label("Your message")).to_have_value("with a file")
    shop.chat.files.hold.set()
    await wait_for_events(shop, 1)
    assert shop.chat.accept.events[0].text == "with a file"
    assert len(shop.chat.accept.events[0].attachments) == 1


async def test_a_file_chosen_offline_is_uploaded_when_the_network_is_back(shop):
    await shop.begin()
    await shop.page.context.set_offline(True)
    await choose(shop, PHOTO)
    await expect(shop.page.locator(".tray li")).to_contain_text("Waiting for the connection")
    await shop.write("from the tunnel")
    await shop.page.context.set_offline(False)
    await wait_for_events(shop, 2)
    assert len(shop.chat.accept.events[1].attachments) == 1
    assert len(shop.chat.files.kept) == 1


async def test_a_file_that_the_server_could_not_keep_is_tried_again(shop):
    shop.chat.files.error = ConnectionError("away")
    await shop.visit("?open=1")
    await choose(shop, PHOTO)
    await expect(shop.page.locator(".tray li.waiting")).to_have_count(1)
    shop.chat.files.error = None
    await expect(shop.page.locator(".tray li.ready")).to_have_count(1, timeout=30_000)


async def test_a_hostile_name_is_only_text(shop):
    name = "<img src=x onerror=alert(1)>\u202egpj.exe"
    await shop.visit("?open=1")
    await choose(shop, {**PHOTO, "name": name})
    await expect(shop.page.locator(".tray li.ready bdi")).to_have_text(name)
    await shop.write("x")
    await wait_for_events(shop, 1)
    assert await shop.dialog.locator("img, script").count() == 0
    assert shop.complaints == []


async def test_a_picture_of_the_bot_is_shown_and_one_that_cannot_be_is_a_link(shop):
    address = await shop.begin()
    shop.chat.transcript.say(
        address,
        "Like this:",
        images=(
            ("How to hang the lamp", f"{shop.url}/web/shop.svg"),
            ("Not to be loaded here", "https://elsewhere.example/a.png"),
            ("An attack", "javascript:alert(1)"),
        ),
    )
    picture = shop.page.get_by_role("img", name="How to hang the lamp")
    await expect(picture).to_be_visible()
    await picture.scroll_into_view_if_needed()
    link = shop.page.get_by_role("link", name="Not to be loaded here")
    await expect(link).to_have_attribute("href", "https://elsewhere.example/a.png")
    await expect(shop.dialog.locator(".links a")).to_have_count(1)
    assert await shop.dialog.locator("img").count() == 1
