"""What the desk's panes show, loaded in one go each. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.queries import find_loyalty, list_consents, list_ratings, list_requests
from crm.care.schemas import ConsentView, LoyaltyView, RatingView, RequestView
from crm.linking.queries import MergeView, list_merges
from crm.linking.suggestions import Suggestion, list_suggestions
from crm.models import PUBLIC, Conversation, Identity
from crm.queries import get_customer, list_orders, read_conversation, read_timeline
from crm.schemas import OrderView, TimelineEntry
from crm.threads.queries import Origin, find_origin, place_of
from handoff.models import Agent, Handoff
from handoff.queue import QueueItem, find_queue_item
from handoff.repository import find_seq_before, get_handoff

_MESSAGES_SHOWN = 200
_HISTORY_SHOWN = 60
_PAST_CASES_SHOWN = 5


@dataclass(frozen=True)
class CaseView:
    """A case with its conversation, as the middle pane shows it.

    `place` is where others read along, `origin` where a private conversation began in public.
    """

    item: QueueItem
    owner: str
    outcome: str | None
    entries: tuple[TimelineEntry, ...]
    agents: Mapping[UUID, str]
    place: str | None
    origin: Origin | None


@dataclass(frozen=True)
class Account:
    """One account of the customer; `name` is empty where it would mean nothing to anybody."""

    channel: str
    name: str
    reachable: bool


@dataclass(frozen=True)
class PastCase:
    """A closed case of the customer."""

    reason: str
    outcome: str
    closed_at: datetime


@dataclass(frozen=True)
class CareView:
    """What we do for the customer beyond talking."""

    requests: tuple[RequestView, ...]
    consents: tuple[ConsentView, ...]
    loyalty: LoyaltyView | None
    ratings: tuple[RatingView, ...]


@dataclass(frozen=True)
class LinkingView:
    """Who may be the same customer, and what was joined."""

    suggestions: tuple[Suggestion, ...]
    merges: tuple[MergeView, ...]


@dataclass(frozen=True)
class CustomerView:
    """The person behind a case, as the right pane shows them."""

    customer_id: UUID
    name: str | None
    email: str | None
    phone: str | None
    stage: str
    locale: str
    since: datetime
    source: str | None
    accounts: tuple[Account, ...]
    orders: tuple[OrderView, ...]
    history: tuple[TimelineEntry, ...]
    past: tuple[PastCase, ...]
    brief: Mapping[str, Any]
    contributions: tuple[Mapping[str, Any], ...]
    care: CareView
    linking: LinkingView


async def load_case(session: AsyncSession, handoff_id: UUID) -> CaseView | None:
    """Return the case with its newest messages; None when there is no such case."""
    item = await find_queue_item(session, handoff_id)
    if item is None:
        return None
    handoff = await get_handoff(session, handoff_id)
    conversation = await session.get_one(Conversation, item.conversation_id, populate_existing=True)
    after = await find_seq_before(session, item.conversation_id, newest=_MESSAGES_SHOWN)
    entries = await read_conversation(session, item.conversation_id, after=after)
    rows = await session.execute(select(Agent.id, Agent.display_name))
    agents = {row[0]: row[1] for row in rows}
    public = conversation.audience == PUBLIC
    return CaseView(
        item,
        conversation.owner.value,
        handoff.outcome,
        tuple(entries),
        agents,
        place=place_of(conversation.address) if public else None,
        origin=None if public else await find_origin(session, conversation.id),
    )


async def load_customer(session: AsyncSession, item: QueueItem) -> CustomerView:
    """Return what is known of the customer behind a case."""
    customer = await get_customer(session, item.customer_id)
    handoff = await get_handoff(session, item.handoff_id)
    elsewhere = await read_timeline(
        session, item.customer_id, without=item.conversation_id, limit=_HISTORY_SHOWN
    )
    return CustomerView(
        customer_id=customer.id,
        name=customer.display_name,
        email=customer.email,
        phone=customer.phone,
        stage=customer.stage.value,
        locale=customer.locale,
        since=customer.created_at,
        source=customer.source,
        accounts=await _list_accounts(session, customer.id),
        orders=tuple(await list_orders(session, customer.id)),
        history=tuple(elsewhere),
        past=await _list_past_cases(session, customer.id),
        brief=handoff.brief,
        contributions=tuple(handoff.signals),
        care=await _load_care(session, customer.id),
        linking=LinkingView(
            suggestions=await list_suggestions(session, customer.id),
            merges=await list_merges(session, customer.id),
        ),
    )


async def _load_care(session: AsyncSession, customer_id: UUID) -> CareView:
    return CareView(
        requests=await list_requests(session, customer_id),
        consents=await list_consents(session, customer_id),
        loyalty=await find_loyalty(session, customer_id),
        ratings=await list_ratings(session, customer_id),
    )


async def _list_accounts(session: AsyncSession, customer_id: UUID) -> tuple[Account, ...]:
    found = (
        select(Identity).where(Identity.customer_id == customer_id).order_by(Identity.created_at)
    )
    return tuple(
        Account(identity.channel, _name_account(identity), identity.reachable)
        for identity in (await session.execute(found)).scalars()
    )


def _name_account(identity: Identity) -> str:
    """Return a handle as it is written there, else the number; a browser has neither."""
    if identity.handle:
        return f"@{identity.handle}" if identity.channel == "telegram" else identity.handle
    return "" if identity.channel == "web" else identity.account


async def _list_past_cases(session: AsyncSession, customer_id: UUID) -> tuple[PastCase, ...]:
    found = (
        select(Handoff.reason, Handoff.outcome, Handoff.closed_at)
        .where(Handoff.customer_id == customer_id, Handoff.closed_at.is_not(None))
        .order_by(Handoff.closed_at.desc())
        .limit(_PAST_CASES_SHOWN)
    )
    rows = await session.execute(found)
    return tuple(
        PastCase(reason.value, outcome or "", closed_at)
        for reason, outcome, closed_at in rows
        if closed_at is not None
    )
