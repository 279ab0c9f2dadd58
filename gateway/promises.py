"""Promises by themselves: they alarm before they are broken, and what the bot says is one, too.

The job is built by gateway.bootstrap; `note_what_was_said` is called by gateway.answer.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from crm.schemas import NewOutbound
from gateway.effects import Effect, OpenRequest
from gateway.speaking import Turn
from handoff.policy import Policy
from handoff.promises.alarm import alarm, list_alarming, plan_warnings
from handoff.promises.commitments import find_commitment
from handoff.promises.service import note_bot_promise
from handoff.workforce.teams import find_default_hours
from kit.clock import utc_now
from kit.database import Database
from kit.log import find_place, get_logger
from kit.periodic import Periodic

_log = get_logger(__name__)

WATCH_EVERY_S = 2.0


def build_promise_watch(database: Database, policy: Policy, *, warning_minutes: int) -> Periodic:
    """Return the job that alarms; each promise in a transaction of its own."""
    ahead = timedelta(minutes=warning_minutes)

    async def watch() -> None:
        async with database.session() as session:
            await plan_warnings(session, ahead)
            await session.commit()
        async with database.session() as session:
            due = await list_alarming(session, utc_now())
        for promise_id in due:
            await _alarm(database, promise_id, policy)

    return Periodic("promises.watch", watch, every_s=WATCH_EVERY_S)


async def note_what_was_said(
    turn: Turn, replies: Sequence[NewOutbound], effects: Sequence[Effect]
) -> None:
    """Keep the bot's word: where it opened a request and named a time, that is a promise.

    The date is read from the very words the customer gets. Other answers quote articles or tell of
    orders; what is said there is not for us to keep.
    """
    if not any(isinstance(effect, OpenRequest) for effect in effects):
        return
    now, hours = utc_now(), await find_default_hours(turn.session)
    for reply in replies:
        found = find_commitment(reply.body, now, hours, ours_only=True)
        if found is not None:
            await note_bot_promise(
                turn.session,
                turn.conversation,
                message_id=turn.message.id,
                words=found.words,
                due_at=found.due_at,
                now=now,
            )
            return


async def _alarm(database: Database, promise_id: UUID, policy: Policy) -> None:
    """One that cannot alarm must not keep the others from it; it is tried again."""
    try:
        async with database.session() as session:
            told = await alarm(session, promise_id, policy=policy, now=utc_now())
            await session.commit()
    except Exception as error:  # whatever is wrong with this one
        _log.error(
            "promise.alarm_failed",
            promise=str(promise_id),
            error=type(error).__name__,
            where=find_place(error),
        )
        return
    if told:
        _log.warning("promise.alarm", promise=str(promise_id))
