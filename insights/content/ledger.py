"""One row for every thing that is counted about an article. Read by insights.content.performance.

Every thing is written once for its version, once for its article, and offers once for all
articles together, because a customer's first offer and the time that counts differ between them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Order
from insights.content.outcomes import Traced
from knowledge_base.traces import ArticleFeedback, ContentOffer, LinkFollowed, PageFeedback

EARNED_NOTHING = ("cancelled", "returned", "refunded")


class Figure(StrEnum):
    """What a row is counted as."""

    SERVED = "served"
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    HUMAN = "human"
    REOPENED = "reopened"
    FOLLOWED = "followed"
    OFFERED = "offered"
    WITHHELD = "withheld"
    ORDER = "order"
    ORDER_WITHHELD = "order_withheld"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; without an article in the ledger of all offers together."""

    figure: Figure
    article_id: UUID | None
    version: int | None
    at: datetime
    customer_id: UUID | None
    what: str
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """Content that was offered to a customer, or withheld from them to compare."""

    customer_id: UUID
    article_id: UUID
    version: int
    at: datetime
    reason: str
    holdout: bool


@dataclass(frozen=True, slots=True)
class Bought:
    """An order that was kept."""

    customer_id: UUID
    number: str
    cents: int
    at: datetime


async def load_ledger(
    session: AsyncSession,
    traced: Sequence[Traced],
    *,
    since: datetime,
    now: datetime,
    window: timedelta,
) -> tuple[Entry, ...]:
    """Return every row, oldest first."""
    rows = [
        *served(traced),
        *await _load_words(session, since, now),
        *await _load_links(session, since, now),
    ]
    rows += [_for_article(row) for row in rows]
    offers = await _load_offers(session, since, now)
    orders = await _load_orders(session, offers, since, now)
    rows += earned(offers, orders, window=window)
    return tuple(sorted(rows, key=lambda row: (row.at, row.figure, row.what, str(row.customer_id))))


def served(traced: Iterable[Traced]) -> list[Entry]:
    """Return the answers that were shown and what followed them, for their versions."""
    rows = []
    for each in traced:
        asked = each.asked
        if asked.article_id is None:
            continue
        figures = [Figure.SERVED]
        figures += [Figure.HUMAN] if each.human else []
        figures += [Figure.REOPENED] if each.reopened else []
        rows += [
            Entry(
                figure,
                asked.article_id,
                asked.version,
                asked.asked_at,
                asked.customer_id,
                asked.question,
            )
            for figure in figures
        ]
    return rows


def earned(
    offers: Iterable[Offered], orders: Iterable[Bought], *, window: timedelta
) -> list[Entry]:
    """Return each customer's first offer and the orders within the window after it, by scope."""
    bought: dict[UUID, list[Bought]] = defaultdict(list)
    for order in orders:
        bought[order.customer_id].append(order)
    first: dict[tuple[UUID | None, int | None, UUID], Offered] = {}
    for offer in sorted(offers, key=lambda offer: (offer.at, str(offer.article_id))):
        for scope in (
            (offer.article_id, offer.version),
            (offer.article_id, None),
            (None, None),
        ):
            first.setdefault((*scope, offer.customer_id), offer)
    rows = []
    for (article_id, version, customer_id), offer in first.items():
        exposure = Figure.WITHHELD if offer.holdout else Figure.OFFERED
        counted = Figure.ORDER_WITHHELD if offer.holdout else Figure.ORDER
        rows.append(Entry(exposure, article_id, version, offer.at, customer_id, offer.reason))
        rows += [
            Entry(counted, article_id, version, order.at, customer_id, order.number, order.cents)
            for order in bought[customer_id]
            if offer.at < order.at <= offer.at + window
        ]
    return rows


def _for_article(row: Entry) -> Entry:
    return Entry(row.figure, row.article_id, None, row.at, row.customer_id, row.what, row.cents)


async def _load_words(session: AsyncSession, since: datetime, now: datetime) -> list[Entry]:
    """Return what customers said in the chat and readers on the page."""
    rows = []
    for table, what in ((ArticleFeedback, "said in the chat"), (PageFeedback, "said on the page")):
        found = select(table.article_id, table.version, table.created_at, table.helped).where(
            table.created_at >= since, table.created_at <= now
        )
        rows += [
            Entry(Figure.HELPED if helped else Figure.NOT_HELPED, article, version, at, None, what)
            for article, version, at, helped in await session.execute(found)
        ]
    return rows


async def _load_links(session: AsyncSession, since: datetime, now: datetime) -> list[Entry]:
    found = select(
        LinkFollowed.article_id, LinkFollowed.version, LinkFollowed.at, LinkFollowed.customer_id
    ).where(LinkFollowed.at >= since, LinkFollowed.at <= now)
    return [
        Entry(Figure.FOLLOWED, article, version, at, customer_id, "opened from an answer")
        for article, version, at, customer_id in await session.execute(found)
    ]


async def _load_offers(session: AsyncSession, since: datetime, now: datetime) -> list[Offered]:
    found = select(
        ContentOffer.customer_id,
        ContentOffer.article_id,
        ContentOffer.version,
        ContentOffer.offered_at,
        ContentOffer.reason,
        ContentOffer.holdout,
    ).where(ContentOffer.offered_at >= since, ContentOffer.offered_at <= now)
    return [Offered(*row) for row in await session.execute(found)]


async def _load_orders(
    session: AsyncSession, offers: Sequence[Offered], since: datetime, now: datetime
) -> list[Bought]:
    wanted = {offer.customer_id for offer in offers}
    found = select(Order.customer_id, Order.number, Order.total_cents, Order.placed_at).where(
        Order.placed_at >= since,
        Order.placed_at <= now,
        Order.status.not_in(EARNED_NOTHING),
        Order.customer_id.in_(select(ContentOffer.customer_id)),
    )
    return [Bought(*row) for row in await session.execute(found) if row[0] in wanted]
