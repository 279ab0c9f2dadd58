"""Reads of the queue: what waits for a person, and what people are working on. Used by the desk.

The order: waiting cases before claimed ones; among them those whose deadline has passed first,
then by priority, then the longest waiting. So risk decides, until somebody has waited too long.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    case,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Customer, Direction, Message
from handoff.models import Agent, Handoff, HandoffState
from handoff.repository import OPEN_STATES
from kit.clock import utc_now

_MOST_SHOWN = 500


@dataclass(frozen=True)
class QueueItem:
    """One open case as the queue shows it."""

    handoff_id: UUID
    conversation_id: UUID
    customer_id: UUID
    customer_name: str | None
    channel: str
    reason: str
    reasons: tuple[str, ...]
    priority: int
    state: str
    agent_id: UUID | None
    agent_name: str | None
    opened_at: datetime
    claimed_at: datetime | None
    sla_due_at: datetime | None
    sla_due_kind: str | None
    sla_name: str
    last_words: str
    last_author: str | None
    last_at: datetime | None


@dataclass(frozen=True)
class QueueView:
    """What one employee sees of the queue: the most pressing cases, and how many there are."""

    items: tuple[QueueItem, ...]
    waiting: int
    mine: int
    open: int


async def list_queue(session: AsyncSession, *, limit: int = _MOST_SHOWN) -> list[QueueItem]:
    """Return the open cases, the most pressing first."""
    return await _read(session, _pick(Handoff.state.in_(OPEN_STATES), limit=limit))


async def read_queue(session: AsyncSession, agent_id: UUID, *, limit: int) -> QueueView:
    """Return up to `limit` waiting cases, as many of one's own and of colleagues', and counts."""
    waiting = Handoff.state == HandoffState.WAITING
    claimed = Handoff.state == HandoffState.CLAIMED
    mine = and_(claimed, Handoff.agent_id == agent_id)
    theirs = and_(claimed, Handoff.agent_id != agent_id)
    groups = [_pick(group, limit=limit).subquery() for group in (waiting, mine, theirs)]
    items = await _read(session, union_all(*(select(group.c.id) for group in groups)))
    counted = select(func.count().filter(waiting), func.count().filter(mine), func.count()).where(
        Handoff.state.in_(OPEN_STATES)
    )
    counts = (await session.execute(counted)).one()
    return QueueView(tuple(items), waiting=counts[0], mine=counts[1], open=counts[2])


async def find_open_item(session: AsyncSession, conversation_id: UUID) -> QueueItem | None:
    """Return the open case of a conversation as the queue shows it."""
    found = _items().where(
        Handoff.conversation_id == conversation_id, Handoff.state.in_(OPEN_STATES)
    )
    row = (await session.execute(found)).one_or_none()
    return _item(row) if row else None


async def find_queue_item(session: AsyncSession, handoff_id: UUID) -> QueueItem | None:
    """Return one case, open or closed, as the queue shows it."""
    row = (await session.execute(_items().where(Handoff.id == handoff_id))).one_or_none()
    return _item(row) if row else None


async def find_last_outcome(session: AsyncSession, conversation_id: UUID) -> str | None:
    """Return what a person last agreed with the customer before giving the bot the word.

    The outcome of a resolved case stays inside the company, as the desk promises.
    """
    statement = (
        select(Handoff.outcome)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.RETURNED,
            Handoff.outcome.is_not(None),
        )
        .order_by(Handoff.closed_at.desc())
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _order() -> tuple[ColumnElement[Any], ...]:
    breached = case((Handoff.sla_due_at <= utc_now(), 0), else_=1)
    waiting = case((Handoff.state == HandoffState.WAITING, 0), else_=1)
    return waiting, breached, Handoff.priority.desc(), Handoff.opened_at.asc(), Handoff.id.asc()


def _pick(which: ColumnElement[bool], *, limit: int) -> Select[UUID]:
    """Choose cases by their own columns; what belongs to them is read for the chosen ones only."""
    return select(Handoff.id).where(which).order_by(*_order()).limit(limit)


async def _read(
    session: AsyncSession, chosen: Select[UUID] | CompoundSelect[UUID]
) -> list[QueueItem]:
    ids = chosen.subquery()
    statement = _items().where(Handoff.id.in_(select(ids.c.id))).order_by(*_order())
    return [_item(row) for row in await session.execute(statement)]


def _items() -> Select[Any]:
    last = (
        select(Message.body, Message.author, Message.created_at)
        .where(
            Message.conversation_id == Handoff.conversation_id, Message.direction != Direction.NOTE
        )
        .order_by(Message.seq.desc())
        .limit(1)
        .lateral("last")
    )
    return (
        select(
            Handoff,
            Conversation.channel,
            Customer.display_name,
            Agent.display_name,
            last.c.body,
            last.c.author,
            last.c.created_at,
        )
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .join(Customer, Customer.id == Handoff.customer_id)
        .outerjoin(Agent, Agent.id == Handoff.agent_id)
        .outerjoin(last, true())
        .execution_options(populate_existing=True)
    )


def _item(row: Row[Any]) -> QueueItem:
    handoff, channel, customer_name, agent_name, words, author, at = tuple(row)
    return QueueItem(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        customer_id=handoff.customer_id,
        customer_name=customer_name,
        channel=channel,
        reason=handoff.reason.value,
        reasons=tuple(handoff.reasons),
        priority=handoff.priority,
        state=handoff.state.value,
        agent_id=handoff.agent_id,
        agent_name=agent_name,
        opened_at=handoff.opened_at,
        claimed_at=handoff.claimed_at,
        sla_due_at=handoff.sla_due_at,
        sla_name=handoff.sla["name"],
        sla_due_kind=handoff.sla_due_kind.value if handoff.sla_due_kind else None,
        last_words=words or "",
        last_author=author,
        last_at=at,
    )
