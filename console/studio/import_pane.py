"""Upload a file or name an address, look at what would happen, import it as drafts; export."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from nicegui import ui
from nicegui.element import Element
from nicegui.events import UploadEventArguments
from sqlalchemy.ext.asyncio import AsyncSession

from console.desk.parts import box, button, tell, words
from handoff.models import Agent
from kit.database import Database
from kit.errors import AppError
from knowledge_base.exporting import write_export
from knowledge_base.importers.applying import Entry, Orders, Outcome
from knowledge_base.importers.candidates import LARGEST_UPLOAD
from knowledge_base.importers.crawl import CrawlRules, crawl, hosts_of
from knowledge_base.importers.drafting import Defaults
from knowledge_base.importers.reading import Items, keep_upload, read_path
from knowledge_base.importers.running import Progress, Report, run_import
from knowledge_base.importers.sandbox import Sandbox

Read = Callable[[Sandbox], Items]
_MOST_SHOWN = 300


class ImportPane:
    """One person's import: preview first, then drafts. Nothing is published here."""

    def __init__(self, database: Database, crawl_hosts: str, agent: Agent) -> None:
        self._database = database
        self._rules = CrawlRules(hosts=hosts_of(crawl_hosts))
        self._orders = Orders(by=agent.login, defaults=Defaults(owner=agent.display_name))
        self._folder = TemporaryDirectory()
        self._read: Read | None = None
        self._busy = False
        self._draw_import()
        self._draw_export()
        with box("card import-report-card", "section"):
            words("Report", "card-title", "h2")
            self._said = words("Nothing imported yet.", "card-hint")
            self._said.props["role"] = "status"
            self._confirm = box()
            self._report = box()

    def _draw_import(self) -> None:
        with box("card", "section"):
            words("Import", "card-title", "h1")
            words(
                "Markdown, HTML, DOCX, PDF, tables of questions and answers (CSV), or a ZIP of "
                "many. You see first what would happen; everything arrives as a draft.",
                "card-hint",
            )
            ui.upload(
                label="Choose a file, or drop it here",
                auto_upload=True,
                max_file_size=LARGEST_UPLOAD,
                on_upload=self._take_upload,
                on_rejected=lambda: tell("A file may have 100 MB at most.", "warning"),
            )
            if not self._rules.hosts:
                words("Sites can be read once CRAWL_HOSTS names them.", "card-hint")
                return
            with box("address-row"):
                address = ui.input("Address of a sitemap or a page").props("outlined dense")

                async def read_site() -> None:
                    where = str(address.value or "").strip()
                    await self._preview(lambda sandbox: crawl(where, self._rules, sandbox))

                button("Look at the site", read_site)
            words(f"May be read: {', '.join(self._rules.hosts)}", "card-hint")

    def _draw_export(self) -> None:
        with box("card", "section"):
            words("Export", "card-title", "h2")
            words(
                "Every article with all its versions, the pictures and the synonyms in one ZIP: "
                "Markdown to read, and what an import brings back unchanged.",
                "card-hint",
            )
            button("Download everything", self._export)

    async def _take_upload(self, event: UploadEventArguments) -> None:
        path = Path(self._folder.name) / "upload"
        name = event.file.name
        try:
            await keep_upload(event.file.iterate(), path)
        except AppError as error:
            tell(error.message, "warning")
            return
        event.sender.run_method("reset")
        await self._preview(lambda sandbox: read_path(path, sandbox, name=name))

    async def _preview(self, read: Read) -> None:
        self._read = read
        self._confirm.clear()
        report = await self._run(read, keep=False)
        if report is None:
            return
        self._show(report, f"This would happen: {report.headline}. Nothing is saved yet.")
        takes = report.count(Outcome.IMPORTED) + report.count(Outcome.UPDATED)
        if takes:
            with self._confirm:
                button(f"Import {takes} as drafts", self._import, classes="primary")

    async def _import(self) -> None:
        if self._read is None:
            return
        report = await self._run(self._read, keep=True)
        if report is not None:
            self._confirm.clear()
            self._show(report, f"Done: {report.headline}.")

    async def _run(self, read: Read, *, keep: bool) -> Report | None:
        """Do one thing at a time, and say why when it cannot be done."""
        if self._busy:
            tell("Something is going on already; please wait for it.", "info")
            return None
        self._busy = True
        self._report.clear()
        try:
            async with Sandbox() as sandbox, aclosing(read(sandbox)) as items:
                return await run_import(items, self._begin(keep=keep), self._orders, self._count)
        except AppError as error:
            self._said.text = error.message
            return None
        finally:
            self._busy = False

    def _count(self, progress: Progress) -> None:
        of = f" of {progress.expected}" if progress.expected else ""
        self._said.text = f"{progress.done}{of} read: {progress.entry.name}"

    def _begin(self, *, keep: bool) -> Callable[[], AbstractAsyncContextManager[AsyncSession]]:
        @asynccontextmanager
        async def begin() -> AsyncIterator[AsyncSession]:
            async with self._database.session() as session:
                yield session
                if keep:
                    await session.commit()

        return begin

    def _show(self, report: Report, headline: str) -> None:
        self._said.text = headline
        with self._report, box("import-report", "table"):
            with box("", "tr"):
                for name in ("Document", "What becomes of it", "Article"):
                    words(name, "", "th")
            refused_first = sorted(
                report.entries, key=lambda entry: entry.outcome is not Outcome.REFUSED
            )
            for entry in refused_first[:_MOST_SHOWN]:
                _row(entry)
        if len(report.entries) > _MOST_SHOWN:
            with self._report:
                words(f"And {len(report.entries) - _MOST_SHOWN} more.", "card-hint")

    async def _export(self) -> None:
        file = io.BytesIO()
        async with self._database.session() as session:
            await write_export(session, file)
        ui.download.content(file.getvalue(), "carehouse-content.zip")


def _row(entry: Entry) -> Element:
    with box("", "tr") as row:
        words(entry.name, "", "td")
        words(entry.outcome.value, f"outcome-{entry.outcome.value.split()[0]}", "td")
        words(entry.reason or f"{entry.title} ({entry.slug})", "", "td")
    return row
