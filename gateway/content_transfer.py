"""Import and export of content: over HTTP for staff and their systems, and for the command line."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.background import BackgroundTask

from console.login.dependency import require_agent
from handoff.models import Agent
from kit.database import Database
from kit.settings import Settings
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.exporting import write_export
from knowledge_base.importers.applying import Orders
from knowledge_base.importers.crawl import CrawlRules, crawl, hosts_of
from knowledge_base.importers.drafting import Defaults
from knowledge_base.importers.reading import Items, keep_upload, read_path
from knowledge_base.importers.running import Progress, Report, run_import
from knowledge_base.importers.sandbox import Sandbox

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class ImportOut(BaseModel):
    """What became of every document of an import."""

    headline: str
    entries: list[dict[str, Any]]


def build_transfer_router(database: Database) -> APIRouter:
    """Return the routes; both need a staff login. Nothing is published through them."""
    agent = require_agent(database)
    router = APIRouter(prefix="/api/content", tags=["content"], dependencies=[Depends(agent)])

    @router.post("/import")
    async def import_upload(
        request: Request,
        who: Annotated[Agent, Depends(agent)],
        name: Annotated[str, Query(min_length=1, max_length=300)],
        preview: bool = False,
    ) -> ImportOut:
        """Import the request's body, a file, as drafts; `preview` only says what would happen."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            await keep_upload(request.stream(), path)
            orders = Orders(by=who.login, defaults=Defaults(owner=who.display_name))
            async with Sandbox() as sandbox:
                items = read_path(path, sandbox, name=name)
                report = await run_import(items, begin_in(database, keep=not preview), orders)
        return ImportOut(headline=report.headline, entries=[asdict(e) for e in report.entries])

    @router.get("/export")
    async def export_everything() -> FileResponse:
        """Give everything as one ZIP."""
        folder = TemporaryDirectory()
        path = Path(folder.name) / "content.zip"
        async with database.session() as session:
            with path.open("wb") as file:
                await write_export(session, file)
        return FileResponse(
            path, filename="carehouse-content.zip", background=BackgroundTask(folder.cleanup)
        )

    return router


async def import_places(
    settings: Settings,
    places: Iterable[str],
    *,
    owner: str,
    publish: bool = False,
    preview: bool = False,
    on_progress: Callable[[Progress], None],
) -> Report:
    """Import files, folders, sitemaps and pages; for the command line."""
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    publisher = OnnxEncoder.load(settings.encoder_dir) if publish else None
    orders = Orders(by="cli", defaults=Defaults(owner=owner), publisher=publisher)
    try:
        async with Sandbox() as sandbox, aclosing(_read_all(settings, places, sandbox)) as items:
            return await run_import(
                items, begin_in(database, keep=not preview), orders, on_progress
            )
    finally:
        await database.close()


async def export_to(settings: Settings, path: Path) -> int:
    """Write everything to a file; return the number of articles. For the command line."""
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    partial = path.with_name(path.name + ".part")
    try:
        async with database.session() as session:
            with partial.open("wb") as file:
                articles = await write_export(session, file)
        partial.replace(path)
    finally:
        await database.close()
    return articles


def begin_in(database: Database, *, keep: bool) -> Begin:
    """Return what opens a transaction: committed at its end, or rolled back for a preview."""

    @asynccontextmanager
    async def begin() -> AsyncIterator[AsyncSession]:
        async with database.session() as session:
            yield session
            if keep:
                await session.commit()

    return begin


async def _read_all(settings: Settings, places: Iterable[str], sandbox: Sandbox) -> Items:
    rules = CrawlRules(hosts=hosts_of(settings.crawl_hosts))
    for place in places:
        if place.startswith(("http://", "https://")):
            items = crawl(place, rules, sandbox)
        else:
            items = read_path(Path(place), sandbox)
        async for item in items:
            yield item
