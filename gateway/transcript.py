"""The log as the web chat shows it: implements channels.ports.Transcript on the CRM."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import EventKind, OutboundButton
from channels.ports import ShownFile, ShownMessage, TranscriptPage
from crm.models import Button, Conversation, Direction, MessageState, Owner
from crm.queries import read_conversation
from crm.schemas import TimelineEntry
from gateway.turn import find_first_pending
from kit.database import Database
from kit.listener import Listener

_CHANNEL = "web"
_MOST_ADDRESSES = 10_000
_ON_ITS_WAY = frozenset({MessageState.PENDING, MessageState.SENDING})


class CrmTranscript:
    """Reads a web conversation from the log and tells watchers when it changed."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self._database = database
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._addresses: dict[UUID, str] = {}
        for topic in ("turn", "message"):
            listener.subscribe(topic, self._wake)
        listener.subscribe("reconnected", self._wake_all)

    async def read_after(self, address: str, seq: int, *, limit: int = 200) -> TranscriptPage:
        """Return the first `limit` messages past `seq` the customer may see, and who is at work."""
        async with self._database.session() as session:
            conversation = await _find(session, address)
            if conversation is None:
                return TranscriptPage(messages=(), typing=False, owner=Owner.BOT)
            entries = await _read_visible(session, conversation.id, seq, limit=limit)
            titles = await _read_titles(session, conversation.id, entries)
            waiting = await find_first_pending(session, conversation.id)
        typing = waiting is not None and conversation.owner is Owner.BOT
        shown = tuple(_show(entry, titles) for entry in entries)
        return TranscriptPage(messages=shown, typing=typing, owner=conversation.owner)

    @asynccontextmanager
    async def watch(self, address: str) -> AsyncIterator[asyncio.Event]:
        """Yield an event that is set whenever something in the conversation may have changed."""
        changed = asyncio.Event()
        self._watchers.setdefault(address, set()).add(changed)
        try:
            yield changed
        finally:
            watching = self._watchers[address]
            watching.discard(changed)
            if not watching:
                del self._watchers[address]

    async def _wake(self, key: str) -> None:
        if not self._watchers:
            return
        address = await self._find_address(UUID(key))
        for event in self._watchers.get(address or "", ()):
            event.set()

    async def _find_address(self, conversation_id: UUID) -> str | None:
        """Return where the conversation is watched; remembered, since it never changes."""
        if conversation_id not in self._addresses:
            async with self._database.session() as session:
                conversation = await session.get(Conversation, conversation_id)
            if conversation is None:
                return None
            if len(self._addresses) >= _MOST_ADDRESSES:
                self._addresses.clear()
            is_ours = conversation.channel == _CHANNEL
            self._addresses[conversation_id] = conversation.address if is_ours else ""
        return self._addresses[conversation_id]

    def _wake_all(self, _key: str) -> None:
        for watching in self._watchers.values():
            for event in watching:
                event.set()


async def _find(session: AsyncSession, address: str) -> Conversation | None:
    found = select(Conversation).where(
        Conversation.channel == _CHANNEL, Conversation.address == address
    )
    return (await session.execute(found)).scalar_one_or_none()


async def _read_visible(
    session: AsyncSession, conversation_id: UUID, seq: int, *, limit: int
) -> list[TimelineEntry]:
    """Return what has reached the customer: their own words and delivered replies, in order.

    Stops at the first reply still on its way, so that a later one never overtakes it.
    """
    visible: list[TimelineEntry] = []
    while entries := await read_conversation(session, conversation_id, after=seq, limit=limit):
        for entry in entries:
            if entry.direction == Direction.OUT and entry.state in _ON_ITS_WAY:
                return visible
            if _has_reached(entry):
                visible.append(entry)
            if len(visible) == limit:
                return visible
        seq = entries[-1].seq
    return visible


def _has_reached(entry: TimelineEntry) -> bool:
    if entry.direction == Direction.OUT:
        return entry.state == MessageState.SENT
    return entry.direction == Direction.IN


async def _read_titles(
    session: AsyncSession, conversation_id: UUID, entries: list[TimelineEntry]
) -> dict[str, str]:
    """Return the titles of pressed buttons that no turn has looked up: theirs is still to come, or
    a person has the conversation.
    """
    tokens = [entry.body for entry in entries if _is_unread_press(entry)]
    if not tokens:
        return {}
    found = select(Button.token, Button.title).where(
        Button.conversation_id == conversation_id, Button.token.in_(tokens)
    )
    return {row.token: row.title for row in await session.execute(found)}


def _is_unread_press(entry: TimelineEntry) -> bool:
    return entry.kind == EventKind.BUTTON and not entry.pressed


def _show(entry: TimelineEntry, titles: dict[str, str]) -> ShownMessage:
    text = entry.pressed or entry.body
    return ShownMessage(
        id=str(entry.id),
        seq=entry.seq,
        author=entry.author,
        text=titles.get(text, "…") if _is_unread_press(entry) else text,
        buttons=tuple(OutboundButton(title, token) for title, token in entry.buttons),
        links=entry.links,
        images=entry.images,
        created_at=entry.created_at,
        files=tuple(
            ShownFile(one.name or "", one.kind, one.size, one.state.value) for one in entry.files
        ),
    )
