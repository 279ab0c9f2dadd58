"""The table of earnings by article and version, and the rows behind a number that was pressed."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui.element import Element

from console.desk.parts import box, button, hint, moment, words
from console.studio.value_parts import link, money, nothing, plural, share
from insights.content.ledger import Entry, Figure
from insights.content.performance import ArticleEarned, Earned, Report, Terms, report
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.encoder import Encoder

MOST_ROWS = 200
_COLUMNS = (
    (Figure.SERVED, "Served"),
    (Figure.HELPED, "Helped"),
    (Figure.NOT_HELPED, "Did not"),
    (Figure.HUMAN, "Person"),
    (Figure.REOPENED, "Reopened"),
    (Figure.FOLLOWED, "Opened"),
    (Figure.OFFERED, "Offered"),
    (Figure.WITHHELD, "Withheld"),
    (Figure.ORDER, "Orders"),
    (Figure.ORDER_WITHHELD, "Orders, withheld"),
)
_MEANINGS = {
    Figure.SERVED: "answers that showed it",
    Figure.HELPED: "times it was said to have helped",
    Figure.NOT_HELPED: "times it was said not to have helped",
    Figure.HUMAN: "answers after which a person took over in the same episode",
    Figure.REOPENED: "answers after which the customer came back within 7 days",
    Figure.FOLLOWED: "times it was opened from an answer",
    Figure.OFFERED: "customers it was offered to, by their first offer",
    Figure.WITHHELD: "customers of the holdout, from whom it was withheld to compare",
    Figure.ORDER: "orders after an offer",
    Figure.ORDER_WITHHELD: "orders of the holdout in the same time",
}
# What is counted of all offers together; answers are an article's own.
_OF_OFFERS = (Figure.OFFERED, Figure.WITHHELD, Figure.ORDER, Figure.ORDER_WITHHELD)
_Scope = tuple[UUID | None, int | None]


class EarnedPane:
    """Shows the report; a number opens its rows beside the table."""

    def __init__(
        self, database: Database, load_encoder: Callable[[], Awaitable[Encoder]], terms: Terms
    ) -> None:
        self._database = database
        self._load_encoder = load_encoder
        self._terms = terms
        self._report: Report | None = None
        self._opened: set[UUID] = set()
        with box("card earned", "section") as section:
            section.props["aria-label"] = "Earnings by article"
            self._table = box("earned-scroll")
            self._table.props["tabindex"] = "0"
            with self._table:
                words("Counting ...", "card-hint").props["role"] = "status"
        self._rows = box("card rows", "section")
        self._rows.props["aria-label"] = "The rows behind a number"
        self._rows.props["tabindex"] = "-1"
        self._rows.set_visibility(False)

    async def refresh(self) -> None:
        """Count again."""
        encoder = await self._load_encoder()
        async with self._database.session() as session:
            self._report = await report(session, encoder, now=utc_now(), terms=self._terms)
        self._draw()

    def _draw(self) -> None:
        found = self._report
        self._table.clear()
        with self._table:
            if found is None or not found.articles:
                nothing(
                    "Nothing has been served yet.",
                    "As soon as the assistant answers from an article, or an article is offered, "
                    "it appears here with what came of it.",
                )
                return
            with box("figures earned-table", "table"):
                self._draw_head()
                with box("", "tbody"):
                    self._draw_line("All offers together", found.everything, (None, None))
                    for article in found.articles:
                        self._draw_article(article)

    def _draw_head(self) -> None:
        with box("", "thead"), box("", "tr"):
            words("Article", "", "th").props["scope"] = "col"
            for figure, name in _COLUMNS:
                head = hint(words(name, "number", "th"), _MEANINGS[figure].capitalize())
                head.props["scope"] = "col"
            for name in ("Helped, of those who said", "Return on cost"):
                words(name, "wide", "th").props["scope"] = "col"

    def _draw_article(self, article: ArticleEarned) -> None:
        scope = (article.article_id, None)
        self._draw_line(article.title, article.total, scope, article=article)
        if article.article_id in self._opened:
            for number, earned in article.versions:
                self._draw_line(f"Version {number}", earned, (article.article_id, number))

    def _draw_line(
        self, name: str, earned: Earned, scope: _Scope, *, article: ArticleEarned | None = None
    ) -> None:
        kind = "version" if scope[1] else "everything" if scope[0] is None else ""
        with box(kind, "tr"):
            with box("name", "th") as head:
                head.props["scope"] = "row"
                if article is None:
                    words(name, "", "span")
                else:
                    link(name, f"/studio/content/{article.slug}")
                    self._draw_opener(article)
            for figure, _ in _COLUMNS:
                with box("number", "td"):
                    self._draw_number(name, figure, earned, scope)
            said = earned.counts[Figure.HELPED] + earned.counts[Figure.NOT_HELPED]
            words(share(earned.helped, earned.counts[Figure.HELPED], said), "wide", "td")
            with box("wide", "td"):
                _draw_return(earned)

    def _draw_opener(self, article: ArticleEarned) -> None:
        is_open = article.article_id in self._opened

        def toggle() -> None:
            self._opened ^= {article.article_id}
            self._draw()

        opener = button(plural(len(article.versions), "version"), toggle, classes="small quiet")
        opener.props["aria-expanded"] = "true" if is_open else "false"

    def _draw_number(self, name: str, figure: Figure, earned: Earned, scope: _Scope) -> None:
        count = earned.counts[figure]
        if not count:
            counted = scope[0] is not None or figure in _OF_OFFERS
            words("0" if counted else "–", "nought", "span")
            return

        def show() -> None:
            self._show_rows(name, figure, scope)

        pressed = button(f"{count:,}", show, classes="number-button")
        pressed.props["aria-label"] = f"{count} {_MEANINGS[figure]}: {name}"

    def _show_rows(self, name: str, figure: Figure, scope: _Scope) -> None:
        if self._report is None:
            return
        rows = self._report.rows(figure, *scope)
        self._rows.clear()
        with self._rows:
            words(f"{name}: {plural(len(rows), 'row')}", "card-title", "h2")
            words(f"{_MEANINGS[figure].capitalize()}.", "card-hint")
            with box("row-list", "ol"):
                for row in rows[-MOST_ROWS:][::-1]:
                    _draw_row(row)
            if len(rows) > MOST_ROWS:
                words(f"The newest {MOST_ROWS} are shown.", "card-hint")
        self._rows.set_visibility(True)
        self._rows.run_method("focus")


def _draw_row(row: Entry) -> None:
    with box("ledger-row", "li"):
        moment(row.at, "day", "count")
        words(row.what, "ledger-what", "span")
        if row.version:
            words(f"version {row.version}", "count", "span")
        if row.cents:
            words(f"€{row.cents / 100:,.2f}", "ledger-money", "span")
        if row.customer_id is not None:
            words(f"customer {row.customer_id.hex[-6:]}", "count", "span")


def _draw_return(earned: Earned) -> Element:
    if earned.uplift is None:
        return words(earned.untold, "untold")
    uplift = earned.uplift
    between = f"{money(uplift.interval.low)} to {money(uplift.interval.high)}"
    if earned.roi is None:
        return words(f"{money(uplift.cents)} ({between}). {earned.untold}", "told")
    roi = earned.roi
    with box("told") as cell:
        words(f"{roi.value:+.0%}", "roi", "span")
        words(f"between {roi.interval.low:+.0%} and {roi.interval.high:+.0%}", "", "span")
        words(f"{money(uplift.cents)} ({between}) for {money(earned.cost_cents)}", "count")
        if roi.interval.low <= 0 <= roi.interval.high:
            words("It may as well have earned nothing.", "count")
    return cell
