"""The live connection on a real server: order, resume, state, heartbeats, ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from channels.limits import ConnectionLimit, Rate, RateLimit, TooManyRequestsError
from channels.web.models import WebSession
from tests.channels.web.chat import open_visitor
from tests.channels.web.server import serve


class Stream:
    """Reads Server-Sent Events as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.last_id = ""
        self.beats = 0

    async def next(self, name: str = "message") -> dict[str, Any]:
        """Return the data of the next event of that name."""
        event, data = "", ""
        async with asyncio.timeout(5):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                self.beats += line.startswith(":")
                if field == "id":
                    self.last_id = value
                event = value if field == "event" else event
                data = value if field == "data" else data
                if not line:
                    if event == name:
                        found: dict[str, Any] = json.loads(data)
                        return found
                    event, data = "", ""
        raise EOFError

    async def texts(self, count: int) -> list[str]:
        """Return the texts of the next messages."""
        return [(await self.next())["text"] for _ in range(count)]

    async def is_silent(self) -> bool:
        """Whether no further message comes for a moment."""
        try:
            async with asyncio.timeout(0.5):
                await self.next()
        except TimeoutError:
            return True
        return False


@pytest.fixture
async def live(chat) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app on a real socket: in memory, answers would be buffered whole."""
    async with serve(chat.app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.fixture
async def caller(live, chat):
    """A browser with a session on the real server."""
    return await open_visitor(live, chat.database)


@asynccontextmanager
async def follow(caller, *, after: int = 0, last_id: str = "") -> AsyncIterator[Stream]:
    headers = caller.headers | ({"Last-Event-ID": last_id} if last_id else {})
    async with caller.client.stream(
        "GET", "/web/stream", params={"after": after}, headers=headers
    ) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        stream = Stream(response)  # kept here: once it is collected, its connection closes
        yield stream


async def test_what_was_said_and_what_is_said_now_arrives_in_order(caller, chat):
    chat.transcript.say(caller.address, "one")
    async with follow(caller) as stream:
        assert await stream.texts(1) == ["one"]
        shown = chat.transcript.say(
            caller.address, "two", buttons=(("Yes", "tok"),), links=(("Help", "https://a.example"),)
        )
        message = await stream.next()
    assert message["id"] == shown.id
    assert message["seq"] == shown.seq
    assert message["author"] == "bot"
    assert message["buttons"] == [{"title": "Yes", "token": "tok"}]
    assert message["links"] == [{"label": "Help", "url": "https://a.example"}]


async def test_every_message_arrives_once_however_often_it_is_woken(caller, chat):
    async with follow(caller) as stream:
        for number in range(30):
            chat.transcript.say(caller.address, str(number))
            chat.transcript.wake(caller.address)
            await asyncio.sleep(0)
        assert await stream.texts(30) == [str(number) for number in range(30)]
        assert await stream.is_silent()


async def test_a_resumed_connection_begins_past_the_given_seq(caller, chat):
    said = [chat.transcript.say(caller.address, str(number)) for number in range(5)]
    async with follow(caller, after=said[2].seq) as stream:
        assert await stream.texts(2) == ["3", "4"]
    async with follow(caller, last_id=str(said[3].seq)) as stream:
        assert await stream.texts(1) == ["4"]
    async with follow(caller, last_id="no number") as stream:
        assert await stream.texts(5) == ["0", "1", "2", "3", "4"]


async def test_each_message_carries_the_id_to_resume_from(caller, chat):
    for number in range(4):
        chat.transcript.say(caller.address, str(number))
    async with follow(caller) as stream:
        assert await stream.texts(2) == ["0", "1"]
        reached = stream.last_id
    async with follow(caller, last_id=reached) as stream:
        assert await stream.texts(2) == ["2", "3"]
        assert await stream.is_silent()


async def test_what_is_said_while_the_line_is_down_arrives_once(caller, chat):
    chat.transcript.say(caller.address, "before")
    async with follow(caller) as stream:
        assert await stream.texts(1) == ["before"]
        await stream.next("state")
    chat.transcript.say(caller.address, "meanwhile")
    async with follow(caller, last_id=stream.last_id) as stream:
        assert await stream.texts(1) == ["meanwhile"]
        assert await stream.is_silent()


async def test_a_long_conversation_arrives_in_pages_and_moves_the_event_id(caller, chat):
    for number in range(450):
        chat.transcript.say(caller.address, str(number))
    async with follow(caller) as stream:
        assert await stream.texts(450) == [str(number) for number in range(450)]
        await stream.next("state")
        assert stream.last_id == "450"


async def test_typing_and_owner_are_told_when_they_change(caller, chat):
    async with follow(caller) as stream:
        assert await stream.next("state") == {"typing": False, "owner": "bot"}
        chat.transcript.set_typing(caller.address, True)
        assert await stream.next("state") == {"typing": True, "owner": "bot"}
        chat.transcript.wake(caller.address)
        chat.transcript.set_owner(caller.address, "agent")
        assert await stream.next("state") == {"typing": True, "owner": "agent"}


async def test_a_quiet_connection_is_kept_alive(caller, chat):
    async with follow(caller) as stream:
        await asyncio.sleep(0.7)
        chat.transcript.say(caller.address, "at last")
        await stream.next()
        assert stream.beats >= 2


async def test_a_connection_ends_with_its_session(caller, chat):
    async with follow(caller) as stream:
        await stream.next("state")
        async with chat.database.session() as session:
            await session.execute(delete(WebSession))
            await session.commit()
        with pytest.raises(EOFError):
            await stream.next()


async def test_a_failing_log_ends_the_connection_without_a_trace_of_it(caller, chat):
    async with follow(caller) as stream:
        await stream.next("state")
        chat.transcript.fails = True
        chat.transcript.wake(caller.address)
        with pytest.raises(EOFError):
            await stream.next()


async def test_nobody_watches_after_the_browser_has_gone(caller, chat):
    async with follow(caller) as stream:
        await stream.next("state")
        assert len(chat.transcript.watchers[caller.address]) == 1
    async with asyncio.timeout(3):
        while chat.transcript.watchers[caller.address]:
            await asyncio.sleep(0.02)


async def test_a_browser_has_so_many_connections_and_no_more(caller):
    async with AsyncExitStack() as tabs:
        for _ in range(8):
            tab = await tabs.enter_async_context(follow(caller))
            await tab.next("state")
        refused = await caller.client.send(
            caller.client.build_request("GET", "/web/stream", headers=caller.headers), stream=True
        )
        assert refused.status_code == 429
        await refused.aclose()


def test_buckets_fill_again_with_time():
    now = [0.0]
    limit = RateLimit(Rate(per_minute=60, burst=2), clock=lambda: now[0])
    limit.spend("a")
    limit.spend("a")
    with pytest.raises(TooManyRequestsError) as refused:
        limit.spend("a")
    assert refused.value.retry_after == 1 + 1
    limit.spend("b")
    now[0] += 1
    limit.spend("a")
    with pytest.raises(TooManyRequestsError):
        limit.spend("a")


def test_full_buckets_are_forgotten():
    now = [0.0]
    limit = RateLimit(Rate(per_minute=60, burst=2), clock=lambda: now[0])
    for number in range(10_000):
        limit.spend(str(number))
    now[0] += 3
    limit.spend("last")
    assert list(limit._buckets) == ["last"]


def test_a_closed_connection_gives_its_place_back():
    limit = ConnectionLimit(1)
    with limit.hold("a"), pytest.raises(TooManyRequestsError):
        limit.require_room("a")
    limit.require_room("a")
