"""A case changes hands: back to the queue, to a colleague, to whoever has a skill. Never commits.

Called by the desk (transfer) and by handoff.workforce.assignment (release). The customer notices
nothing: the bot stays silent and every promise stands.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Owner
from crm.service import append_note
from handoff.errors import HandoffClosedError, UnsuitableTextError
from handoff.models import Agent, Handoff, HandoffState
from handoff.repository import announce, lock_case, lock_own_case
from handoff.service import require_words
from handoff.workforce.presence import AT_THE_DESK, rest_after
from handoff.workforce.teams import find_team

MAX_REASON = 1000


async def release(session: AsyncSession, handoff_id: UUID, *, now: datetime) -> None:
    """Put a claimed case back into the queue because whoever had it has gone.

    They get it back first when they return in time. Errors: HandoffClosedError.
    """
    handoff, conversation = await lock_case(session, handoff_id)
    if handoff.state != HandoffState.CLAIMED or handoff.agent_id is None:
        raise HandoffClosedError("Nobody has this case.")
    agent = await session.get_one(Agent, handoff.agent_id)
    said = f"{agent.display_name} is not at the desk any more; the case waits for somebody else."
    await append_note(session, conversation, None, said)
    await rest_after(session, handoff, now)
    _put_back(handoff, conversation, last_agent_id=agent.id)
    await session.flush()
    await announce(session, handoff)


async def transfer_to_agent(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, to_id: UUID, why: str, now: datetime
) -> None:
    """Give one's own case to a colleague, with a note for them.

    Errors: NotYoursError, HandoffClosedError, UnsuitableTextError.
    """
    words = require_words(why, MAX_REASON)
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    colleague = await session.get(Agent, to_id)
    if colleague is None or not colleague.active or colleague.role not in AT_THE_DESK:
        raise UnsuitableTextError("Choose somebody who works at the desk.")
    if colleague.id == agent_id:
        raise UnsuitableTextError("You have this case already.")
    note = f"Passed on to {colleague.display_name}: {words}"
    await append_note(session, conversation, agent_id, note)
    await rest_after(session, handoff, now)
    handoff.agent_id = conversation.agent_id = colleague.id
    await session.flush()
    await announce(session, handoff)


async def transfer_to_skill(
    session: AsyncSession, handoff_id: UUID, *, agent_id: UUID, skill: str, why: str, now: datetime
) -> None:
    """Put one's own case into the queue for whoever has the skill, with a note for them.

    Errors: NotYoursError, HandoffClosedError, UnsuitableTextError.
    """
    words = require_words(why, MAX_REASON)
    wanted = require_words(skill, MAX_REASON)
    handoff, conversation = await lock_own_case(session, handoff_id, agent_id)
    note = f"Passed on to whoever knows {wanted}: {words}"
    await append_note(session, conversation, agent_id, note)
    await rest_after(session, handoff, now)
    team = await find_team(session, wanted)
    handoff.skill, handoff.team_id = wanted, team.id if team else handoff.team_id
    _put_back(handoff, conversation, last_agent_id=None)
    await session.flush()
    await announce(session, handoff)


def _put_back(handoff: Handoff, conversation: Conversation, *, last_agent_id: UUID | None) -> None:
    handoff.state = HandoffState.WAITING
    handoff.agent_id, handoff.last_agent_id, handoff.claimed_at = None, last_agent_id, None
    conversation.owner, conversation.agent_id = Owner.QUEUE, None
