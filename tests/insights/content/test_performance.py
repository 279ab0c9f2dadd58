"""What an article did and earned: hand-computed, with the rows behind every number."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from insights.content.intervals import LEAST_CUSTOMERS
from insights.content.ledger import Bought, Entry, Figure, Offered, earned
from insights.content.performance import Report, Terms, earn, report
from knowledge_base.answers import Verdict
from knowledge_base.traces import ContentOffer, LinkFollowed, PageFeedback
from tests.insights.content.scene import (
    ENCODER,
    NOW,
    ask,
    hand_over,
    judge,
    order,
    publish,
    published_version,
    visit,
)

WINDOW = timedelta(days=14)
ARTICLE, OTHER = uuid4(), uuid4()


async def reported(session, **terms) -> Report:
    return await report(session, ENCODER, now=NOW, terms=Terms(**terms))


async def test_what_became_of_the_answers_is_counted_by_article_and_version(session):
    article = await publish(session, "hang-a-lamp")
    sure = Verdict.SURE
    ada, bo = await visit(session, "ada", days=9), await visit(session, "bo", days=9)
    first = await ask(session, ada, "hang a lamp", verdict=sure, article_id=article)
    await judge(session, first, article, helped=True)
    second = await ask(session, bo, "hang a lamp", verdict=sure, article_id=article, version=2)
    await judge(session, second, article, helped=False, version=2)
    await hand_over(session, bo)
    back = await visit(session, "ada", days=5)
    await ask(session, back, "hang a lamp", verdict=sure, article_id=article)
    await ask(session, back, "something unknown")
    session.add(
        PageFeedback(article_id=article, version=1, visitor="v", helped=True, created_at=NOW)
    )
    session.add(LinkFollowed(article_id=article, version=1, at=NOW))
    await session.flush()

    (found,) = (await reported(session)).articles
    counts = found.total.counts
    assert (counts[Figure.SERVED], counts[Figure.HELPED], counts[Figure.NOT_HELPED]) == (3, 2, 1)
    assert (counts[Figure.HUMAN], counts[Figure.REOPENED], counts[Figure.FOLLOWED]) == (1, 1, 1)
    assert [number for number, _ in found.versions] == [2, 1]
    newer, older = (earned for _, earned in found.versions)
    assert (newer.counts[Figure.SERVED], older.counts[Figure.SERVED]) == (1, 2)
    assert found.total.untold == "It has not been offered to anybody."


async def test_every_number_is_the_count_of_its_rows(session):
    article = await publish(session, "hang-a-lamp")
    ada = await visit(session, "ada", days=9)
    await ask(session, ada, "hang a lamp", verdict=Verdict.SURE, article_id=article)
    session.add(
        ContentOffer(
            customer_id=ada.customer_id,
            article_id=article,
            version=1,
            place="desk",
            reason="r",
            holdout=False,
            offered_at=NOW - timedelta(days=8),
        )
    )
    placed = await order(session, ada.customer_id, 4_000, days=7)
    found = await reported(session)
    (one,) = found.articles
    for number, figures in (*one.versions, (None, one.total)):
        for figure, count in figures.counts.items():
            assert len(found.rows(figure, article, number)) == count
    for figure, count in found.everything.counts.items():
        assert len(found.rows(figure)) == count
    (row,) = found.rows(Figure.ORDER, article)
    assert (row.what, row.cents, row.customer_id) == (placed.number, 4_000, ada.customer_id)
    assert one.total.ordered_cents == found.everything.ordered_cents == 4_000


def offer(customer: UUID, *, days: float = 0, article: UUID = ARTICLE, version=1, holdout=False):
    return Offered(customer, article, version, NOW + timedelta(days=days), "r", holdout)


def bought(customer: UUID, *, days: float, cents: int = 1000) -> Bought:
    return Bought(customer, f"LL-{days}", cents, NOW + timedelta(days=days))


def rows_of(rows: list[Entry], figure: Figure, article: UUID | None, version: int | None = None):
    return [
        row.what
        for row in rows
        if (row.figure, row.article_id, row.version) == (figure, article, version)
    ]


def test_orders_count_after_the_first_offer_and_within_the_window():
    ada = uuid4()
    orders = [bought(ada, days=days) for days in (-1, 0, 3, 14, 15)]
    rows = earned([offer(ada), offer(ada, days=5)], orders, window=WINDOW)
    assert rows_of(rows, Figure.ORDER, ARTICLE) == ["LL-3", "LL-14"]
    assert len(rows_of(rows, Figure.OFFERED, ARTICLE)) == 1


def test_each_version_has_its_own_first_offer_and_everybody_counts_once_overall():
    ada = uuid4()
    offers = [offer(ada), offer(ada, days=10, version=2), offer(ada, days=20, article=OTHER)]
    rows = earned(offers, [bought(ada, days=21)], window=WINDOW)
    assert rows_of(rows, Figure.ORDER, ARTICLE) == []
    assert rows_of(rows, Figure.ORDER, ARTICLE, 2) == ["LL-21"]
    assert rows_of(rows, Figure.ORDER, OTHER) == ["LL-21"]
    assert rows_of(rows, Figure.ORDER, None) == []
    assert len(rows_of(rows, Figure.OFFERED, None)) == 1


def test_the_holdout_is_counted_apart():
    ada = uuid4()
    rows = earned([offer(ada, holdout=True)], [bought(ada, days=1)], window=WINDOW)
    assert rows_of(rows, Figure.WITHHELD, ARTICLE) == ["r"]
    assert rows_of(rows, Figure.ORDER_WITHHELD, ARTICLE) == ["LL-1"]
    assert rows_of(rows, Figure.ORDER, ARTICLE) == []


def group(size: int, buyers: int, cents: int, *, holdout: bool) -> list[Entry]:
    people = [uuid4() for _ in range(size)]
    offers = [offer(each, holdout=holdout) for each in people]
    orders = [bought(each, days=1, cents=cents) for each in people[:buyers]]
    rows = earned(offers, orders, window=WINDOW)
    return [row for row in rows if row.article_id == ARTICLE and row.version is None]


def test_the_return_by_hand():
    # 100 offered, 30 buy for 100.00; 100 withheld, 10 buy for 100.00; half of it is margin.
    # 100 * (15.00 - 5.00) = 1000.00 beyond the others, for a cost of 400.00: a return of 1.5.
    rows = group(100, 30, 10_000, holdout=False) + group(100, 10, 10_000, holdout=True)
    figures = earn(rows, cost_cents=40_000, terms=Terms(margin=0.5))
    assert figures.uplift is not None
    assert figures.uplift.cents == pytest.approx(100_000)
    assert figures.roi is not None
    assert figures.roi.value == pytest.approx(1.5)
    # variances 25e6 * .3 * .7 * 100/99 and 25e6 * .1 * .9 * 100/99, error 275.2; t(172) = 1.9739
    assert figures.roi.interval.low == pytest.approx(1.5 - 100 * 1.9739 * 275.24 / 40_000, abs=0.01)
    assert figures.roi.interval.high == pytest.approx(
        1.5 + 100 * 1.9739 * 275.24 / 40_000, abs=0.01
    )
    assert figures.untold == ""


def test_what_cannot_be_told_is_said():
    few = group(LEAST_CUSTOMERS - 1, 10, 100, holdout=False) + group(100, 10, 100, holdout=True)
    assert "Too few customers" in earn(few, cost_cents=100, terms=Terms()).untold
    free = group(100, 30, 100, holdout=False) + group(100, 10, 100, holdout=True)
    figures = earn(free, cost_cents=0, terms=Terms())
    assert (figures.roi, figures.untold) == (None, "Nobody has said what writing it cost.")
    assert figures.uplift is not None


async def test_cancelled_orders_earn_nothing_and_costs_are_those_of_all_versions(session):
    article = await publish(session, "hang-a-lamp")
    (await published_version(session, article)).cost_cents = 5_000
    await publish(session, "hang-a-lamp", body="Now better.")
    (await published_version(session, article)).cost_cents = 2_000
    ada = await visit(session, "ada", days=9)
    session.add(
        ContentOffer(
            customer_id=ada.customer_id,
            article_id=article,
            version=2,
            place="desk",
            reason="r",
            holdout=False,
            offered_at=NOW - timedelta(days=8),
        )
    )
    for status in ("cancelled", "returned", "refunded"):
        await order(session, ada.customer_id, 4_000, days=7, status=status)
    (found,) = (await reported(session)).articles
    assert found.total.counts[Figure.ORDER] == 0
    assert found.total.cost_cents == 7_000
    assert [earned.cost_cents for _, earned in found.versions] == [2_000]


async def test_nothing_yet_is_an_empty_report(session):
    found = await reported(session)
    assert (found.articles, found.ledger) == ((), ())
