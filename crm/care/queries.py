"""Reads of customer care, for actions, the desk and the API."""

import re
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.models import (
    Consent,
    Incident,
    LoyaltyAccount,
    Product,
    Rating,
    Refund,
    RequestState,
    ServiceRequest,
)
from crm.care.schemas import (
    ConsentView,
    IncidentView,
    LoyaltyView,
    ProductView,
    ProfileSummary,
    RatingView,
    RefundView,
    RequestView,
)
from crm.files.queries import count_files_of_customer
from crm.models import Conversation, Customer, Direction, Identity, Message, Order
from crm.queries import get_customer

_PRODUCTS_SHOWN = 5


async def list_requests(
    session: AsyncSession, customer_id: UUID, *, only_open: bool = False
) -> tuple[RequestView, ...]:
    """Return what the customer wanted done, newest first."""
    found = select(ServiceRequest).where(ServiceRequest.customer_id == customer_id)
    if only_open:
        found = found.where(ServiceRequest.state == RequestState.OPEN)
    rows = (await session.execute(found.order_by(ServiceRequest.opened_at.desc()))).scalars()
    return tuple(_view_request(row) for row in rows)


async def list_refunds(session: AsyncSession, order_number: str) -> tuple[RefundView, ...]:
    """Return the refunds of an order, newest first; the caller checks whose order it is."""
    found = (
        select(Refund, Order.number)
        .join(Order, Order.id == Refund.order_id)
        .where(Order.number == order_number)
        .order_by(Refund.requested_at.desc())
    )
    return tuple(_view_refund(row[0], row[1]) for row in await session.execute(found))


async def list_consents(session: AsyncSession, customer_id: UUID) -> tuple[ConsentView, ...]:
    """Return the customer's latest word on each purpose."""
    found = (
        select(Consent)
        .where(Consent.customer_id == customer_id)
        .ext(distinct_on(Consent.purpose))
        .order_by(Consent.purpose, Consent.given_at.desc(), Consent.id.desc())
    )
    rows = (await session.execute(found)).scalars()
    return tuple(
        ConsentView(c.purpose.value, c.granted, c.wording, c.given_at, c.email) for c in rows
    )


async def find_loyalty(session: AsyncSession, customer_id: UUID) -> LoyaltyView | None:
    """Return the customer's membership in the Thread Club."""
    found = select(LoyaltyAccount).where(LoyaltyAccount.customer_id == customer_id)
    account = (await session.execute(found)).scalar_one_or_none()
    if account is None:
        return None
    return LoyaltyView(
        account.threads,
        account.waiting,
        account.level,
        account.referral_code,
        account.joined_at,
        account.expires_on,
    )


async def find_products(session: AsyncSession, words: tuple[str, ...]) -> tuple[ProductView, ...]:
    """Return the products whose names hold the most of these words; none without any."""
    if not words:
        return ()
    hits = [case((Product.name.op("~*")(rf"\m{re.escape(word)}"), 1), else_=0) for word in words]
    score = sum(hits[1:], hits[0])
    found = select(Product, score).where(score > 0).order_by(score.desc(), Product.name)
    rows = (await session.execute(found.limit(_PRODUCTS_SHOWN))).all()
    return tuple(_view_product(row[0]) for row in rows if row[1] == rows[0][1])


async def list_open_incidents(session: AsyncSession) -> tuple[IncidentView, ...]:
    """Return what does not work on our side at the moment, newest first."""
    found = (
        select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.started_at.desc())
    )
    rows = (await session.execute(found)).scalars()
    return tuple(IncidentView(i.area, i.summary, i.started_at, i.resolved_at) for i in rows)


async def list_ratings(session: AsyncSession, customer_id: UUID) -> tuple[RatingView, ...]:
    """Return what the customer gave us, newest first."""
    found = select(Rating).where(Rating.customer_id == customer_id).order_by(Rating.given_at.desc())
    rows = (await session.execute(found)).scalars()
    return tuple(RatingView(r.kind.value, r.score, r.scale, r.comment, r.given_at) for r in rows)


async def sum_orders(session: AsyncSession, customer_id: UUID) -> int:
    """Return, in cents, all that the customer has ordered and not cancelled."""
    found = select(func.coalesce(func.sum(Order.total_cents), 0)).where(
        Order.customer_id == customer_id, Order.status != "cancelled"
    )
    return int((await session.execute(found)).scalar_one())


async def summarise_profile(session: AsyncSession, customer_id: UUID) -> ProfileSummary:
    """Return everything we hold about the customer, in short."""
    customer: Customer = await get_customer(session, customer_id)
    channels = select(Identity.channel).where(Identity.customer_id == customer_id).distinct()
    orders = select(Order.number).where(Order.customer_id == customer_id).order_by(Order.number)
    said = (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.customer_id == customer_id, Message.direction != Direction.NOTE)
    )
    return ProfileSummary(
        display_name=customer.display_name,
        email=customer.email,
        phone=customer.phone,
        stage=customer.stage.value,
        since=customer.created_at,
        channels=tuple(sorted((await session.execute(channels)).scalars())),
        order_numbers=tuple((await session.execute(orders)).scalars()),
        messages=int((await session.execute(said)).scalar_one()),
        loyalty=await find_loyalty(session, customer_id),
        consents=await list_consents(session, customer_id),
        requests=await list_requests(session, customer_id, only_open=True),
        ratings=len(await list_ratings(session, customer_id)),
        files=await count_files_of_customer(session, customer_id),
        source=customer.source,
    )


def _view_request(row: ServiceRequest) -> RequestView:
    return RequestView(
        number=row.number,
        kind=row.kind.value,
        order_number=row.order_number,
        details={str(key): str(value) for key, value in row.details.items()},
        state=row.state.value,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _view_refund(row: Refund, order_number: str) -> RefundView:
    return RefundView(
        order_number=order_number,
        amount_cents=row.amount_cents,
        currency=row.currency,
        method=row.method,
        state=row.state.value,
        requested_at=row.requested_at,
        expected_on=row.expected_on,
        paid_at=row.paid_at,
    )


def _view_product(row: Product) -> ProductView:
    return ProductView(row.name, row.price_cents, row.currency, row.stock, row.back_on)
