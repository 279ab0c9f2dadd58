"""What is due in a public place without anybody writing there: that it is solved, and invitations.

Run by gateway.workers: hinted at by the topic `thread`, and found by a sweep after a crash.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.registry import Registry
from crm.models import Conversation, Episode
from crm.queries import get_conversation
from crm.service import append_outbound, find_open_episode
from crm.threads.models import CaseState, PublicCase
from crm.threads.queries import find_reference, list_due, list_said_in_place
from gateway.phrasing import Mood, Part, load_phrasebook
from gateway.public.leading import open_way
from gateway.public.saying import speak
from gateway.public.sentences import Listeners, choose_acknowledgement, choose_closure
from gateway.voice import find_voice
from gateway.workers import Again
from kit.clock import utc_now
from kit.database import Database


class Errands:
    """Posts closures and invitations, each exactly once."""

    def __init__(self, database: Database, channels: Registry) -> None:
        self._database = database
        self._channels = channels

    async def find_due(self) -> list[UUID]:
        """Return the cases that something has to be said about."""
        async with self._database.session() as session:
            return await list_due(session)

    async def handle(self, case_id: UUID) -> Again | None:
        """Say what is due about the case; whoever else has it in hand says it."""
        async with self._database.session() as session:
            case = await _lock_due(session, case_id)
            if case is not None:
                await self._run(session, case, utc_now())
                await session.commit()
        return None

    async def _run(self, session: AsyncSession, case: PublicCase, now: datetime) -> None:
        public = await get_conversation(session, case.conversation_id)
        listeners = await _find_listeners(session, case, public)
        if case.state is CaseState.SOLVED:
            await _close(session, case, public, listeners, now)
        if case.invite_at is not None:
            await self._invite(session, case, public, listeners, now)

    async def _invite(
        self,
        session: AsyncSession,
        case: PublicCase,
        public: Conversation,
        listeners: Listeners,
        now: datetime,
    ) -> None:
        """Lead the customer to a private chat because an agent wants to go on there."""
        if case.invite_at is None:
            return
        key = f"invite:{case.invite_at.timestamp()}"
        way = await open_way(session, self._channels, public, case, key=key, now=now)
        case.invite_at = None
        parts = choose_acknowledgement(way.ending, listeners, person=True)
        await _say(session, public, parts, listeners, link=way.link)


async def _lock_due(session: AsyncSession, case_id: UUID) -> PublicCase | None:
    found = (
        select(PublicCase)
        .where(
            PublicCase.id == case_id,
            (PublicCase.state == CaseState.SOLVED) | PublicCase.invite_at.is_not(None),
        )
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def _find_listeners(
    session: AsyncSession, case: PublicCase, public: Conversation
) -> Listeners:
    newest = (
        select(Episode.id, Episode.mood)
        .where(Episode.conversation_id == public.id)
        .order_by(Episode.number.desc())
        .limit(1)
    )
    episode = (await session.execute(newest)).one_or_none()
    mood = Mood(episode.mood) if episode else Mood.CALM
    voice = await find_voice(session, public, episode.id if episode else None, mood=mood)
    said = await list_said_in_place(session, case.channel, case.place)
    return Listeners(load_phrasebook(), voice, said, start=case.id.int)


async def _close(
    session: AsyncSession,
    case: PublicCase,
    public: Conversation,
    listeners: Listeners,
    now: datetime,
) -> None:
    case.state, case.closed_at = CaseState.CLOSED, now
    await _say(session, public, choose_closure(listeners), listeners, key=f"closure:{case.id}")


async def _say(
    session: AsyncSession,
    public: Conversation,
    parts: tuple[Part, ...],
    listeners: Listeners,
    *,
    link: str | None = None,
    key: str | None = None,
) -> None:
    episode = await find_open_episode(session, public.id)
    new = speak(
        public,
        parts,
        listeners,
        link=link,
        reply_to=await find_reference(session, public.id),
        event_key=key,
    )
    await append_outbound(session, public, episode.id if episode else None, new)
