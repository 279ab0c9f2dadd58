"""Replies of people that settled a case, as what an article could say. Reads only; masked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.models import Rating, RatingKind
from crm.models import Author, Customer, Message, MessageState
from handoff.models import Agent, Handoff
from insights.understanding.masking import mask
from knowledge_base.traces import AskedQuestion

LOOK_BACK = timedelta(days=90)
STAYED_CLOSED = timedelta(days=7)
LEAST_LETTERS = 80
GOOD = 0.8
BAD = 0.6
_GREETING = re.compile(
    r"\A(?:hi|hello|dear|good (?:morning|day|afternoon))\b[^,.!\n]{0,40}[,.!]\s*", re.I
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply worth keeping, the question before it, and why it is worth it."""

    handoff_id: UUID
    question: str
    reply: str
    why: str
    closed_at: datetime


async def find_suggestions(session: AsyncSession, now: datetime) -> tuple[Suggestion, ...]:
    """Return, newest first, the longest reply of each case that ended well."""
    found = (
        select(Handoff, Customer.display_name, Agent.display_name)
        .join(Customer, Customer.id == Handoff.customer_id)
        .join(Agent, Agent.id == Handoff.agent_id)
        .where(Handoff.closed_at > now - LOOK_BACK, Handoff.closed_at <= now)
        .order_by(Handoff.closed_at.desc(), Handoff.id)
    )
    suggestions = []
    for handoff, customer, agent in (await session.execute(found)).all():
        why = await _why_good(session, handoff, now)
        reply = await _find_reply(session, handoff, (customer or "", agent)) if why else None
        if reply is not None and handoff.closed_at is not None:
            question = await _find_question(session, handoff, customer)
            suggestions.append(Suggestion(handoff.id, question, reply, why, handoff.closed_at))
    return tuple(suggestions)


async def _why_good(session: AsyncSession, handoff: Handoff, now: datetime) -> str:
    """Rated well, or closed for a week; empty when neither, or rated badly."""
    closed = handoff.closed_at or now
    rated = select(Rating.score, Rating.scale).where(
        Rating.customer_id == handoff.customer_id,
        Rating.kind == RatingKind.CSAT,
        Rating.given_at >= handoff.opened_at,
        Rating.given_at <= closed + STAYED_CLOSED,
    )
    for score, scale in (await session.execute(rated.order_by(Rating.given_at.desc()))).all():
        if score >= GOOD * scale:
            return f"Rated {score} of {scale}."
        if score < BAD * scale:
            return ""
    again = select(Handoff.id).where(
        Handoff.customer_id == handoff.customer_id,
        Handoff.opened_at > closed,
        Handoff.opened_at <= closed + STAYED_CLOSED,
    )
    if closed + STAYED_CLOSED > now or (await session.execute(again)).first() is not None:
        return ""
    return f"The case stayed closed for {STAYED_CLOSED.days} days."


async def _find_reply(session: AsyncSession, handoff: Handoff, names: Sequence[str]) -> str | None:
    found = select(Message.body).where(
        Message.conversation_id == handoff.conversation_id,
        Message.author == Author.AGENT,
        Message.state == MessageState.SENT,
        Message.created_at >= handoff.opened_at,
        Message.created_at <= handoff.closed_at,
    )
    bodies = [_clean(body, names) for body in (await session.execute(found)).scalars()]
    long = [body for body in bodies if len(body) >= LEAST_LETTERS]
    return max(long, key=len) if long else None


def _clean(body: str, names: Sequence[str]) -> str:
    """Paragraph by paragraph, since masking makes one line; without the greeting."""
    lines = []
    for line in body.splitlines():
        masked = line
        for name in names:
            masked = mask(masked, name=name)
        lines.append(masked)
    return _GREETING.sub("", "\n".join(lines).strip())


async def _find_question(session: AsyncSession, handoff: Handoff, name: str | None) -> str:
    """The last question the knowledge base got in this episode, else the brief's."""
    found = (
        select(AskedQuestion.question)
        .join(Message, Message.id == AskedQuestion.message_id)
        .where(
            Message.episode_id == handoff.episode_id,
            AskedQuestion.asked_at <= handoff.opened_at,
        )
        .order_by(AskedQuestion.asked_at.desc())
        .limit(1)
    )
    asked = (await session.execute(found)).scalar_one_or_none()
    return asked or mask(str(handoff.brief.get("ask", "")), name=name)
