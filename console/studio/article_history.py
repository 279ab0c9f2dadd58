"""What changed: the draft against what is served, and every version with the way back."""

from collections.abc import Awaitable, Callable

from console.desk.parts import box, button, moment, words
from console.studio.value_parts import chip
from knowledge_base.difference import Change, Difference, Run, compare
from knowledge_base.drafts import Draft
from knowledge_base.library import ArticleDetail
from knowledge_base.models import VersionState
from knowledge_base.versions import VersionView

Step = Callable[[int], Callable[[], Awaitable[None]]]
_TAGS = {Change.SAME: "span", Change.ADDED: "ins", Change.REMOVED: "del"}


class DifferencePane:
    """Shows the words that publishing would add and take away."""

    def __init__(self) -> None:
        with box("card", "section"):
            words("What would change", "card-title", "h2")
            self._shown = box("diff")

    def show(self, detail: ArticleDetail | None, draft: Draft) -> None:
        """Compare with what is served."""
        self._shown.clear()
        served = detail.published if detail else None
        with self._shown:
            if served is None:
                words("Nothing is served yet: all of it is new.", "card-hint")
                return
            found = compare(served.content, draft)
            if found.is_empty:
                words("Nothing: this is what is served.", "card-hint")
                return
            _draw(found)


class HistoryPane:
    """Lists the versions and what was done with the article."""

    def __init__(self, *, restore: Step, roll_back: Step | None) -> None:
        self._restore = restore
        self._roll_back = roll_back
        with box("card", "section"):
            words("History", "card-title", "h2")
            self._shown = box("history")

    def show(self, detail: ArticleDetail | None) -> None:
        """Draw it anew."""
        self._shown.clear()
        if detail is None:
            return
        with self._shown:
            for version in detail.versions:
                self._draw(version)
            with box("events", "ol"):
                for event in detail.events:
                    with box("event", "li"):
                        number = f" version {event.number}" if event.number else ""
                        note = f": {event.note}" if event.note else ""
                        words(f"{event.by} {event.what}{number}{note}", "", "span")
                        moment(event.at, "ago", "count")

    def _draw(self, version: VersionView) -> None:
        with box("version-row"):
            words(f"Version {version.number}", "version-name", "span")
            chip(version.state.value.replace("_", " "), version.state.value)
            words(version.content.note or version.content.title, "version-note", "span")
            if version.state is not VersionState.ARCHIVED:
                return
            button("Restore as draft", self._restore(version.number), classes="small")
            if version.published_at is not None and self._roll_back is not None:
                button("Roll back to this", self._roll_back(version.number), classes="small")


def _draw(found: Difference) -> None:
    for name, runs in (("Title", found.title), ("Text", found.body)):
        if any(run.change is not Change.SAME for run in runs):
            words(name, "diff-name", "h3")
            with box("diff-text", "p"):
                for run in runs:
                    _draw_run(run)
    for field in found.fields:
        words(field.field.replace("_", " "), "diff-name", "h3")
        with box("diff-text", "p"):
            words(field.before or "(empty)", "", "del")
            words(field.after or "(empty)", "", "ins")


def _draw_run(run: Run) -> None:
    words(run.text, "", _TAGS[run.change])
