"""What one process publishes, withdraws or lets expire, two others answer by."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit.clock import utc_now
from kit.database import Database
from kit.listener import Listener
from knowledge_base import service
from knowledge_base.answering import KnowledgeBase

CAT = "When is the office cat fed?"
DEADLINE_S = 20.0


def subscribe(listener: Listener, kb: KnowledgeBase) -> None:
    listener.subscribe("kb", lambda key: kb.refresh(key or None))
    listener.subscribe("reconnected", lambda _key: kb.refresh())


@pytest.fixture
async def others(database, encoder, always_sure) -> AsyncIterator[list[KnowledgeBase]]:
    """Two knowledge bases as two app processes have them."""
    made, running = [], []
    for _ in range(2):
        own = Database(database.url)
        kb = KnowledgeBase(own, encoder, always_sure)
        listener = Listener(own.url, database=own)
        subscribe(listener, kb)
        await listener.start()
        running.append((listener, own))
        await kb.start()
        made.append(kb)
    yield made
    for kb, (listener, own) in zip(made, running, strict=True):
        await listener.stop()
        await kb.index.stop()
        await own.close()


async def publish(database, encoder, draft) -> None:
    async with database.session() as session:
        await service.import_drafts(session, [draft], encoder=encoder)
        await session.commit()


async def wait_until_cited(kb: KnowledgeBase, *, cited: bool) -> None:
    give_up = time.monotonic() + DEADLINE_S
    while ((await kb.ask(CAT)).citation is not None) is not cited:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)


async def test_publication_and_withdrawal_arrive_in_every_process(
    database, encoder, make_draft, others
):
    await publish(database, encoder, make_draft())
    for kb in others:
        await wait_until_cited(kb, cited=True)
    async with database.session() as session:
        await service.withdraw(session, "feeding-the-cat")
        await session.commit()
    for kb in others:
        await wait_until_cited(kb, cited=False)


async def test_expiry_arrives_in_every_process(database, encoder, make_draft, others):
    await publish(
        database, encoder, make_draft(valid_until=utc_now() + timedelta(seconds=DEADLINE_S / 4))
    )
    await asyncio.gather(*(wait_until_cited(kb, cited=True) for kb in others))
    await asyncio.gather(*(wait_until_cited(kb, cited=False) for kb in others))
