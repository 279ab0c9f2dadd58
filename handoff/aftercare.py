"""After a case: how it was for the customer, days later whether it stayed solved. Never commits.

Asked once per case, in private, and only where a person has written to the customer. A "no" opens a
new case that goes to the same person if they are there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.care.models import Purpose, Rating, RatingKind
from crm.care.queries import list_consents
from crm.models import PUBLIC, Author, Conversation, Customer, Direction, Message, Owner
from crm.queries import lock_conversation
from crm.schemas import NewButton, NewOutbound
from crm.service import append_outbound
from handoff.models import Handoff, HandoffState
from handoff.reasons import HandoffReason
from handoff.repository import get_handoff
from handoff.telling import Texts, find_texts
from kit.ids import new_id

RATING_INTENT = "rate_person"
SOLVED_INTENT = "still_solved"
POINTS = 5
FOLLOW_UP_AFTER = timedelta(days=3)
_GIVE_UP_AFTER = timedelta(days=7)  # a question that comes much later only puzzles
_MOST = 20
# Who was in danger is not asked how they liked it.
_NOT_ASKED = (HandoffReason.SAFETY,)


async def was_answered(session: AsyncSession, handoff: Handoff) -> bool:
    """Say whether a person has written to the customer in this case."""
    written = exists().where(
        Message.conversation_id == handoff.conversation_id,
        Message.direction == Direction.OUT,
        Message.author == Author.AGENT,
        Message.created_at >= handoff.opened_at,
    )
    return bool((await session.execute(select(written))).scalar_one())


async def plan_questions(
    session: AsyncSession, handoff: Handoff, conversation: Conversation, now: datetime
) -> bool:
    """Decide at the end of a case whether its customer is asked anything; plan the later question.

    Returns whether to ask at once how it was.
    """
    asked = (
        conversation.audience != PUBLIC
        and handoff.reason not in _NOT_ASKED
        and await was_answered(session, handoff)
    )
    handoff.follow_up_at = now + FOLLOW_UP_AFTER if asked else None
    return asked


def offer_rating(handoff: Handoff, texts: Texts) -> NewOutbound:
    """Return the question how it was, with a button for each answer."""
    buttons = tuple(
        NewButton(str(points), f'/{RATING_INTENT}{{"case": "{handoff.id}", "points": {points}}}')
        for points in range(1, POINTS + 1)
    )
    return NewOutbound(author=Author.SYSTEM, body=texts.ask_rating, buttons=buttons)


async def rate(session: AsyncSession, message: Message, case: UUID, points: int) -> bool:
    """Keep what the customer answered, for the person who helped; False: it was known already."""
    handoff = await get_handoff(session, case)
    rating = insert(Rating).values(
        id=new_id(),
        customer_id=handoff.customer_id,
        message_id=message.id,
        kind=RatingKind.CSAT,
        score=min(max(points, 1), POINTS),
        scale=POINTS,
        given_at=message.created_at,
        handoff_id=handoff.id,
        agent_id=handoff.agent_id,
    )
    kept = await session.execute(
        rating.on_conflict_do_nothing(index_elements=[Rating.handoff_id]).returning(Rating.id)
    )
    return kept.scalar_one_or_none() is not None


async def list_to_follow_up(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Return the cases whose customers are to be asked now whether it stayed solved."""
    due = (
        select(Handoff.id)
        .where(Handoff.follow_up_at <= now)
        .order_by(Handoff.follow_up_at, Handoff.id)
        .limit(_MOST)
    )
    return (await session.execute(due)).scalars().all()


async def follow_up(session: AsyncSession, handoff_id: UUID, now: datetime) -> bool:
    """Ask whether it stayed solved, once; not whoever has written since, or wants no messages."""
    handoff = await get_handoff(session, handoff_id)
    conversation = await lock_conversation(session, handoff.conversation_id)
    await session.refresh(handoff, with_for_update=True)
    due, handoff.follow_up_at = handoff.follow_up_at, None
    if due is None or due > now or now - due > _GIVE_UP_AFTER:
        return False
    if await _is_unwanted(session, handoff, conversation):
        return False
    customer = await session.get_one(Customer, handoff.customer_id)
    texts = find_texts(conversation, customer)
    buttons = tuple(
        NewButton(title, f'/{SOLVED_INTENT}{{"case": "{handoff.id}", "solved": {answer}}}')
        for title, answer in ((texts.solved, "true"), (texts.not_solved, "false"))
    )
    asking = NewOutbound(author=Author.SYSTEM, body=texts.ask_solved, buttons=buttons)
    await append_outbound(session, conversation, None, asking)
    handoff.followed_up_at = now
    return True


async def note_solved(session: AsyncSession, case: UUID, *, solved: bool) -> Handoff:
    """Keep whether it stayed solved; the customer's last word counts."""
    handoff = await get_handoff(session, case)
    handoff.stayed_solved = solved
    await session.flush()
    return handoff


async def find_former_agent(
    session: AsyncSession, conversation_id: UUID, now: datetime
) -> UUID | None:
    """Return who last closed a case here within two weeks: they know what it is about."""
    found = (
        select(Handoff.agent_id)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.state.in_((HandoffState.RETURNED, HandoffState.RESOLVED)),
            Handoff.closed_at > now - timedelta(days=14),
        )
        .order_by(Handoff.closed_at.desc())
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def _is_unwanted(session: AsyncSession, handoff: Handoff, conversation: Conversation) -> bool:
    written = exists().where(
        Message.conversation_id == conversation.id,
        Message.direction == Direction.IN,
        Message.created_at > handoff.closed_at,
        # Saying how it was is no new conversation.
        ~exists().where(Rating.message_id == Message.id, Rating.handoff_id == handoff.id),
    )
    if conversation.owner is not Owner.BOT or (await session.execute(select(written))).scalar_one():
        return True
    consents = await list_consents(session, handoff.customer_id)
    return any(
        consent.purpose == Purpose.SERVICE_MESSAGES.value and not consent.granted
        for consent in consents
    )
