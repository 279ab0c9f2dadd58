"""Sixty replies to one chat beside a hundred others: `python -m benchmarks.telegram_pacing`.

The real outbox, deliverer and channel on an embedded PostgreSQL, against a fake Bot API that
enforces Telegram's limits and answers 429 to whoever breaks them. Quiet and crowded rounds take
turns: the same replies to a hundred chats at an even pace, without and with sixty more for a single
chat at the beginning. Measured from a reply in the outbox to its arrival at Telegram.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from benchmarks.measuring import percentile
from channels.base import EventKind, InboundEvent, Sender
from channels.registry import Registry
from channels.telegram.channel import TelegramChannel
from channels.telegram.setup import close_bot, open_bot
from crm.models import Author, Conversation, Message
from crm.schemas import NewOutbound
from crm.service import append_outbound
from gateway.backlog import find_deliveries_due
from gateway.bootstrap import bring_person
from gateway.delivery import Deliverer, DeliveryRules
from gateway.intake import Intake
from gateway.pools import ChannelPools
from kit.clock import utc_now
from kit.database import Database
from kit.embedded import EmbeddedPostgres
from kit.listener import Listener
from kit.settings import AmbiguousSends
from tests.databases import TEMPLATE, create_database, make_template
from tests.fakes.telegram_api import FakeTelegram

OTHERS = 100
FLOOD = 60
CROWDED_CHAT = 1
FIRST_OTHER = 1000


class Bench:
    """The product's way out, and Telegram."""

    def __init__(self, database: Database, telegram: FakeTelegram) -> None:
        self.database = database
        self.telegram = telegram
        self.conversations: dict[int, UUID] = {}
        self.due: dict[str, float] = {}

    async def open_chat(self, chat: int) -> None:
        """Have somebody write once, so that they can be answered."""
        self.telegram.open_chat(chat)
        event = InboundEvent(
            "telegram", f"k{chat}", str(chat), Sender(str(chat)), EventKind.TEXT, "hi", utc_now()
        )
        accepted = await Intake(self.database, max_backlog=10**6).accept(event)
        async with self.database.session() as session:
            message = await session.get_one(Message, UUID(accepted.message_id))
            self.conversations[chat] = message.conversation_id

    async def reply(self, chat: int, text: str) -> None:
        """Put a reply into the outbox."""
        async with self.database.session() as session:
            conversation = await session.get_one(Conversation, self.conversations[chat])
            await append_outbound(session, conversation, None, NewOutbound(Author.BOT, text))
            await session.commit()
        self.due[text] = time.time()

    async def play(self, name: str, *, crowded: bool, rate: float, per_chat: int) -> list[float]:
        """Serve the hundred; return how long each of their replies took, in milliseconds."""
        flood: asyncio.Task[None] | None = None
        if crowded:
            flood = asyncio.create_task(self._flood(name))
        texts = []
        for number in range(OTHERS * per_chat):
            begun = time.monotonic()
            text = f"{name} {number}"
            texts.append(text)
            await self.reply(FIRST_OTHER + number % OTHERS, text)
            await asyncio.sleep(max(0.0, 1 / rate - (time.monotonic() - begun)))
        if flood is not None:
            await flood
        await self._wait(set(texts))
        arrived = {sent.text: sent.at for sent in self.telegram.sent}
        return [(arrived[text] - self.due[text]) * 1000 for text in texts]

    async def _flood(self, name: str) -> None:
        for number in range(FLOOD):
            await self.reply(CROWDED_CHAT, f"{name} flood {number}")

    async def _wait(self, texts: set[str]) -> None:
        await self.telegram.wait_until(
            lambda: not texts - {sent.text for sent in self.telegram.sent}, 300
        )

    async def wait_for_flood(self) -> None:
        """Wait until the crowded chat has everything."""
        await self._wait({text for text in self.due if "flood" in text})


@contextmanager
def make_folder() -> Iterator[Path]:
    """Make a folder that other users reach: as root, PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="carehouse-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


async def measure(rounds: int, rate: float, per_chat: int) -> None:
    """Take turns, then print."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(make_folder())
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.stop)
        server = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(make_template, server)
        url, _ = create_database(server, TEMPLATE)
        database = Database(url, pool_size=20)
        stack.push_async_callback(database.close)
        telegram = await stack.enter_async_context(FakeTelegram(seed=7))
        bot, _identity = open_bot(telegram.token, api_url=telegram.url)
        stack.push_async_callback(close_bot, bot)
        registry = Registry(TelegramChannel(bot))
        rules = DeliveryRules(5, timedelta(hours=1), 0.5, 30.0, AmbiguousSends.RESEND)
        deliverer = Deliverer(database, registry, bring_person, rules)
        pools = ChannelPools(
            "deliveries",
            database,
            registry,
            handle=deliverer.handle,
            find_due=find_deliveries_due,
            topic="delivery",
            count=4,
        )
        listener = Listener(database.url, database=database)
        pools.subscribe(listener)
        await listener.start()
        stack.push_async_callback(listener.stop)
        pools.start()
        stack.push_async_callback(pools.stop)
        bench = Bench(database, telegram)
        for chat in (CROWDED_CHAT, *range(FIRST_OTHER, FIRST_OTHER + OTHERS)):
            await bench.open_chat(chat)
        await bench.play("warm", crowded=False, rate=rate, per_chat=1)
        quiet, crowded, ratios = [], [], []
        for number in range(rounds):
            # Each round begins with the crowd gone: its chat has caught up.
            one = await bench.play(f"quiet {number}", crowded=False, rate=rate, per_chat=per_chat)
            two = await bench.play(f"crowded {number}", crowded=True, rate=rate, per_chat=per_chat)
            await bench.wait_for_flood()
            quiet += one
            crowded += two
            ratios.append(percentile(two, 95.0) / percentile(one, 95.0))
        refused = sum(call.status == 429 for call in telegram.calls)
        print(
            f"load average {os.getloadavg()[0]:.2f}, {rounds} rounds, {len(quiet)} replies each way"
        )
        print("| replies to the hundred | p50 ms | p95 ms |\n|---|---|---|")
        for label, cell in (("alone", quiet), ("beside sixty for one chat", crowded)):
            print(f"| {label} | {percentile(cell, 50.0):.1f} | {percentile(cell, 95.0):.1f} |")
        print(f"p95 crowded / alone, median of rounds: {statistics.median(ratios):.2f}")
        print(
            f"429 answers: {refused}; "
            f"arrived: {len({sent.text for sent in telegram.sent})} of {len(bench.due)}"
        )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=15.0, help="replies a second to the hundred")
    parser.add_argument("--per-chat", type=int, default=2)
    given = parser.parse_args()
    asyncio.run(measure(given.rounds, given.rate, given.per_chat))


if __name__ == "__main__":
    main()
