"""A real Chromium for tests marked `browser`. Import the fixtures into a conftest to use them.

Needs Debian's chromium (or CHROMIUM=/path); without one the tests are skipped and say so.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the browser's program, if this machine has one."""
    wanted = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return wanted if Path(wanted).exists() else shutil.which("chromium")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here: install chromium or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest.fixture
async def browsing(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh profile: no cookies, no storage, English, a desktop window."""
    context = await browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 860}, reduced_motion="reduce"
    )
    context.set_default_timeout(8000)
    yield context
    await context.close()


@pytest.fixture
async def page(browsing: BrowserContext) -> Page:
    """A tab in the fresh profile."""
    return await browsing.new_page()


def watch_complaints(page: Page) -> list[str]:
    """Collect what the page complains about: console errors, CSP violations, exceptions."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.type}: {message.text}")
            if message.type == "error" or "Content Security Policy" in message.text
            else None
        ),
    )
    return complaints
