"""Writes about what began where others read along. Never commits; the edges do.

Whoever locks a case and a conversation locks the conversation first.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation
from crm.threads.models import CaseState, PrivateLink, PublicCase
from crm.threads.queries import place_of
from kit.database import notify

LINK_PREFIX = "p_"
LINK_LIFETIME = timedelta(days=7)
TOPIC = "thread"

_UNSOLVED = (CaseState.OPEN, CaseState.CONTINUED)
_TOKEN_BYTES = 24
# For so long its owner is told that it has expired, rather than that it is nobody's.
_EXPIRED_SHOWN = timedelta(days=60)


async def begin_case(
    session: AsyncSession, conversation: Conversation, *, priority: int, after: int, now: datetime
) -> PublicCase:
    """Begin a case in a public conversation with the message that follows `after`."""
    case = PublicCase(
        conversation_id=conversation.id,
        channel=conversation.channel,
        place=place_of(conversation.address),
        state=CaseState.OPEN,
        priority=priority,
        begins_after=after,
        taken_seq=after,
        opened_at=now,
        acknowledged_at=now,
    )
    session.add(case)
    await session.flush()
    return case


async def mint_link(session: AsyncSession, case_id: UUID, *, now: datetime) -> str:
    """Return the token of a new private link; only its digest is kept."""
    token = LINK_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(PrivateLink(digest=_digest(token), case_id=case_id, expires_at=now + LINK_LIFETIME))
    await session.flush()
    return token


async def find_link(session: AsyncSession, token: str) -> PrivateLink | None:
    """Return the link of this token, expired or not; None when we never made it."""
    return await session.get(PrivateLink, _digest(token))


async def forget_links(session: AsyncSession, *, now: datetime) -> None:
    """Drop links that expired so long ago that nobody presses them any more."""
    await session.execute(delete(PrivateLink).where(PrivateLink.expires_at < now - _EXPIRED_SHOWN))


async def get_case(session: AsyncSession, case_id: UUID) -> PublicCase:
    """Return the case locked until the transaction ends."""
    return await session.get_one(PublicCase, case_id, with_for_update=True, populate_existing=True)


async def continue_case(
    session: AsyncSession, case: PublicCase, private: Conversation, *, taken: int, now: datetime
) -> None:
    """Attach the private conversation to the case; what was said up to `taken` is known there."""
    case.private_id = private.id
    case.taken_seq = max(case.taken_seq, taken)
    case.continued_at = now
    case.invite_at = None
    if case.state is CaseState.OPEN:
        case.state = CaseState.CONTINUED
    await session.flush()
    await notify(session, "message", str(case.conversation_id))


async def solve_all(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> None:
    """Note that what this conversation, public or private, was about is solved."""
    mine = (PublicCase.conversation_id == conversation_id) | (
        PublicCase.private_id == conversation_id
    )
    await _solve(session, mine, now)


async def solve_latest(session: AsyncSession, private_id: UUID, *, now: datetime) -> None:
    """Note that what was last brought to this private conversation is solved."""
    latest = (
        select(PublicCase.id)
        .where(PublicCase.private_id == private_id)
        .order_by(PublicCase.continued_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    await _solve(session, PublicCase.id == latest, now)


async def ask_private(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> bool:
    """Have the customer of a public conversation led to a private chat; False: there is no case."""
    latest = (
        select(PublicCase.id)
        .where(PublicCase.conversation_id == conversation_id)
        .order_by(PublicCase.opened_at.desc(), PublicCase.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    asked = (
        update(PublicCase)
        .where(PublicCase.id == latest)
        .values(invite_at=now)
        .returning(PublicCase.id)
    )
    case_id = (await session.execute(asked)).scalar_one_or_none()
    if case_id is not None:
        await notify(session, TOPIC, str(case_id))
    return case_id is not None


async def _solve(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> None:
    solved = (
        update(PublicCase)
        .where(which, PublicCase.state.in_(_UNSOLVED))
        .values(state=CaseState.SOLVED, solved_at=now, invite_at=None)
        .returning(PublicCase.id)
    )
    for case_id in (await session.execute(solved)).scalars():
        await notify(session, TOPIC, str(case_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
