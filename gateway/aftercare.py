"""What customers answer after a case: how it was, whether it stayed solved; and the later question.

Called by gateway.answer for the buttons of handoff.aftercare, and by gateway.bootstrap.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Message
from gateway import wording
from gateway.effects import OpenHandoff
from gateway.interpret import ForCustomer, ForEngine
from gateway.phrasing import Part
from handoff.aftercare import (
    RATING_INTENT,
    SOLVED_INTENT,
    follow_up,
    list_to_follow_up,
    note_solved,
    rate,
)
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.database import Database
from kit.log import get_logger
from kit.periodic import Periodic

INTENTS = frozenset({RATING_INTENT, SOLVED_INTENT})
FOLLOW_UPS_EVERY_S = 30.0
_LOW = 2

_log = get_logger(__name__)


async def take(session: AsyncSession, message: Message, meaning: ForEngine) -> ForCustomer:
    """Keep the answer and thank for it; who is not content is offered a person, or gets one."""
    case = UUID(str(meaning.entities["case"]))
    if meaning.intent == SOLVED_INTENT:
        return await _take_solved(session, case, solved=bool(meaning.entities["solved"]))
    points = int(meaning.entities["points"])
    if not await rate(session, message, case, points):
        return ForCustomer((Part("rated_before"),))
    if points <= _LOW:
        return ForCustomer((Part("rated_low"),), buttons=(wording.PERSON_BUTTON,))
    return ForCustomer((Part("rated_well"),))


async def _take_solved(session: AsyncSession, case: UUID, *, solved: bool) -> ForCustomer:
    handoff = await note_solved(session, case, solved=solved)
    if solved:
        return ForCustomer((Part("stayed_solved"),))
    brief = {"earlier_outcome": handoff.outcome or ""}
    return ForCustomer((), handoff=OpenHandoff(HandoffReason.REOPENED, brief))


def build_following_up(database: Database) -> Periodic:
    """Return the job that asks, days after a case, whether it stayed solved."""

    async def ask() -> None:
        async with database.session() as session:
            due = await list_to_follow_up(session, utc_now())
        for handoff_id in due:
            async with database.session() as session:
                asked = await follow_up(session, handoff_id, utc_now())
                await session.commit()
            if asked:
                _log.info("case.followed_up", case=str(handoff_id))

    return Periodic("follow_ups", ask, every_s=FOLLOW_UPS_EVERY_S)
