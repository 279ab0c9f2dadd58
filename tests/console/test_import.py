"""The page of import: what would happen, then drafts; the limit of uploads."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy import select

from console.studio.upload_limit import UploadLimit
from kit.database import Database
from knowledge_base.importers.candidates import LARGEST_UPLOAD
from knowledge_base.models import ArticleVersion
from tests.browser import watch_complaints
from tests.console.conftest import MARA
from tests.knowledge_base.importers.samples import HTML, make_docx, make_zip


@pytest.mark.browser
async def test_a_zip_is_previewed_then_imported_and_everything_exported(
    page: Page, address: str, staffed: Database
):
    complaints = watch_complaints(page)
    await page.goto(f"{address}/studio/import")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/studio/import")
    files = make_zip({"care.html": HTML, "hang.docx": make_docx(), "empty.md": ""})
    file = FilePayload(name="all.zip", mimeType="application/zip", buffer=files)
    await page.locator("input[type=file]").set_input_files(file)
    status = page.locator("[role=status]")
    await expect(status).to_contain_text("2 imported, 1 refused. Nothing is saved", timeout=60_000)
    await expect(page.locator(".import-report")).to_contain_text("It is empty.")
    async with staffed.session() as session:
        assert (await session.execute(select(ArticleVersion))).scalars().all() == []

    await page.get_by_role("button", name="Import 2 as drafts").click()
    await expect(status).to_have_text("Done: 2 imported, 1 refused.", timeout=60_000)
    async with staffed.session() as session:
        made = (await session.execute(select(ArticleVersion))).scalars().all()
    assert {(version.title, version.state) for version in made} == {
        ("Care for a shade", "draft"),
        ("Hanging a lamp", "draft"),
    }
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download everything").click()
    assert (await download.value).suggested_filename == "carehouse-content.zip"
    assert complaints == []


async def _ask(length: int, sent: int) -> list[MutableMapping[str, Any]]:
    """What the limit lets through of an upload, and what it answers."""
    seen: list[MutableMapping[str, Any]] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"x" * sent, "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        seen.append(message)

    async def form(_scope, receive, _send) -> None:
        seen.append(await receive())

    scope = {
        "type": "http",
        "path": "/_nicegui/client/some-id/upload/7",
        "headers": [(b"content-length", str(length).encode())],
    }
    await UploadLimit(form, most=1000)(scope, receive, send)
    return seen


async def test_an_upload_that_is_too_large_never_reaches_the_form():
    assert (await _ask(LARGEST_UPLOAD, 1))[0]["status"] == 413
    assert (await _ask(10, 10))[0]["type"] == "http.request"
    assert (await _ask(10, 70_000))[0]["type"] == "http.disconnect"
