"""How soon a publication, a withdrawal or an expiry shows: three processes, 20 customers.

Run by `python -m benchmarks.publish_latency [--rounds 30]` from the project's root. Each process is
an app's knowledge base with a listener of its own; they share an embedded PostgreSQL in a temporary
folder. Prints a Markdown table: milliseconds from just before the commit (or from `valid_until`) to
the end of the first ask in that process that shows it.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from kit.clock import utc_now
from kit.database import Base, Database
from kit.listener import Listener
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibrate import in_throwaway_postgres
from knowledge_base.calibration import Calibration
from knowledge_base.drafts import Draft
from knowledge_base.editorial import save
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.questions import fit_questions
from knowledge_base.releasing import publish, withdraw
from knowledge_base.service import import_starter

ROOT = Path(__file__).parents[1]
ENCODER = ROOT / "var/encoder"
CUSTOMERS = (7, 7, 6)
PAUSE_S = (1.0, 3.0)
"""A customer reads and writes for so long between two questions."""
POLL_S = 0.02
DEADLINE_S = 10.0
LIVES_FOR = timedelta(seconds=4)
"""Longer than any publication takes to show, or there is no expiry to see."""
BY = "Bench Writer"

Figures = dict[tuple[str, int], list[float]]


async def chat(kb: KnowledgeBase) -> None:
    """One customer, who asks for ever."""
    questions = [each.text for each in fit_questions()]
    while True:
        await kb.ask(random.choice(questions))
        await asyncio.sleep(random.uniform(*PAUSE_S))


async def watch(kb: KnowledgeBase, question: str, slug: str, *, shown: bool) -> float | None:
    """Ask until the article is cited, or is not any more; return when that was."""
    give_up = time.time() + DEADLINE_S
    while time.time() < give_up:
        citation = (await kb.ask(question)).citation
        if (citation is not None and citation.slug == slug) is shown:
            return time.time()
        await asyncio.sleep(POLL_S)
    return None


async def serve(url: str, customers: int) -> None:
    """Be one app process: a line of JSON in, a watched moment out."""
    database = Database(url)
    kb = KnowledgeBase(database, OnnxEncoder.load(ENCODER), Calibration.load())
    listener = Listener(database.url, database=database)
    listener.subscribe("kb", lambda key: kb.refresh(key or None))
    listener.subscribe("reconnected", lambda _key: kb.refresh())
    await listener.start()
    await kb.start()
    chats = [asyncio.create_task(chat(kb)) for _ in range(customers)]
    print(json.dumps("ready"), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        seen = await watch(kb, order["question"], order["slug"], shown=order["shown"])
        print(json.dumps(seen), flush=True)
    for each in chats:
        each.cancel()
    await listener.stop()
    await kb.index.stop()
    await database.close()


class Watcher:
    """The other end of one process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, url: str, customers: int) -> "Watcher":
        command = ("-m", "benchmarks.publish_latency", "--process", url)
        pipe = asyncio.subprocess.PIPE
        watcher = cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                "--customers",
                str(customers),
                cwd=ROOT,
                stdin=pipe,
                stdout=pipe,
            )
        )
        await watcher.hear()
        return watcher

    def tell(self, question: str, slug: str, *, shown: bool) -> None:
        order = json.dumps({"question": question, "slug": slug, "shown": shown})
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())

    async def hear(self) -> float | str | None:
        """Return the next line that is one of ours; the log goes to the same place."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            try:
                said: float | str | None = json.loads(line)
            except ValueError:
                continue
            if not isinstance(said, dict):
                return said
        raise RuntimeError("A process ended.")

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


class Round:
    """Publishes and takes away, and notes what every process says about it."""

    def __init__(self, database: Database, encoder: OnnxEncoder, watchers: list[Watcher]) -> None:
        self._database, self._encoder, self._watchers = database, encoder, watchers
        self.figures: Figures = defaultdict(list)
        self.missed = 0

    async def run(self) -> None:
        slug, question, _ = await self._publish(None)
        self._tell(question, slug, shown=False)
        async with self._database.session() as session:
            await withdraw(session, slug, by=BY)
            start = time.time()
            await session.commit()
        await self._note("unpublish", start)
        ends = utc_now() + LIVES_FOR
        slug, question, shown = await self._publish(ends)
        if not shown or utc_now() >= ends:
            return  # a process never saw it: there is nothing to see expire
        self._tell(question, slug, shown=False)
        await self._note("expiry", ends.timestamp())

    async def _publish(self, ends: datetime | None) -> tuple[str, str, bool]:
        """Return address, question, and whether every process saw it."""
        word = "".join(random.choices("bdfgklmnprtvxz", k=3) + random.choices("aeiou", k=3))
        word = f"{word}{random.randrange(10_000)}"
        question = f"What is a {word}?"
        draft = Draft(
            slug=word,
            title=question,
            body=f"A {word} is a lamp of our workshop.",
            owner=BY,
            valid_until=ends,
            asked_as=(question,),
        )
        self._tell(question, word, shown=True)
        async with self._database.session() as session:
            version = await save(session, draft, by=BY)
            await publish(session, word, number=version.number, by=BY, encoder=self._encoder)
            start = time.time()
            await session.commit()
        return word, question, await self._note("publish", start)

    def _tell(self, question: str, slug: str, *, shown: bool) -> None:
        for each in self._watchers:
            each.tell(question, slug, shown=shown)

    async def _note(self, kind: str, start: float) -> bool:
        missed = self.missed
        for number, each in enumerate(self._watchers, start=1):
            seen = await each.hear()
            if isinstance(seen, float):
                self.figures[kind, number].append((seen - start) * 1000)
            else:
                self.missed += 1
        return self.missed == missed


async def measure(url: str, rounds: int) -> str:
    """Fill the database, start the processes, publish, and return the table."""
    database, encoder = Database(url), OnnxEncoder.load(ENCODER)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with database.session() as session:
            await import_starter(session, encoder=encoder, load_bulk=None)
            await session.commit()
        watchers = []
        for customers in CUSTOMERS:
            watchers.append(await Watcher.start(url, customers))
            stack.push_async_callback(watchers[-1].stop)
        work, loads = Round(database, encoder, watchers), [os.getloadavg()[0]]
        for _ in range(rounds):
            await work.run()
            loads.append(os.getloadavg()[0])
    head = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} CPUs, load average "
        f"{min(loads):.1f} to {max(loads):.1f}, {rounds} rounds, "
        f"{work.missed} not seen within {DEADLINE_S:.0f} s."
    )
    return f"{head}\n\n{describe(work.figures)}"


def describe(figures: Figures) -> str:
    """Return the Markdown table."""
    lines = ["| kind | process | n | p50 ms | p95 ms | max ms |", "|---|---|---|---|---|---|"]
    for (kind, number), values in sorted(figures.items()):
        middle, high = np.percentile(values, [50, 95])
        lines.append(
            f"| {kind} | {number} | {len(values)} | {middle:.0f} | {high:.0f} | {max(values):.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, or be one of the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--process", help="be a process on the database with this URL")
    parser.add_argument("--customers", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.process:
        asyncio.run(serve(chosen.process, chosen.customers))
    else:
        print(in_throwaway_postgres(lambda url: asyncio.run(measure(url, chosen.rounds))))


if __name__ == "__main__":
    main()
