"""Delivery pools: a platform that hangs delays its own replies only; nothing is left stranded."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from channels.registry import Registry
from crm.models import Conversation
from gateway.backlog import find_deliveries_due
from gateway.pools import ChannelPools
from gateway.workers import Again
from kit.listener import Listener
from tests.fakes.channel import RecordingChannel


class Deliveries:
    """Pools of two channels whose conversations are delivered by a handler of the test's."""

    def __init__(self, database, handle, *names: str):
        self.listener = Listener(database.url, database=database)
        channels = Registry(*(RecordingChannel(name) for name in names))
        self.pools = ChannelPools(
            "deliveries",
            database,
            channels,
            handle=handle,
            find_due=find_deliveries_due,
            topic="delivery",
            count=2,
        )
        self.pools.subscribe(self.listener)

    async def __aenter__(self):
        await self.listener.start()
        self.pools.start()
        return self

    async def __aexit__(self, *_error):
        await self.pools.stop()
        await self.listener.stop()


async def find_channel(database, conversation_id) -> str:
    async with database.session() as session:
        found = select(Conversation.channel).where(Conversation.id == conversation_id)
        return (await session.execute(found)).scalar_one()


async def reply_on(desk, name: str, *, account: str):
    """Put a reply on the channel into the outbox, as a turn does."""
    desk.channel = RecordingChannel(name)
    conversation = await desk.write("hello", account=account)
    await desk.turns.handle(conversation)
    return conversation


async def test_a_hanging_channel_delays_no_other_one(desk):
    handled: list[str] = []
    web = asyncio.Event()

    async def handle(conversation_id):
        channel = await find_channel(desk.database, conversation_id)
        handled.append(channel)
        if channel == "slow":
            await asyncio.sleep(60)
        web.set()

    async with Deliveries(desk.database, handle, "slow", "web"):
        for n in range(5):
            await reply_on(desk, "slow", account=f"s{n}")
        await reply_on(desk, "web", account="w")
        await asyncio.wait_for(web.wait(), 0.9)  # no sweep was needed
    assert handled.count("slow") == 2
    assert handled.count("web") >= 1


async def test_a_reply_of_a_channel_that_is_off_is_tried_all_the_same(desk):
    conversation = await reply_on(desk, "gone", account="g")
    tried: asyncio.Queue[Any] = asyncio.Queue()

    async def handle(conversation_id):
        tried.put_nowait(conversation_id)
        return Again(60.0)

    async with Deliveries(desk.database, handle, "web"):
        assert await asyncio.wait_for(tried.get(), 3) == conversation


@pytest.mark.parametrize("name", ["slow", "web"])
async def test_a_lost_notification_is_made_up_for(desk, name):
    conversation = await reply_on(desk, name, account="a")  # before anybody listens
    tried: asyncio.Queue[Any] = asyncio.Queue()

    async def handle(conversation_id):
        tried.put_nowait(conversation_id)

    async with Deliveries(desk.database, handle, "slow", "web"):
        assert await asyncio.wait_for(tried.get(), 3) == conversation
