"""Applies what actions ask for, in the transaction of the turn. gateway.answer calls it.

Every effect is applied at most once per inbound message, however often the message is handled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Episode, Message
from gateway.effects import Effect, NoteFailure, OpenHandoff, RecordFeedback
from handoff.signals import Signal
from knowledge_base import service as knowledge


@dataclass(frozen=True)
class Applied:
    """What the turn must still weigh: the handoff asked for, if any, and signals for the policy."""

    handoff: OpenHandoff | None = None
    signals: tuple[Signal, ...] = ()


async def apply_effects(
    session: AsyncSession,
    effects: Sequence[Effect],
    *,
    conversation: Conversation,  # noqa: ARG001 - whose the requests are, from the next step on
    message: Message,
    episode: Episode,
) -> Applied:
    """Apply the effects of the answer to `message`; the caller holds the lease and commits."""
    for effect in effects:
        match effect:
            case NoteFailure():
                episode.failures += 1
            case RecordFeedback():
                await _record_feedback(session, effect, message)
    return Applied(handoff=_find_handoff(effects))


async def _record_feedback(session: AsyncSession, effect: RecordFeedback, message: Message) -> None:
    await knowledge.record_feedback(
        session,
        _judged_message(message),
        article_id=effect.article_id,
        version=effect.version,
        helped=effect.helped,
    )


def _find_handoff(effects: Sequence[Effect]) -> OpenHandoff | None:
    """The first one counts: it has the brief of the action that met the need."""
    return next((effect for effect in effects if isinstance(effect, OpenHandoff)), None)


def _judged_message(message: Message) -> UUID:
    """Return the answer that a pressed button belongs to; for typed words the words themselves."""
    return UUID(message.payload.get("button_of") or str(message.id))
