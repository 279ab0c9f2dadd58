"""One message where others read along: acknowledged once a day, and the author led to private.

Called by gateway.answer in the turn of the public conversation, whose lease is held.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.base import EventKind
from channels.registry import Registry
from crm.models import Owner
from crm.schemas import NewOutbound
from crm.threads.models import CaseState, PublicCase
from crm.threads.personal import find_personal
from crm.threads.queries import find_latest_case, list_said_in_place, read_reference
from crm.threads.service import begin_case
from gateway.phrasing import Part
from gateway.public.leading import Way, open_way
from gateway.public.saying import speak
from gateway.public.sentences import Listeners, choose_acknowledgement, choose_notice
from gateway.speaking import Turn, words_of
from kit.clock import utc_now

_QUIET = timedelta(days=1)
_ENDED = (CaseState.SOLVED, CaseState.CLOSED)


@dataclass(frozen=True)
class _Due:
    """What this message asks for: an acknowledgement, one that names a person, a notice."""

    acknowledge: bool = False
    person: bool = False
    notice: bool = False


async def acknowledge(turn: Turn, channels: Registry | None, *, priority: int) -> None:
    """Say in public what is due, and continue in private; silence when nothing is.

    `priority` is what the policy gives to the message: 0 when it asks for nobody.
    """
    if turn.message.kind == EventKind.BUTTON:
        return  # we make none there, so this is nobody's
    now = utc_now()
    latest = await find_latest_case(turn.session, turn.conversation.id)
    due = _find_due(turn, latest, priority, now)
    case = await _enter_case(turn, latest, due, priority, now)
    if case is None:
        return
    case.priority = max(case.priority, priority)
    way = None
    adds = case.private_id is not None and bool(words_of(turn.message).strip())
    if due.acknowledge or adds:
        way = await open_way(
            turn.session,
            channels,
            turn.conversation,
            case,
            key=str(turn.message.id),
            now=now,
            shown=due.acknowledge,
        )
    if due.acknowledge:
        case.acknowledged_at = now
    said = await _compose(turn, case, due, way, now)
    if said is not None:
        await turn.send(said)


def _find_due(turn: Turn, case: PublicCase | None, priority: int, now: datetime) -> _Due:
    personal = bool(find_personal(words_of(turn.message)))
    if case is None:
        return _Due(acknowledge=True, notice=personal)
    mine = turn.conversation.owner is Owner.BOT
    before = 0 if case.state in _ENDED else case.priority
    rises = mine and priority > before
    quiet = now - case.acknowledged_at < _QUIET
    told = case.told_at is not None and now - case.told_at < _QUIET
    return _Due(
        acknowledge=rises or (mine and not quiet),
        person=rises,
        notice=personal and not told,
    )


async def _enter_case(
    turn: Turn, latest: PublicCase | None, due: _Due, priority: int, now: datetime
) -> PublicCase | None:
    """Return the case the message belongs to; a new one only when it is acknowledged as such."""
    if latest is not None and (latest.state not in _ENDED or not due.acknowledge):
        return latest if latest.state not in _ENDED or due.notice else None
    return await begin_case(
        turn.session,
        turn.conversation,
        priority=priority,
        after=turn.message.seq - 1,
        now=now,
    )


async def _compose(
    turn: Turn, case: PublicCase, due: _Due, way: Way | None, now: datetime
) -> NewOutbound | None:
    said = await list_said_in_place(turn.session, case.channel, case.place)
    listeners = Listeners(turn.book, turn.voice, said, start=case.id.int)
    parts: tuple[Part, ...] = ()
    if due.acknowledge and way is not None:
        parts = choose_acknowledgement(way.ending, listeners, person=due.person)
    if due.notice and not (way is not None and way.written):
        case.told_at = now
        parts += choose_notice(case.channel, listeners)
    if not parts:
        return None
    return speak(
        turn.conversation,
        parts,
        listeners,
        link=way.link if way is not None else None,
        in_reply_to=turn.message.id,
        reply_to=read_reference(turn.message.payload),
    )
