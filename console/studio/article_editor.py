"""The editor of one article: the form saves itself, the panes beside it show what it means."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from nicegui import background_tasks, ui
from nicegui.client import Client

from console.desk.parts import box, button, moment, tell, words
from console.studio.article_form import ArticleForm
from console.studio.article_history import DifferencePane, HistoryPane
from console.studio.article_preview import PreviewPane
from console.studio.article_rehearsal import RehearsalPane
from console.studio.article_work import ArticleWork
from console.studio.image_upload import ImageUpload
from console.studio.value_parts import chip, link, nothing
from kit.errors import AppError
from knowledge_base.answering import KnowledgeBase
from knowledge_base.errors import StaleDraftError
from knowledge_base.models import VersionState
from knowledge_base.versions import VersionView

SAVE_AFTER_S = 1.0


class ArticleEditor:
    """Keeps form, draft and panes together for one author."""

    def __init__(
        self, client: Client, work: ArticleWork, knowledge: KnowledgeBase | None, *, help_url: str
    ) -> None:
        self._client = client
        self._work = work
        self._saving: asyncio.Task[object] | None = None
        self._one_save = asyncio.Lock()
        new = work.slug is None
        with box("editor-main"):
            self._status = box("card editor-status", "section")
            self._status.props["aria-live"] = "polite"
            self._conflict = box("conflict-note")
            self._conflict.props["role"] = "alert"
            with box("card", "section"):
                self._form = ArticleForm(self._changed, new=new)
                with self._form.after_text:
                    ImageUpload(work.database, work.by, self._form.append)
        with box("editor-side"):
            self._preview = PreviewPane(help_url)
            self._difference = DifferencePane()
            if knowledge is not None:
                RehearsalPane(knowledge, self._form.read, self._find_article)
            back = self._step(work.roll_back) if work.may_publish else None
            self._history = HistoryPane(restore=self._step(work.restore), roll_back=back)

    def begin(self, owner: str) -> None:
        """Start a new article: it has no address to be kept at before the author names one."""
        self._form.begin(owner)
        self._draw_status("Not saved yet: give it a title, an address and a text.")

    def show(self) -> None:
        """Fill everything from what is stored."""
        detail = self._work.detail
        if detail is None:
            return
        self._form.show(detail.shown.content)
        self._draw_around()

    def say_missing(self) -> None:
        """Say that nothing is kept at this address."""
        self._status.clear()
        with self._status:
            nothing("There is no such article.", "It may have had another address.")
            link("Articles", "/studio/content")

    def _find_article(self) -> UUID | None:
        return self._work.detail.article_id if self._work.detail else None

    async def _changed(self) -> None:
        """Wait for a pause in the typing, then save."""
        if self._saving is not None:
            self._saving.cancel()
        self._saving = background_tasks.create(self._save_soon(), name="autosave")

    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_AFTER_S)
        self._saving = None  # from here on a further letter waits for its own turn
        with self._client:
            if self._work.slug is None:  # a new article is begun with its button
                self._draw_preview()
            else:
                await self._save()

    def _draw_preview(self) -> None:
        with contextlib.suppress(AppError):  # half an article cannot be read yet
            self._preview.show(self._form.read())

    async def _save(self, *, over: VersionView | None = None) -> bool:
        """Save what the form says, one save after the other: each has seen the one before."""
        async with self._one_save:
            return await self._save_now(over)

    async def _save_now(self, over: VersionView | None) -> bool:
        try:
            draft = self._form.read()
            if over is not None or not self._work.says(draft):
                await self._work.save(draft, over=over)
        except StaleDraftError as stale:
            self._draw_conflict(stale.newer)
            return False
        except AppError as error:
            self._draw_status(f"Not saved: {error.message}")
            return False
        self._conflict.clear()
        self._draw_around()
        return True

    async def _create(self) -> None:
        """Begin the article, and go to the page that keeps it."""
        with self._client:
            try:
                draft = self._form.read()
                await self._work.save(draft)
            except StaleDraftError:
                self._draw_status("Not saved: there is an article at this address already.")
            except AppError as error:
                self._draw_status(f"Not saved: {error.message}")
            else:
                ui.navigate.to(f"/studio/content/{draft.slug}")

    def _draw_around(self) -> None:
        self._draw_status("Saved.")
        draft = self._form.read()
        self._preview.show(draft)
        self._difference.show(self._work.detail, draft)
        self._history.show(self._work.detail)

    def _draw_status(self, saved: str) -> None:
        self._status.clear()
        detail = self._work.detail
        with self._status:
            with box("editor-top"):
                link("Articles", "/studio/content")
                words(saved, "count saved", "span")
            if detail is None:
                button("Create draft", self._create, classes="primary")
                return
            shown = detail.shown
            with box("chips"):
                chip(f"version {shown.number}")
                chip(shown.state.value.replace("_", " "), shown.state.value)
                if detail.published and detail.published is not shown:
                    chip(f"version {detail.published.number} is served")
                if shown.publish_at is not None:
                    moment(shown.publish_at, "due", "chip")
                for each in detail.translations:
                    link(f"{each.language}: {each.title}", f"/studio/content/{each.slug}")
            self._draw_actions(shown)

    def _draw_actions(self, shown: VersionView) -> None:
        work = self._work
        with box("editor-actions"):
            if shown.is_open:
                if shown.state is VersionState.DRAFT:
                    button("Submit for review", self._doing(work.submit, "Submitted."))
                else:
                    self._draw_send_back()
                if work.may_publish:
                    publish = self._doing(work.publish, "Published. It is answered from now on.")
                    button("Publish", publish, classes="primary")
                    self._draw_schedule(shown)
                button("Discard draft", self._doing(work.discard, "The draft is put away."))
            if self._work.detail and self._work.detail.published and work.may_publish:
                button("Withdraw", self._doing(work.withdraw, "It is not served any more."))
            self._draw_link()

    def _draw_send_back(self) -> None:
        note = ui.input("What is to be changed").props("dense outlined")
        sent = self._doing(lambda: self._work.send_back(note.value or ""), "Sent back.")
        button("Send back", sent)

    def _draw_schedule(self, shown: VersionView) -> None:
        if shown.publish_at is not None:
            button("Call the plan off", self._doing(self._work.unschedule, "Called off."))
            return
        at = ui.input("Publish at (UTC)").props("dense outlined type=datetime-local stack-label")

        async def schedule() -> None:
            if not at.value:
                tell("Please choose a time.", "warning")
                return
            when = datetime.fromisoformat(at.value).replace(tzinfo=UTC)
            await self._doing(lambda: self._work.schedule(when), "Planned.")()

        button("Schedule", schedule)

    def _draw_link(self) -> None:
        other = ui.input("Address of a translation").props("dense outlined")
        link_it = self._doing(lambda: self._work.link((other.value or "").strip()), "Linked.")
        button("Link", link_it)
        if self._work.detail and self._work.detail.translations:
            button("Unlink", self._doing(self._work.unlink, "It stands alone."))

    def _draw_conflict(self, newer: VersionView) -> None:
        """Show what the colleague wrote; nothing is lost, nothing is overwritten unasked."""

        async def take() -> None:
            await self._work.load()
            self._conflict.clear()
            self.show()

        async def keep() -> None:
            await self._save(over=newer)

        self._conflict.clear()
        with self._conflict, box("card conflict-card"):
            words(f"{newer.author} changed this article meanwhile. It now says:", "card-title")
            words(newer.content.title, "version-name")
            words(newer.content.body, "side-words")
            with box("editor-actions"):
                button("Take theirs", take)
                button("Keep mine", keep)

    def _step(
        self, work: Callable[[int], Awaitable[None]]
    ) -> Callable[[int], Callable[[], Awaitable[None]]]:
        return lambda number: self._doing(lambda: work(number), "Done.")

    def _doing(
        self, work: Callable[[], Awaitable[None]], done: str
    ) -> Callable[[], Awaitable[None]]:
        """Save what is typed, do it, and show what became of it."""

        async def do() -> None:
            # Saving draws the buttons anew: from then on the one pressed is no place to speak from.
            with self._client:
                if self._saving is not None:
                    self._saving.cancel()
                    self._saving = None
                    if not await self._save():
                        return
                try:
                    await work()
                except AppError as error:
                    tell(error.message, "warning")
                    await self._work.load()
                else:
                    tell(done, "positive")
                self.show()

        return do
