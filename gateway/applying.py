"""Applies what actions ask for, in the transaction of the turn. gateway.answer calls it.

Every effect is applied at most once per inbound message, however often the message is handled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from crm.care import service as care
from crm.care.models import RequestKind
from crm.care.schemas import Cause
from crm.files.queries import list_files_of_episode
from crm.files.service import erase_files_of_customer
from crm.models import Conversation, Episode, Message
from crm.threads.service import solve_latest
from gateway.effects import (
    CorrectProfile,
    Effect,
    NoteFailure,
    OpenHandoff,
    OpenRequest,
    RecordFeedback,
    RecordOffer,
    RecordQuestion,
    RecordRating,
    ReportLeaving,
    SetConsent,
)
from handoff.signals import Signal, SignalName
from insights.content import offers
from insights.understanding.masking import mask
from kit.clock import utc_now
from knowledge_base import asking
from knowledge_base import service as knowledge

# How sure we are of somebody who has told us, asked twice, that they leave.
_LEAVING_SCORE = 0.9
_SHOWN_BY_FILES = frozenset(
    {RequestKind.RETURN, RequestKind.EXCHANGE, RequestKind.DAMAGE, RequestKind.WARRANTY}
)
_LEAVING_VERSION = "told-1"


@dataclass(frozen=True)
class Applied:
    """What the turn must still weigh: the handoff asked for, if any, and signals for the policy."""

    handoff: OpenHandoff | None = None
    signals: tuple[Signal, ...] = ()


async def apply_effects(
    session: AsyncSession,
    effects: Sequence[Effect],
    *,
    conversation: Conversation,
    message: Message,
    episode: Episode,
    name: str | None,
) -> Applied:
    """Apply the effects of the answer to `message`; the caller holds the lease and commits.

    `name` is the customer's, which nothing that is kept for learning may hold.
    """
    cause = Cause(conversation.customer_id, message.id, utc_now())
    for effect in effects:
        match effect:
            case NoteFailure():
                episode.failures += 1
            case RecordFeedback():
                await _record_feedback(session, effect, message)
                if effect.helped:
                    await solve_latest(session, conversation.id, now=cause.at)
            case RecordQuestion():
                await _record_question(session, effect, cause, conversation, name)
            case RecordOffer():
                await _record_offer(session, effect, cause)
            case OpenRequest():
                await _open_request(session, effect, cause, episode)
            case _:
                await _care(session, effect, cause)
    return Applied(handoff=_find_handoff(effects), signals=_find_signals(effects))


async def _care(session: AsyncSession, effect: Effect, cause: Cause) -> None:
    match effect:
        case SetConsent():
            await care.set_consent(session, cause, **vars(effect))
        case RecordRating():
            await care.record_rating(session, cause, **vars(effect))
        case CorrectProfile():
            await care.correct_profile(session, cause, **vars(effect))


async def _open_request(
    session: AsyncSession, effect: OpenRequest, cause: Cause, episode: Episode
) -> None:
    """Files sent while the request was made belong to it. Who wants to be forgotten is taken at
    their word where no person has to look first: their files go at once.
    """
    details = dict(effect.details)
    if effect.kind in _SHOWN_BY_FILES and (
        sent := await list_files_of_episode(session, episode.id)
    ):
        details["files"] = " ".join(str(file.id) for file in sent)
    await care.open_request(session, cause, **{**vars(effect), "details": details})
    if effect.kind is RequestKind.FORGET_DATA:
        await erase_files_of_customer(session, cause.customer_id)


async def _record_feedback(session: AsyncSession, effect: RecordFeedback, message: Message) -> None:
    await knowledge.record_feedback(
        session,
        _judged_message(message),
        article_id=effect.article_id,
        version=effect.version,
        helped=effect.helped,
    )


async def _record_question(
    session: AsyncSession,
    effect: RecordQuestion,
    cause: Cause,
    conversation: Conversation,
    name: str | None,
) -> None:
    """Masked before it is stored: whoever learns from questions need not know who asked."""
    question = mask(effect.question.replace("\x00", " "), name=name)
    await asking.record_question(
        session,
        asking.Asker(cause.message_id, conversation.id, conversation.customer_id),
        **{**vars(effect), "question": question},
        at=cause.at,
    )


async def _record_offer(session: AsyncSession, effect: RecordOffer, cause: Cause) -> None:
    await offers.record(
        session,
        cause.customer_id,
        **vars(effect),
        place=offers.Place.ADVICE,
        message_id=cause.message_id,
        at=cause.at,
    )


def _find_handoff(effects: Sequence[Effect]) -> OpenHandoff | None:
    """The first one counts: it has the brief of the action that met the need."""
    return next((effect for effect in effects if isinstance(effect, OpenHandoff)), None)


def _find_signals(effects: Sequence[Effect]) -> tuple[Signal, ...]:
    return tuple(
        Signal(SignalName.LEAVING, _LEAVING_SCORE, (effect.reason,), _LEAVING_VERSION)
        for effect in effects
        if isinstance(effect, ReportLeaving)
    )


def _judged_message(message: Message) -> UUID:
    """Return the answer that a pressed button belongs to; for typed words the words themselves."""
    return UUID(message.payload.get("button_of") or str(message.id))
