"""Giving goodwill: on the spot within one's limit, above it with a lead's word. Never commits.

Everything one person authorises for one customer passes one lock, so that however many desks and
processes are at it, the limit is never overspent.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.authority.errors import AboveLimitError, NotAllowedToDecideError
from handoff.authority.models import GoodwillGrant, GoodwillKind, GrantState
from handoff.authority.queries import find_limit, find_remaining
from handoff.errors import HandoffClosedError, NotYoursError, UnsuitableTextError
from handoff.models import Agent, Handoff, Role
from handoff.repository import announce, get_handoff, lock_case, lock_own_case
from handoff.service import MAX_KEY, require_words
from kit.money import tell_money

MAX_REASON = 500
MAX_CENTS = 100_000_00
DECIDERS = (Role.LEAD, Role.MANAGER)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7))")


@dataclass(frozen=True)
class Gift:
    """What is to be given: cents above nought, and the reason in words for the ledger."""

    kind: GoodwillKind
    amount_cents: int
    reason: str
    client_key: str


async def grant(
    session: AsyncSession, handoff_id: UUID, gift: Gift, *, agent_id: UUID, now: datetime
) -> GoodwillGrant:
    """Give it at once; the same `client_key` gives it once.

    Errors: AboveLimitError (says what is left), NotYoursError, HandoffClosedError,
    UnsuitableTextError.
    """
    known, handoff = await _begin(session, handoff_id, gift, agent_id)
    if known is not None:
        return known
    left = await _hold(session, agent_id, handoff.customer_id, now)
    if gift.amount_cents > left:
        limit = await find_limit(session, agent_id)
        told = tell_money(max(left, 0), limit.currency)
        raise AboveLimitError(f"You may still give this customer {told}. Ask a lead for more.")
    return await _write(session, handoff, gift, agent_id, now, state=GrantState.GRANTED)


async def ask(
    session: AsyncSession, handoff_id: UUID, gift: Gift, *, agent_id: UUID, now: datetime
) -> GoodwillGrant:
    """Ask a lead to approve it; every lead's desk shows the request and its case.

    Errors: NotYoursError, HandoffClosedError, UnsuitableTextError.
    """
    known, handoff = await _begin(session, handoff_id, gift, agent_id)
    if known is not None:
        return known
    return await _write(session, handoff, gift, agent_id, now, state=GrantState.ASKED)


async def approve(
    session: AsyncSession, grant_id: UUID, *, decider_id: UUID, note: str = "", now: datetime
) -> GoodwillGrant:
    """Give what was asked for, on the decider's own limit.

    Errors: NotAllowedToDecideError, AboveLimitError, HandoffClosedError.
    """
    asked, decider = await _take_request(session, grant_id, decider_id)
    left = await _hold(session, decider.id, asked.customer_id, now)
    if asked.amount_cents > left:
        told = tell_money(max(left, 0), asked.currency)
        raise AboveLimitError(f"This is above what you may give this customer: {told} is left.")
    asked.authorised_by = decider.id
    asked.decision_note = note.strip()[:MAX_REASON] or None
    return await _decide(session, asked, GrantState.GRANTED, decider_id=decider.id, now=now)


async def refuse(
    session: AsyncSession, grant_id: UUID, *, decider_id: UUID, note: str, now: datetime
) -> GoodwillGrant:
    """Say no, and why.

    Errors: NotAllowedToDecideError, UnsuitableTextError, HandoffClosedError.
    """
    words = require_words(note, MAX_REASON)
    asked, decider = await _take_request(session, grant_id, decider_id)
    asked.decision_note = words
    return await _decide(session, asked, GrantState.REFUSED, decider_id=decider.id, now=now)


async def withdraw(
    session: AsyncSession, grant_id: UUID, *, agent_id: UUID, now: datetime
) -> GoodwillGrant:
    """Take one's own request back. Errors: NotYoursError, HandoffClosedError."""
    asked = await _lock_request(session, grant_id)
    if asked.agent_id != agent_id:
        raise NotYoursError("Only who asked can take it back.")
    return await _decide(session, asked, GrantState.WITHDRAWN, decider_id=agent_id, now=now)


async def _begin(
    session: AsyncSession, handoff_id: UUID, gift: Gift, agent_id: UUID
) -> tuple[GoodwillGrant | None, Handoff]:
    """Check the gift and hold the case; a gift known by its key comes back as it is."""
    require_words(gift.reason, MAX_REASON)
    if not 0 < gift.amount_cents <= MAX_CENTS:
        raise UnsuitableTextError("Please name an amount above nought.")
    if not 0 < len(gift.client_key) <= MAX_KEY:
        raise UnsuitableTextError("The gift came without a usable key.")
    handoff, _ = await lock_own_case(session, handoff_id, agent_id)
    found = select(GoodwillGrant).where(
        GoodwillGrant.agent_id == agent_id, GoodwillGrant.client_key == gift.client_key
    )
    return (await session.execute(found)).scalar_one_or_none(), handoff


async def _hold(session: AsyncSession, authority: UUID, customer_id: UUID, now: datetime) -> int:
    """Let nobody else spend this person's limit on this customer meanwhile; return what is left."""
    await session.execute(_LOCK, {"key": f"{authority}:{customer_id}"})
    return await find_remaining(session, authority, customer_id, now)


async def _write(
    session: AsyncSession,
    handoff: Handoff,
    gift: Gift,
    agent_id: UUID,
    now: datetime,
    *,
    state: GrantState,
) -> GoodwillGrant:
    granted = state is GrantState.GRANTED
    limit = await find_limit(session, agent_id)
    line = GoodwillGrant(
        customer_id=handoff.customer_id,
        conversation_id=handoff.conversation_id,
        handoff_id=handoff.id,
        agent_id=agent_id,
        client_key=gift.client_key,
        kind=gift.kind,
        amount_cents=gift.amount_cents,
        currency=limit.currency,
        reason=require_words(gift.reason, MAX_REASON),
        state=state,
        authorised_by=agent_id if granted else None,
        decided_by=agent_id if granted else None,
        decided_at=now if granted else None,
        created_at=now,
    )
    session.add(line)
    await session.flush()
    await announce(session, handoff)
    return line


async def _take_request(
    session: AsyncSession, grant_id: UUID, decider_id: UUID
) -> tuple[GoodwillGrant, Agent]:
    asked = await _lock_request(session, grant_id)
    decider = await session.get_one(Agent, decider_id)
    if decider.role not in DECIDERS:
        raise NotAllowedToDecideError("A lead or a manager decides about this.")
    if decider.id == asked.agent_id:
        raise NotAllowedToDecideError("Somebody else has to decide about your own request.")
    return asked, decider


async def _lock_request(session: AsyncSession, grant_id: UUID) -> GoodwillGrant:
    """Hold the case first, as everybody does, then its request."""
    line = await session.get(GoodwillGrant, grant_id)
    if line is None:
        raise HandoffClosedError("There is no such request.")
    await lock_case(session, line.handoff_id)
    await session.refresh(line, with_for_update=True)
    if line.state is not GrantState.ASKED:
        raise HandoffClosedError("This has been decided already.")
    return line


async def _decide(
    session: AsyncSession,
    line: GoodwillGrant,
    state: GrantState,
    *,
    decider_id: UUID,
    now: datetime,
) -> GoodwillGrant:
    line.state, line.decided_by, line.decided_at = state, decider_id, now
    await session.flush()
    await announce(session, await get_handoff(session, line.handoff_id))
    return line
