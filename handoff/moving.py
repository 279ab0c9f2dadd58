"""A case that began in public goes on in the customer's private chat, with whoever has it.

Called by gateway.public when the customer has got there; the caller holds the private
conversation's lease and the public one's.
"""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Owner
from crm.queries import get_conversation
from crm.service import find_open_episode
from handoff.models import Handoff, HandoffState
from handoff.promises.models import Promise
from handoff.repository import find_open_handoff
from handoff.sla.classes import SlaClass
from handoff.sla.service import end_clocks, tighten_clocks
from kit.clock import utc_now
from kit.database import notify

_OUTCOME = "Goes on in the customer's other conversation."


async def move_open_handoff(
    session: AsyncSession, public_id: UUID, private: Conversation, *, brief: dict[str, str]
) -> bool:
    """Move the public conversation's open case to the private one; False: there is none.

    When a case is open there too, that one takes over the reasons and the public one is closed.
    """
    handoff = await find_open_handoff(session, public_id)
    if handoff is None:
        return False
    public = await get_conversation(session, public_id)
    there = await find_open_handoff(session, private.id)
    if there is None:
        await _move(session, handoff, private)
        there = handoff
    else:
        _merge(handoff, there)
        await end_clocks(session, handoff, utc_now(), solved=False)
        await tighten_clocks(session, there, SlaClass(**handoff.sla), utc_now())
    await _move_promises(session, handoff, there)
    public.owner, public.agent_id = Owner.BOT, None
    there.brief = {**there.brief, **brief}
    await session.flush()
    for changed in {handoff.id, there.id}:
        await notify(session, "queue", str(changed))
    for conversation_id in (public_id, private.id):
        await notify(session, "message", str(conversation_id))
    return True


async def _move(session: AsyncSession, handoff: Handoff, private: Conversation) -> None:
    episode = await find_open_episode(session, private.id)
    handoff.conversation_id = private.id
    handoff.episode_id = episode.id if episode else None
    claimed = handoff.state == HandoffState.CLAIMED
    private.owner = Owner.AGENT if claimed else Owner.QUEUE
    private.agent_id = handoff.agent_id


async def _move_promises(session: AsyncSession, left: Handoff, into: Handoff) -> None:
    """What was promised in the case is kept where it goes on."""
    await session.execute(
        update(Promise)
        .where(Promise.handoff_id == left.id)
        .values(handoff_id=into.id, conversation_id=into.conversation_id)
    )


def _merge(left: Handoff, into: Handoff) -> None:
    into.reasons = list(dict.fromkeys([*into.reasons, *left.reasons]))
    into.signals = [*into.signals, *left.signals]
    if left.priority > into.priority:
        into.priority, into.reason = left.priority, left.reason
        into.skill = left.skill
    into.hostile = into.hostile or left.hostile
    left.state = HandoffState.RETURNED
    left.outcome = _OUTCOME
    left.closed_at = utc_now()
