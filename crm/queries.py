"""Reads of the CRM that join tables: timeline, customer context, orders."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.errors import UnknownConversationError, UnknownCustomerError
from crm.files.queries import list_files
from crm.files.schemas import FileView
from crm.models import DELETED, Conversation, Customer, Episode, Message, Order
from crm.schemas import CustomerContext, OrderView, TimelineEntry


async def get_customer(session: AsyncSession, customer_id: UUID) -> Customer:
    """Return the customer; UnknownCustomerError when there is none."""
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise UnknownCustomerError("There is no such customer.")
    return customer


async def get_conversation(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """Return the conversation; UnknownConversationError when there is none."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise UnknownConversationError("There is no such conversation.")
    return conversation


async def lock_conversation(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """Return the conversation with its lease held until the transaction ends; waits for it."""
    statement = (
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    conversation = (await session.execute(statement)).scalar_one_or_none()
    if conversation is None:
        raise UnknownConversationError("There is no such conversation.")
    return conversation


async def find_customer_context(session: AsyncSession, episode_id: UUID) -> CustomerContext | None:
    """Return what an action may know about the customer behind an episode."""
    newest = (
        select(Order.number)
        .where(Order.customer_id == Customer.id)
        .order_by(Order.placed_at.desc())
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )
    statement = (
        select(
            Customer.id,
            Conversation.id,
            Customer.display_name,
            Customer.email,
            Customer.stage,
            newest,
        )
        .join(Conversation, Conversation.customer_id == Customer.id)
        .join(Episode, Episode.conversation_id == Conversation.id)
        .where(Episode.id == episode_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return CustomerContext(*row) if row else None


async def find_order(session: AsyncSession, number: str) -> OrderView | None:
    """Return the order with this number, whoever it belongs to; the caller checks whose it is."""
    order = (
        await session.execute(select(Order).where(Order.number == number))
    ).scalar_one_or_none()
    return _view_order(order) if order else None


async def list_orders(session: AsyncSession, customer_id: UUID) -> list[OrderView]:
    """Return the customer's orders, newest first."""
    statement = (
        select(Order).where(Order.customer_id == customer_id).order_by(Order.placed_at.desc())
    )
    return [_view_order(order) for order in (await session.execute(statement)).scalars()]


async def sum_open_orders(session: AsyncSession, customer_id: UUID) -> int:
    """Return the worth, in cents, of what the customer has paid for and not yet received."""
    statement = select(func.coalesce(func.sum(Order.total_cents), 0)).where(
        Order.customer_id == customer_id, Order.delivered_at.is_(None), Order.status != "cancelled"
    )
    return int((await session.execute(statement)).scalar_one())


async def read_timeline(
    session: AsyncSession,
    customer_id: UUID,
    *,
    before: int | None = None,
    without: UUID | None = None,
    limit: int = 200,
) -> list[TimelineEntry]:
    """Return the customer's newest messages over all channels, oldest of them first.

    `before`: only those with a smaller sequence number; `without`: a conversation to leave out.
    """
    statement = _entries().where(Conversation.customer_id == customer_id)
    if before is not None:
        statement = statement.where(Message.seq < before)
    if without is not None:
        statement = statement.where(Message.conversation_id != without)
    rows = await session.execute(statement.order_by(Message.seq.desc()).limit(limit))
    return await _as_entries(session, list(reversed(rows.all())))


async def read_conversation(
    session: AsyncSession, conversation_id: UUID, *, after: int = 0, limit: int = 500
) -> list[TimelineEntry]:
    """Return one conversation's messages after a sequence number, oldest first."""
    statement = _entries().where(Message.conversation_id == conversation_id, Message.seq > after)
    rows = await session.execute(statement.order_by(Message.seq).limit(limit))
    return await _as_entries(session, rows.all())


async def _as_entries(
    session: AsyncSession, rows: Sequence[Row[Message, Conversation]]
) -> list[TimelineEntry]:
    """Return the rows as entries; files are looked up only for messages that brought some."""
    files = await list_files(session, [row[0].id for row in rows if row[0].payload.get("files")])
    return [_entry(row, files.get(row[0].id, ())) for row in rows]


def _entries() -> Select[Message, Conversation]:
    return select(Message, Conversation).join(
        Conversation, Conversation.id == Message.conversation_id
    )


def _entry(row: Row[Message, Conversation], files: tuple[FileView, ...]) -> TimelineEntry:
    message: Message = row[0]
    payload: dict[str, Any] = message.payload or {}
    return TimelineEntry(
        id=message.id,
        seq=message.seq,
        conversation_id=message.conversation_id,
        episode_id=message.episode_id,
        channel=message.channel,
        direction=message.direction,
        author=message.author,
        agent_id=message.agent_id,
        kind=message.kind,
        body=f"{message.body} {payload.get('argument', '')}".rstrip(),
        state=message.state,
        ambiguous=message.ambiguous,
        intent=message.intent,
        confidence=message.confidence,
        citations=tuple(message.citations or ()),
        signals=tuple(message.signals or ()),
        links=tuple((label, url) for label, url in payload.get("links", [])),
        buttons=tuple((item["title"], item["token"]) for item in payload.get("buttons", [])),
        created_at=message.created_at,
        edited_at=message.edited_at,
        media=payload.get("media"),
        pressed=payload.get("button"),
        files=files,
        deleted=message.kind == DELETED,
        chose=payload.get("chose"),
        images=tuple((shows, url) for shows, url in payload.get("images", [])),
    )


def _view_order(order: Order) -> OrderView:
    return OrderView(
        number=order.number,
        customer_id=order.customer_id,
        email=order.email,
        status=order.status,
        placed_at=order.placed_at,
        items=tuple(str(item) for item in order.items),
        carrier=order.carrier,
        tracking_code=order.tracking_code,
        expected_on=order.expected_on,
        delivered_at=order.delivered_at,
        total_cents=order.total_cents,
        currency=order.currency,
    )
