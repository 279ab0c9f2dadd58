"""The log as the web chat shows it: implements channels.web.ports.Transcript on the CRM."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import OutboundButton
from channels.web.ports import ShownMessage, TranscriptPage
from crm.models import Conversation, MessageState, Owner
from crm.queries import read_conversation
from crm.schemas import TimelineEntry
from gateway.turn import find_first_pending
from kit.database import Database
from kit.listener import Listener

_CHANNEL = "web"


class CrmTranscript:
    """Reads a web conversation from the log and tells watchers when it changed."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self._database = database
        self._watchers: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        for topic in ("turn", "message"):
            listener.subscribe(topic, self._wake)
        listener.subscribe("reconnected", self._wake_all)

    async def read_after(self, address: str, seq: int, *, limit: int = 200) -> TranscriptPage:
        """Return what the customer may see after `seq`, oldest first, and who is at work."""
        async with self._database.session() as session:
            conversation = await _find(session, address)
            if conversation is None:
                return TranscriptPage(messages=(), typing=False, owner=Owner.BOT)
            entries = await read_conversation(session, conversation.id, after=seq, limit=limit)
            waiting = await find_first_pending(session, conversation.id)
        shown = tuple(_show(entry) for entry in _visible(entries))
        typing = waiting is not None and conversation.owner is Owner.BOT
        return TranscriptPage(messages=shown, typing=typing, owner=conversation.owner)

    @asynccontextmanager
    async def watch(self, address: str) -> AsyncIterator[asyncio.Event]:
        """Yield an event that is set whenever something in the conversation may have changed."""
        changed = asyncio.Event()
        async with self._database.session() as session:
            conversation = await _find(session, address)
        places = [self._waiting[address]] if conversation is None else []
        if conversation is not None:
            places.append(self._watchers[conversation.id])
        for place in places:
            place.add(changed)
        try:
            yield changed
        finally:
            for place in places:
                place.discard(changed)

    async def _wake(self, key: str) -> None:
        conversation_id = UUID(key)
        if self._waiting:
            await self._adopt(conversation_id)
        for event in self._watchers.get(conversation_id, ()):
            event.set()

    async def _adopt(self, conversation_id: UUID) -> None:
        """Move watchers that came before the conversation existed to its id."""
        async with self._database.session() as session:
            conversation = await session.get(Conversation, conversation_id)
        if conversation is not None and conversation.address in self._waiting:
            self._watchers[conversation_id] |= self._waiting.pop(conversation.address)

    def _wake_all(self, _key: str) -> None:
        for place in (*self._watchers.values(), *self._waiting.values()):
            for event in place:
                event.set()


async def _find(session: AsyncSession, address: str) -> Conversation | None:
    found = select(Conversation).where(
        Conversation.channel == _CHANNEL, Conversation.address == address
    )
    return (await session.execute(found)).scalar_one_or_none()


def _visible(entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """Return what has reached the customer: their own words and delivered replies, in order.

    Stops at the first reply still on its way, so that a later one never overtakes it.
    """
    visible = []
    for entry in entries:
        if entry.direction == "out" and entry.state in {MessageState.PENDING, MessageState.SENDING}:
            break
        if entry.direction == "in" or (entry.direction == "out" and entry.state == "sent"):
            visible.append(entry)
    return visible


def _show(entry: TimelineEntry) -> ShownMessage:
    return ShownMessage(
        id=str(entry.id),
        seq=entry.seq,
        author=entry.author,
        text=entry.pressed or entry.body,
        buttons=tuple(OutboundButton(title, token) for title, token in entry.buttons),
        links=entry.links,
        created_at=entry.created_at,
    )
