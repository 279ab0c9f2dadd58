"""Reads of limits and of the ledger. Used by handoff.authority.service and the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.models import Customer
from handoff.authority.models import GoodwillGrant, GoodwillLimit, GrantState
from handoff.models import Agent, Role

_MOST = 50


@dataclass(frozen=True)
class Limit:
    """How much somebody may give one customer within so many days."""

    amount_cents: int
    currency: str
    window_days: int


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger with the names of the people in it."""

    grant_id: UUID
    handoff_id: UUID
    customer_name: str | None
    agent_id: UUID
    agent_name: str
    kind: str
    amount_cents: int
    currency: str
    reason: str
    state: str
    decider_name: str | None
    decision_note: str | None
    created_at: datetime


_NOTHING = Limit(0, "EUR", 90)
# Until a row says otherwise.
_USUAL = {
    Role.AGENT: Limit(50_00, "EUR", 90),
    Role.LEAD: Limit(200_00, "EUR", 90),
    Role.MANAGER: Limit(1000_00, "EUR", 90),
}


async def find_limit(session: AsyncSession, agent_id: UUID) -> Limit:
    """Return somebody's own limit, else that of their role; marketers may give nothing."""
    agent = await session.get_one(Agent, agent_id)
    found = (
        select(GoodwillLimit)
        .where((GoodwillLimit.agent_id == agent_id) | (GoodwillLimit.role == agent.role))
        .order_by(GoodwillLimit.agent_id.nulls_last())
        .limit(1)
    )
    row = (await session.execute(found)).scalar_one_or_none()
    if row is None:
        return _USUAL.get(agent.role, _NOTHING)
    return Limit(row.amount_cents, row.currency, row.window_days)


async def find_remaining(
    session: AsyncSession, agent_id: UUID, customer_id: UUID, now: datetime
) -> int:
    """Return how many cents somebody may still give this customer on their own authority."""
    limit = await find_limit(session, agent_id)
    spent = select(func.coalesce(func.sum(GoodwillGrant.amount_cents), 0)).where(
        GoodwillGrant.authorised_by == agent_id,
        GoodwillGrant.customer_id == customer_id,
        GoodwillGrant.state == GrantState.GRANTED,
        GoodwillGrant.decided_at > now - timedelta(days=limit.window_days),
    )
    return limit.amount_cents - int((await session.execute(spent)).scalar_one())


async def list_ledger(session: AsyncSession, customer_id: UUID) -> list[LedgerLine]:
    """Return what the customer was given or what was asked for them, the newest first."""
    found = _lines().where(GoodwillGrant.customer_id == customer_id)
    return await _read(session, found.order_by(GoodwillGrant.created_at.desc()))


async def list_requests(session: AsyncSession) -> list[LedgerLine]:
    """Return what waits for a lead's word, the oldest first."""
    found = _lines().where(GoodwillGrant.state == GrantState.ASKED)
    return await _read(session, found.order_by(GoodwillGrant.created_at))


async def list_granted(session: AsyncSession, handoff_id: UUID) -> Sequence[LedgerLine]:
    """Return what was given in one case, in order."""
    found = _lines().where(
        GoodwillGrant.handoff_id == handoff_id, GoodwillGrant.state == GrantState.GRANTED
    )
    return await _read(session, found.order_by(GoodwillGrant.created_at))


def _lines() -> Select[*tuple[Any, ...]]:
    decider = aliased(Agent)
    return (
        select(GoodwillGrant, Customer.display_name, Agent.display_name, decider.display_name)
        .join(Customer, Customer.id == GoodwillGrant.customer_id)
        .join(Agent, Agent.id == GoodwillGrant.agent_id)
        .outerjoin(decider, decider.id == GoodwillGrant.decided_by)
        .limit(_MOST)
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, found: Select[*tuple[Any, ...]]) -> list[LedgerLine]:
    return [
        LedgerLine(
            grant_id=line.id,
            handoff_id=line.handoff_id,
            customer_name=customer,
            agent_id=line.agent_id,
            agent_name=agent,
            kind=line.kind.value,
            amount_cents=line.amount_cents,
            currency=line.currency,
            reason=line.reason,
            state=line.state.value,
            decider_name=decider,
            decision_note=line.decision_note,
            created_at=line.created_at,
        )
        for line, customer, agent, decider in await session.execute(found)
    ]
