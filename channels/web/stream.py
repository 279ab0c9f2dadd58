"""The live connection: Server-Sent Events of one conversation. Opened by channels.web.router."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta

from channels.web.ports import ShownMessage, Transcript, TranscriptPage
from channels.web.schemas import StateOut, as_messages_out
from kit.clock import utc_now
from kit.log import get_logger

_log = get_logger(__name__)

PAGE = 200
# A seq is given out before its transaction commits, so a smaller one may appear after a larger
# one. Within this time of its creation a message may still have such a late neighbour.
SETTLED_AFTER = timedelta(seconds=30)


def settle(cursor: int, messages: Iterable[ShownMessage]) -> int:
    """Return the seq up to which nothing new can appear any more: where to read on from."""
    before = utc_now() - SETTLED_AFTER
    for message in sorted(messages, key=lambda message: message.seq):
        if message.created_at > before:
            break
        cursor = max(cursor, message.seq)
    return cursor


class LiveTranscript:
    """One browser's view of a conversation: each message once, however often it is read."""

    def __init__(self, transcript: Transcript, address: str, *, after: int) -> None:
        self._transcript = transcript
        self._address = address
        self._cursor = after
        self._shown: dict[str, int] = {}
        self._state: StateOut | None = None

    async def follow(
        self, *, heartbeat_s: float, still_allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[str]:
        """Yield events until the session ends; the browser comes back if anything breaks."""
        yield "retry: 1000\n\n"
        try:
            async with self._transcript.watch(self._address) as changed:
                while True:
                    changed.clear()
                    async for event in self._read_news():
                        yield event
                    while not await _wait(changed, heartbeat_s):
                        if not await still_allowed():
                            return
                        yield ": still here\n\n"
        except Exception as error:  # the answer has begun, so all we can do is end it cleanly
            _log.warning("web.stream_ended", error=type(error).__name__)

    async def _read_news(self) -> AsyncIterator[str]:
        position, seen = self._cursor, list[ShownMessage]()
        while True:
            page = await self._transcript.read_after(self._address, position, limit=PAGE)
            seen += page.messages
            fresh = [message for message in page.messages if message.id not in self._shown]
            self._shown.update((message.id, message.seq) for message in fresh)
            for message in as_messages_out(fresh):
                yield _event("message", message.model_dump_json(), self._cursor)
            if len(page.messages) < PAGE:
                break
            position = page.messages[-1].seq
        self._move_cursor(seen)
        for event in self._read_state(page):
            yield event

    def _move_cursor(self, seen: list[ShownMessage]) -> None:
        self._cursor = settle(self._cursor, seen)
        self._shown = {id_: seq for id_, seq in self._shown.items() if seq > self._cursor}

    def _read_state(self, page: TranscriptPage) -> Iterable[str]:
        state = StateOut(typing=page.typing, owner=page.owner)
        if state != self._state:
            self._state = state
            yield _event("state", state.model_dump_json(), self._cursor)


async def _wait(changed: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    return True


def _event(name: str, data: str, cursor: int) -> str:
    return f"id: {cursor}\nevent: {name}\ndata: {data}\n\n"
