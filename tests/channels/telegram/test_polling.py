"""Long polling: nothing is confirmed before it is stored, and only one process polls."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import telegram
from sqlalchemy import select, text

from channels.base import BusyError
from channels.telegram.identity import BotIdentity
from channels.telegram.intake import Intake
from channels.telegram.models import TelegramOffset
from channels.telegram.parse import ALLOWED_UPDATES
from channels.telegram.polling import Poller
from kit.database import Database
from tests.channels.telegram.conftest import RecordingAccept
from tests.fakes.telegram_api import FakeTelegram

Start = Callable[..., contextlib.AbstractAsyncContextManager[asyncio.Task[None]]]


@pytest.fixture
def polling(
    bot: telegram.Bot, identity: BotIdentity, offsets: Database, accept: RecordingAccept
) -> Start:
    @contextlib.asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[asyncio.Task[None]]:
        poller = Poller(
            bot,
            identity=identity,
            database=offsets,
            intake=Intake(bot=identity, accept=more.pop("accept", accept)),
            **{"poll_s": 1, "retry_s": 0.05, **more},
        )
        task = asyncio.create_task(poller.run())
        yield task
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    return start


async def saved_offset(offsets: Database) -> int | None:
    async with offsets.session() as session:
        return await session.scalar(select(TelegramOffset.next_update_id))


async def wait_for_offset(offsets: Database, wanted: int) -> None:
    async with asyncio.timeout(5):
        while await saved_offset(offsets) != wanted:
            await asyncio.sleep(0.01)


async def test_updates_are_taken_and_the_offset_moves_behind_them(
    fake: FakeTelegram, polling: Start, accept: RecordingAccept, offsets: Database
):
    await fake_webhook_left_behind(fake)
    fake.say(1, "before the start")
    async with polling():
        await accept.wait_for(1)
        last = fake.say(1, "while it runs")
        fake.say(2, "other")
        await accept.wait_for(3)
        await wait_for_offset(offsets, last.update_id + 2)
        await fake.wait_delivered()
    assert accept.texts == ["before the start", "while it runs", "other"]
    assert accept.repeated == []
    asked = next(call.parameters for call in fake.calls if call.method == "getUpdates")
    assert asked["allowed_updates"] == list(ALLOWED_UPDATES)


async def fake_webhook_left_behind(fake: FakeTelegram) -> None:
    fake.queue.set_webhook("http://127.0.0.1:9/old", secret=None, connections=1)


async def test_the_offset_never_passes_an_update_that_was_not_stored(
    fake: FakeTelegram, polling: Start, accept: RecordingAccept, offsets: Database
):
    first = fake.say(1, "one")
    fake.say(1, "two")

    class FailingSecond(RecordingAccept):
        async def __call__(self, event: Any) -> Any:
            if event.text == "two":
                raise RuntimeError("the database is down")
            return await super().__call__(event)

    failing = FailingSecond()
    async with polling(accept=failing):
        await failing.wait_for(1)
        await wait_for_offset(offsets, first.update_id + 1)
        await asyncio.sleep(0.1)
    assert await saved_offset(offsets) == first.update_id + 1
    async with polling():  # as after a restart
        await accept.wait_for(1)
        await wait_for_offset(offsets, first.update_id + 2)
    assert accept.texts == ["two"]


async def test_an_update_nobody_can_read_does_not_stop_the_others(
    fake: FakeTelegram, polling: Start, accept: RecordingAccept
):
    fake.post({"message": {"text": 5}})
    fake.post({"message": "nonsense"})
    fake.say(1, "Hello")
    async with polling():
        await accept.wait_for(1)
        fake.say(1, "again")
        await accept.wait_for(2)
    assert accept.texts == ["Hello", "again"]


async def test_trouble_is_waited_out(fake: FakeTelegram, polling: Start, accept: RecordingAccept):
    fake.fail("status", method="getUpdates", value=502, count=2)
    fake.fail("drop_before", method="getUpdates")
    fake.fail("garbage", method="getUpdates")
    fake.fail("flood", method="deleteWebhook", value=1)
    accept.failures = [BusyError("full", retry_after=0)]
    fake.say(1, "Hello")
    async with polling():
        await accept.wait_for(1)
    assert accept.texts == ["Hello"]


async def test_only_one_of_two_processes_polls_and_the_other_takes_over(
    fake: FakeTelegram, polling: Start, accept: RecordingAccept
):
    second = RecordingAccept()
    async with polling():
        fake.say(1, "one")
        await accept.wait_for(1)
        async with polling(accept=second):
            fake.say(1, "two")
            await accept.wait_for(2)
            await asyncio.sleep(0.2)
            assert second.calls == 0
            assert 409 not in {call.status for call in fake.calls}
    async with polling(accept=second):
        fake.say(1, "three")
        await second.wait_for(1)
    assert (accept.texts, second.texts) == (["one", "two"], ["three"])


async def test_the_lock_goes_with_its_connection_and_is_won_back(
    fake: FakeTelegram, polling: Start, accept: RecordingAccept, offsets: Database
):
    async with polling():
        fake.say(1, "one")
        await accept.wait_for(1)
        async with offsets.connection() as connection:
            killed = await connection.scalars(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = "
                    "current_database())"
                )
            )
            assert list(killed) == [True]
        last = fake.say(1, "two")
        await accept.wait_for(2)
        await wait_for_offset(offsets, last.update_id + 1)
    assert accept.texts == ["one", "two"]
