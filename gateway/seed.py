"""Starter content and the demo company: invented customers, orders and logins. Run by `up`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from console.seed import ensure_demo_agents
from crm.care.models import Incident, LoyaltyAccount, Product, Refund
from crm.models import Customer, Order
from gateway import demo_company as demo
from gateway.demo_company import DemoCustomer, DemoOrder, DemoProduct, DemoRefund
from gateway.demo_traces import seed_traces
from kit.clock import utc_now
from kit.database import Base, Database
from kit.settings import Settings
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.service import import_starter

_UNSENT = ("processing", "cancelled")


async def seed_demo(settings: Settings) -> list[tuple[str, str, str]]:
    """Load what is missing; return demo logins as (login, password, role), none without DEMO."""
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        async with database.session() as session:
            await import_starter(session, encoder=OnnxEncoder.load(settings.encoder_dir))
            logins: list[tuple[str, str, str]] = []
            if settings.demo:
                await seed_company(session, now=utc_now())
                logins = [
                    (agent.login, agent.password, agent.role)
                    for agent in await ensure_demo_agents(session)
                ]
                await seed_traces(session, now=utc_now(), holdout=settings.content_holdout)
            await session.commit()
        return logins
    finally:
        await database.close()


async def seed_company(session: AsyncSession, *, now: datetime) -> None:
    """Add the invented customers and all that belongs to them; what is there already stays."""
    for person in demo.CUSTOMERS:
        customer = await _ensure_customer(session, person, now)
        for order in (each for each in demo.ORDERS if each.email == person.email):
            missing = Order.number == order.number
            await _add_missing(session, Order, missing, _order(order, customer, now))
        if person.threads is not None:
            missing = LoyaltyAccount.customer_id == customer.id
            await _add_missing(session, LoyaltyAccount, missing, _loyalty(person, customer, now))
    for refund in demo.REFUNDS:
        order_id = (
            await session.execute(select(Order.id).where(Order.number == refund.order))
        ).scalar_one()
        missing = Refund.order_id == order_id
        await _add_missing(session, Refund, missing, {"order_id": order_id, **_refund(refund, now)})
    for product in demo.PRODUCTS:
        await _add_missing(session, Product, Product.name == product.name, _product(product, now))
    await _add_missing(session, Incident, Incident.area == "payments", _incident(now))


async def _ensure_customer(session: AsyncSession, person: DemoCustomer, now: datetime) -> Customer:
    found = await session.execute(select(Customer).where(Customer.email == person.email))
    customer = found.scalar_one_or_none()
    if customer is None:
        customer = Customer(
            display_name=person.name,
            email=person.email,
            phone=person.phone,
            stage=person.stage,
            created_at=now,
        )
        session.add(customer)
        await session.flush()
    return customer


async def _add_missing(
    session: AsyncSession, table: type[Base], same: ColumnElement[bool], row: dict[str, Any]
) -> None:
    """Add the row unless there is one like it; what people changed since is left alone."""
    if not (await session.execute(select(exists().where(same)))).scalar_one():
        session.add(table(**row))
        await session.flush()


def _order(order: DemoOrder, customer: Customer, now: datetime) -> dict[str, Any]:
    sent = order.status not in _UNSENT
    return {
        "number": order.number,
        "customer_id": customer.id,
        "email": order.email,
        "status": order.status,
        "items": list(order.items),
        "total_cents": order.cents,
        "currency": "EUR",
        "carrier": "Nordwind Parcel" if sent else None,
        "tracking_code": f"NW{order.number[3:]}4471" if sent else None,
        "placed_at": now + timedelta(days=order.placed),
        "expected_on": _in_days(order.expected, now),
        "delivered_at": _in_days(order.delivered, now),
    }


def _loyalty(person: DemoCustomer, customer: Customer, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": customer.id,
        "threads": person.threads,
        "waiting": person.waiting,
        "level": person.level,
        "referral_code": person.code,
        "joined_at": now - timedelta(days=300),
        "expires_on": now + timedelta(days=500) if person.threads else None,
    }


def _refund(refund: DemoRefund, now: datetime) -> dict[str, Any]:
    return {
        "amount_cents": refund.cents,
        "currency": "EUR",
        "method": "card",
        "state": refund.state,
        "requested_at": now + timedelta(days=refund.requested),
        "expected_on": _in_days(refund.expected, now),
        "paid_at": _in_days(refund.paid, now),
    }


def _product(product: DemoProduct, now: datetime) -> dict[str, Any]:
    return {
        "name": product.name,
        "price_cents": product.cents,
        "currency": "EUR",
        "stock": product.stock,
        "back_on": _in_days(product.back, now),
    }


def _incident(now: datetime) -> dict[str, Any]:
    """One that is over: the status page is honest, and there is something to read."""
    return {
        "area": "payments",
        "summary": demo.INCIDENT,
        "started_at": now - timedelta(days=3, hours=5),
        "resolved_at": now - timedelta(days=3, hours=3),
    }


def _in_days(days: int | None, now: datetime) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
