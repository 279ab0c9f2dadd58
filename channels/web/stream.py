"""The live connection: Server-Sent Events of one conversation. Opened by channels.web.router."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from channels.ports import Transcript, TranscriptPage
from channels.web.schemas import StateOut, as_messages_out
from kit.log import get_logger

_log = get_logger(__name__)

PAGE = 200


class LiveTranscript:
    """One browser's view of a conversation, read on from a `seq`: each message once."""

    def __init__(self, transcript: Transcript, address: str, *, after: int) -> None:
        self._transcript = transcript
        self._address = address
        self._cursor = after
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
        more = True
        while more:
            page = await self._transcript.read_after(self._address, self._cursor, limit=PAGE)
            for message in as_messages_out(page.messages):
                yield _event("message", message.model_dump_json(), message.seq)
            self._cursor = page.end_after(self._cursor)
            more = len(page.messages) >= PAGE
        for event in self._read_state(page):
            yield event

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
