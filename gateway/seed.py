"""Starter content and the demo company: invented customers, orders and logins. Run by `up`."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from console.seed import ensure_demo_agents
from crm.models import Customer, Order, Stage
from kit.clock import utc_now
from kit.database import Database
from kit.settings import Settings
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.service import import_starter

# number, customer, status, items, total, days since placed, until expected, since delivered
_ORDERS = (
    ("LL-10042", "ines.marlow@example.org", "shipped", ["Alder floor lamp"], 18900, 4, 2, None),
    ("LL-10043", "ines.marlow@example.org", "delivered", ["Wool throw, moss"], 7900, 40, None, 35),
    ("LL-10077", "oskar.lindqvist@example.org", "processing", ["Fern desk lamp"], 6400, 1, 5, None),
    ("LL-10101", "amara.okello@example.org", "delayed", ["Birch side table"], 21000, 9, 6, None),
)
_CUSTOMERS = {
    "ines.marlow@example.org": "Ines Marlow",
    "oskar.lindqvist@example.org": "Oskar Lindqvist",
    "amara.okello@example.org": "Amara Okello",
}


async def seed_demo(settings: Settings) -> list[tuple[str, str, str]]:
    """Load what is missing; return demo logins as (login, password, role), none without DEMO."""
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        async with database.session() as session:
            await import_starter(session, encoder=OnnxEncoder.load(settings.encoder_dir))
            logins: list[tuple[str, str, str]] = []
            if settings.demo:
                await seed_customers(session, now=utc_now())
                logins = [
                    (demo.login, demo.password, demo.role)
                    for demo in await ensure_demo_agents(session)
                ]
            await session.commit()
        return logins
    finally:
        await database.close()


async def seed_customers(session: AsyncSession, *, now: datetime) -> None:
    """Add the invented customers and their orders, once."""
    for email, name in _CUSTOMERS.items():
        found = await session.execute(select(Customer).where(Customer.email == email))
        if found.scalar_one_or_none() is None:
            customer = Customer(
                display_name=name, email=email, stage=Stage.RETENTION, created_at=now
            )
            session.add(customer)
            await session.flush()
            session.add_all(_orders_of(customer, now))
    await session.flush()


def _orders_of(customer: Customer, now: datetime) -> list[Order]:
    return [
        Order(
            number=number,
            customer_id=customer.id,
            email=email,
            status=status,
            items=items,
            total_cents=total,
            currency="EUR",
            carrier=None if status == "processing" else "Nordwind Parcel",
            tracking_code=None if status == "processing" else f"NW{number[3:]}4471",
            placed_at=now - timedelta(days=placed),
            expected_on=now + timedelta(days=expected) if expected is not None else None,
            delivered_at=now - timedelta(days=delivered) if delivered is not None else None,
        )
        for number, email, status, items, total, placed, expected, delivered in _ORDERS
        if email == customer.email
    ]
