"""Reads of promises. Used by the brief and the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.models import Customer
from handoff.models import Agent, Handoff
from handoff.promises.models import Promise, PromiseState
from handoff.repository import OPEN_STATES

_MOST = 50
_SETTLED_SHOWN = 3


@dataclass(frozen=True)
class PromiseView:
    """A promise as the desk shows it. `maker` is the employee's name; None: the bot said it.

    `handoff_id` is the case in which something can be done about it: the open one of its
    conversation, else the one it was made in.
    """

    id: UUID
    handoff_id: UUID | None
    conversation_id: UUID
    customer_name: str | None
    maker: str | None
    words: str
    due_at: datetime
    state: str
    is_settled: bool
    is_alarming: bool


async def list_promises(session: AsyncSession, customer_id: UUID) -> tuple[PromiseView, ...]:
    """Return what the customer was promised: what is not settled, the soonest first, then the
    latest few that are.
    """
    theirs = Promise.customer_id == customer_id
    unsettled = await list_unsettled(session, customer_id)
    settled = await _read(
        session,
        _views()
        .where(theirs, Promise.settled_at.is_not(None))
        .order_by(Promise.settled_at.desc(), Promise.id)
        .limit(_SETTLED_SHOWN),
    )
    return (*unsettled, *settled)


async def list_unsettled(session: AsyncSession, customer_id: UUID) -> tuple[PromiseView, ...]:
    """Return what the customer still waits for, the soonest first."""
    return await _read(
        session,
        _views()
        .where(Promise.customer_id == customer_id, Promise.settled_at.is_(None))
        .order_by(Promise.due_at, Promise.id)
        .limit(_MOST),
    )


async def list_alarms(session: AsyncSession, agent_id: UUID) -> tuple[PromiseView, ...]:
    """Return what alarms for an employee: what they promised, and what is promised in their cases.

    The soonest first; what is broken stays until somebody has settled it.
    """
    mine: ColumnElement[bool] = or_(
        Promise.agent_id == agent_id, Promise.conversation_id.in_(_list_own_conversations(agent_id))
    )
    return await _read(
        session,
        _views()
        .where(mine, Promise.settled_at.is_(None), Promise.warned_at.is_not(None))
        .order_by(Promise.due_at, Promise.id)
        .limit(_MOST),
    )


def _list_own_conversations(agent_id: UUID) -> Select[UUID]:
    return select(Handoff.conversation_id).where(
        Handoff.agent_id == agent_id, Handoff.state.in_(OPEN_STATES)
    )


def _views() -> Select[*tuple[Any, ...]]:
    current = aliased(Handoff)
    return (
        select(
            Promise,
            Customer.display_name,
            Agent.display_name,
            func.coalesce(current.id, Promise.handoff_id),
        )
        .join(Customer, Customer.id == Promise.customer_id)
        .outerjoin(Agent, Agent.id == Promise.agent_id)
        .outerjoin(
            current,
            (current.conversation_id == Promise.conversation_id) & current.state.in_(OPEN_STATES),
        )
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, found: Select[*tuple[Any, ...]]) -> tuple[PromiseView, ...]:
    return tuple(
        PromiseView(
            id=made.id,
            handoff_id=handoff_id,
            conversation_id=made.conversation_id,
            customer_name=customer,
            maker=maker,
            words=made.words,
            due_at=made.due_at,
            state=made.state.value,
            is_settled=made.settled_at is not None,
            is_alarming=made.settled_at is None
            and (made.warned_at is not None or made.state is PromiseState.BROKEN),
        )
        for made, customer, maker, handoff_id in await session.execute(found)
    )
