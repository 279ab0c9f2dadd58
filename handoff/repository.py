"""Single-row reads and locks of handoffs and agents. Used by handoff.service and handoff.queue."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Message
from crm.queries import lock_conversation
from handoff.errors import HandoffClosedError, NotYoursError, UnknownHandoffError
from handoff.models import Agent, Handoff, HandoffState
from kit.database import notify

OPEN_STATES = (HandoffState.WAITING, HandoffState.CLAIMED)


async def get_handoff(session: AsyncSession, handoff_id: UUID) -> Handoff:
    """Return the handoff as it is now; UnknownHandoffError when there is none."""
    handoff = await session.get(Handoff, handoff_id, populate_existing=True)
    if handoff is None:
        raise UnknownHandoffError("There is no such case.")
    return handoff


async def find_open_handoff(session: AsyncSession, conversation_id: UUID) -> Handoff | None:
    """Return the conversation's waiting or claimed handoff, if there is one."""
    found = select(Handoff).where(
        Handoff.conversation_id == conversation_id, Handoff.state.in_(OPEN_STATES)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def find_agent(session: AsyncSession, login: str) -> Agent | None:
    """Return the employee with this login, active or not."""
    found = select(Agent).where(Agent.login == login)
    return (await session.execute(found)).scalar_one_or_none()


async def lock_case(session: AsyncSession, handoff_id: UUID) -> tuple[Handoff, Conversation]:
    """Return the handoff and its conversation with the conversation's lease held.

    Whoever changes a handoff holds that lease, so the handoff's row needs no lock of its own.
    """
    handoff = await get_handoff(session, handoff_id)
    while True:
        conversation = await lock_conversation(session, handoff.conversation_id)
        handoff = await get_handoff(session, handoff_id)
        if handoff.conversation_id == conversation.id:  # it has not moved while we waited
            return handoff, conversation


async def stop_deliveries(session: AsyncSession, handoff_id: UUID) -> UUID:
    """Wait until the deliverer is not sending in the handoff's conversation, and keep it out.

    Returns that conversation. The deliverer holds the same key while it sends, so a bot message is
    either sent before this returns or can be discarded after. Taken before the conversation's
    lease, never after.
    """
    handoff = await get_handoff(session, handoff_id)
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 3))"),
        {"name": str(handoff.conversation_id)},
    )
    return handoff.conversation_id


async def find_seq_before(session: AsyncSession, conversation_id: UUID, *, newest: int) -> int:
    """Return the sequence number after which the conversation's `newest` messages begin."""
    found = (
        select(Message.seq)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.seq.desc())
        .offset(newest)
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none() or 0


async def lock_own_case(
    session: AsyncSession, handoff_id: UUID, agent_id: UUID
) -> tuple[Handoff, Conversation]:
    """Return the agent's claimed case and its conversation with the lease held.

    Errors: NotYoursError, HandoffClosedError.
    """
    handoff, conversation = await lock_case(session, handoff_id)
    if handoff.state not in OPEN_STATES:
        raise HandoffClosedError("This case has been closed meanwhile.")
    if handoff.state == HandoffState.WAITING:
        raise NotYoursError("Claim this case first; then you can answer the customer.")
    if handoff.agent_id != agent_id:
        raise NotYoursError("A colleague is looking after this case.")
    return handoff, conversation


async def announce(session: AsyncSession, handoff: Handoff) -> None:
    """Tell every desk that the queue changed, and who looks at the conversation that it did."""
    await notify(session, "queue", str(handoff.id))
    await notify(session, "message", str(handoff.conversation_id))
