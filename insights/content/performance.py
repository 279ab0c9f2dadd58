"""What every article did and earned. Each number is a count of ledger rows, which can be shown.

Used by the studio's page of earnings. docs/content-value.md defines the figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from insights.content import outcomes
from insights.content.intervals import (
    Interval,
    Roi,
    Uplift,
    compare,
    return_on,
    why_untold,
    wilson,
)
from insights.content.ledger import Entry, Figure, load_ledger
from knowledge_base.encoder import Encoder
from knowledge_base.models import Article, ArticleVersion, VersionState


@dataclass(frozen=True, slots=True)
class Terms:
    """How earnings are counted: which past, how long an offer works, what of a price is margin."""

    days: int = 90
    attribution_days: int = 14
    margin: float = 0.35


@dataclass(frozen=True, slots=True)
class Earned:
    """The figures of an article, of one of its versions, or of all offers together."""

    counts: dict[Figure, int]
    helped: Interval | None
    ordered_cents: int
    withheld_cents: int
    uplift: Uplift | None
    cost_cents: int
    roi: Roi | None
    untold: str


@dataclass(frozen=True, slots=True)
class ArticleEarned:
    """An article with its figures, over all versions and by version, newest first."""

    article_id: UUID
    slug: str
    title: str
    total: Earned
    versions: tuple[tuple[int, Earned], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All articles that were shown or offered, the most served first, and all offers together."""

    since: datetime
    articles: tuple[ArticleEarned, ...]
    everything: Earned
    ledger: tuple[Entry, ...]

    def rows(
        self, figure: Figure, article_id: UUID | None = None, version: int | None = None
    ) -> tuple[Entry, ...]:
        """Return the rows that were counted for a number, oldest first."""
        return tuple(row for row in _of(self.ledger, article_id, version) if row.figure is figure)


async def report(
    session: AsyncSession, encoder: Encoder, *, now: datetime, terms: Terms = Terms()
) -> Report:
    """Return what became of the articles in the last days."""
    since = now - timedelta(days=terms.days)
    traced = await outcomes.load(session, encoder, since=since, now=now)
    window = timedelta(days=terms.attribution_days)
    ledger = await load_ledger(session, traced, since=since, now=now, window=window)
    costs = await _load_costs(session)
    names = await _load_names(session)
    return Report(
        since, _sum_articles(ledger, costs, names, terms), _sum_all(ledger, costs, terms), ledger
    )


def earn(rows: Sequence[Entry], *, cost_cents: int, terms: Terms) -> Earned:
    """Return the figures of these rows; they are one article's, one version's, or everybody's."""
    counts = {figure: sum(1 for row in rows if row.figure is figure) for figure in Figure}
    margins = _margins(rows, Figure.OFFERED, Figure.ORDER, terms.margin)
    others = _margins(rows, Figure.WITHHELD, Figure.ORDER_WITHHELD, terms.margin)
    uplift = compare(margins, others)
    said = counts[Figure.HELPED] + counts[Figure.NOT_HELPED]
    untold = why_untold(margins, others)
    if not untold and cost_cents <= 0:
        untold = "Nobody has said what writing it cost."
    return Earned(
        counts=counts,
        helped=wilson(counts[Figure.HELPED], said),
        ordered_cents=sum(row.cents for row in rows if row.figure is Figure.ORDER),
        withheld_cents=sum(row.cents for row in rows if row.figure is Figure.ORDER_WITHHELD),
        uplift=uplift,
        cost_cents=cost_cents,
        roi=return_on(uplift, cost_cents),
        untold=untold,
    )


def _margins(rows: Iterable[Entry], exposure: Figure, order: Figure, margin: float) -> list[float]:
    """Return what each customer of a group brought; most brought nothing."""
    brought: dict[UUID, float] = {}
    for row in rows:
        if row.figure is exposure and row.customer_id is not None:
            brought.setdefault(row.customer_id, 0.0)
        elif row.figure is order and row.customer_id is not None:
            brought[row.customer_id] = brought.get(row.customer_id, 0.0) + row.cents * margin
    return list(brought.values())


def _of(ledger: Iterable[Entry], article_id: UUID | None, version: int | None) -> list[Entry]:
    """Rows are written once per scope: a version's, an article's, everybody's."""
    return [row for row in ledger if row.article_id == article_id and row.version == version]


def _sum_articles(
    ledger: Sequence[Entry],
    costs: dict[tuple[UUID, int], int],
    names: dict[UUID, tuple[str, str]],
    terms: Terms,
) -> tuple[ArticleEarned, ...]:
    scopes: dict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for row in ledger:
        if row.article_id is not None:
            scopes[row.article_id, row.version].append(row)
    found = []
    for article_id in {article_id for article_id, _ in scopes}:
        if article_id not in names:
            continue  # it has been deleted; the rows stay in nobody's total
        spent = sum(cents for (each, _), cents in costs.items() if each == article_id)
        numbers = sorted((n for each, n in scopes if each == article_id and n), reverse=True)
        found.append(
            ArticleEarned(
                article_id,
                *names[article_id],
                total=earn(scopes[article_id, None], cost_cents=spent, terms=terms),
                versions=tuple(
                    (
                        number,
                        earn(
                            scopes[article_id, number],
                            cost_cents=costs.get((article_id, number), 0),
                            terms=terms,
                        ),
                    )
                    for number in numbers
                ),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.total.counts[Figure.SERVED], each.slug)))


def _sum_all(ledger: Sequence[Entry], costs: dict[tuple[UUID, int], int], terms: Terms) -> Earned:
    """All offers together, against the cost of the articles that were offered."""
    offers = (Figure.OFFERED, Figure.WITHHELD)
    offered = {row.article_id for row in ledger if row.figure in offers and row.article_id}
    spent = sum(cents for (article_id, _), cents in costs.items() if article_id in offered)
    return earn(_of(ledger, None, None), cost_cents=spent, terms=terms)


async def _load_costs(session: AsyncSession) -> dict[tuple[UUID, int], int]:
    found = select(ArticleVersion.article_id, ArticleVersion.number, ArticleVersion.cost_cents)
    return {(row[0], row[1]): row[2] for row in await session.execute(found)}


async def _load_names(session: AsyncSession) -> dict[UUID, tuple[str, str]]:
    """Slug and title by article: the published version's title, else the newest one's."""
    found = (
        select(Article.id, Article.slug, ArticleVersion.title)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .order_by(ArticleVersion.state == VersionState.PUBLISHED, ArticleVersion.number)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(found)}
