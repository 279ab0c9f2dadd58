"""The list of articles: state, health, dates; filters and full text."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from nicegui import ui

from console.desk.parts import box, button, moment, words
from console.studio.value_parts import chip, link, nothing, plural
from insights.content.health import HealthFlag, find_health
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.library import (
    PAGE,
    ArticleRow,
    LibraryFilters,
    Listing,
    list_articles,
    list_choices,
)
from knowledge_base.models import Stage, VersionState

ANY = "all"
_FLAGS = {
    HealthFlag.EXPIRED: "expired",
    HealthFlag.STALE: "not reviewed for long",
    HealthFlag.UNHELPFUL: "unhelpful",
    HealthFlag.NEVER_SERVED: "never served",
    HealthFlag.CONTRADICTING: "contradicting",
    HealthFlag.DUPLICATE: "duplicate",
}


class ArticleList:
    """Lists articles as they are filtered; reads the health of all of them once per look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = 0
        self._filters = box("content-filters")
        self._found = box("content-found")
        self._found.props["aria-live"] = "polite"

    async def start(self) -> None:
        """Read what there is to filter by, and show everything."""
        async with self._database.session() as session:
            choices = await list_choices(session)
            self._health = await find_health(session, utc_now())
        with self._filters:
            self._text = ui.input("Search titles, texts and phrasings").props(
                "dense outlined clearable debounce=300"
            )
            self._text.classes("content-search").on_value_change(self._change)
            self._state = self._select(
                "State", {state.value: _name(state) for state in VersionState}
            )
            self._flag = self._select("Health", {flag.value: text for flag, text in _FLAGS.items()})
            self._language = self._select("Language", _same(choices["language"]))
            self._stage = self._select("Stage", _same(stage.value for stage in Stage))
            self._owner = self._select("Owner", _same(choices["owner"]))
            self._tag = self._select("Tag", _same(choices["tag"]))
            self._campaign = self._select("Campaign", _same(choices["campaign"]))
        await self.refresh()

    async def refresh(self) -> None:
        """Show the page of the list that the filters leave."""
        async with self._database.session() as session:
            listing = await list_articles(session, self._wanted())
        self._found.clear()
        with self._found:
            self._draw(listing)

    def _select(self, label: str, options: dict[str, str]) -> ui.select:
        chosen = ui.select({ANY: "All", **options}, value=ANY, label=label)
        chosen.props("dense outlined options-dense").on_value_change(self._change)
        return chosen

    async def _change(self) -> None:
        self._offset = 0
        await self.refresh()

    def _wanted(self) -> LibraryFilters:
        flag = _value(self._flag)
        held = {key for key, flags in self._health.items() if flag in flags}
        state = _value(self._state)
        return LibraryFilters(
            text=self._text.value or "",
            state=VersionState(state) if state else None,
            language=_value(self._language),
            stage=_value(self._stage),
            owner=_value(self._owner),
            tag=_value(self._tag),
            campaign=_value(self._campaign),
            only=frozenset(held) if flag else None,
            offset=self._offset,
        )

    def _draw(self, listing: Listing) -> None:
        words(plural(listing.total, "article"), "card-hint").props["role"] = "status"
        if not listing.rows:
            nothing("No article fits.", "Take a filter away, or write the article.")
            return
        with box("content-scroll"), box("content-table", "table"):
            with box("", "thead"), box("", "tr"):
                for name in ("Article", "State", "Health", "Owner", "Valid", "Review", "Changed"):
                    words(name, "", "th").props["scope"] = "col"
            with box("", "tbody"):
                for row in listing.rows:
                    self._draw_row(row)
        with box("content-pages"):
            if self._offset:
                button("Newer", self._page(-PAGE))
            if self._offset + len(listing.rows) < listing.total:
                button("Older", self._page(PAGE))

    def _page(self, by: int) -> Callable[[], Awaitable[None]]:
        async def turn() -> None:
            self._offset = max(0, self._offset + by)
            await self.refresh()

        return turn

    def _draw_row(self, row: ArticleRow) -> None:
        with box("", "tr"):
            name = box("content-name", "th")
            name.props["scope"] = "row"
            with name:
                link(row.title, f"/studio/content/{row.slug}")
                with box("chips"):
                    chip(row.language)
                    for fact in (*_audience(row), *row.tags[:3]):
                        chip(fact)
            with box("", "td"):
                chip(_name(row.state), row.state.value)
                if row.publish_at is not None:
                    with box("count"):
                        words("planned", "", "span")
                        moment(row.publish_at, "due")
                elif row.published_number and row.published_number != row.number:
                    words(f"version {row.published_number} is served", "count")
            with box("", "td"), box("chips"):
                for flag in sorted(self._health.get(row.article_id, ())):
                    chip(_FLAGS[flag], "rising")
            words(row.owner, "", "td")
            words(_validity(row), "", "td")
            words(_day(row.review_on), "", "td")
            with box("", "td"):
                moment(row.updated_at, "ago")


def _audience(row: ArticleRow) -> list[str]:
    shown = [] if row.audience == "public" else ["signed in only"]
    return shown if row.stage == "any" else [*shown, row.stage]


def _validity(row: ArticleRow) -> str:
    """From when until when it is served; most articles always are."""
    match row.valid_from, row.valid_until:
        case None, None:
            return "always"
        case start, None:
            return f"from {_day(start)}"
        case None, end:
            return f"until {_day(end)}"
    return f"{_day(row.valid_from)} to {_day(row.valid_until)}"


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else "–"


def _name(state: VersionState) -> str:
    return state.value.replace("_", " ")


def _same(values: Iterable[str]) -> dict[str, str]:
    return {value: value for value in values}


def _value(chosen: ui.select) -> str:
    return "" if chosen.value in {ANY, None} else str(chosen.value)
