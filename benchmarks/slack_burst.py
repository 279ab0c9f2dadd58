"""Slack's events in a burst while the engine hangs: `python -m benchmarks.slack_burst`.

200 signed events a second from 200 customers and a channel, one in twenty delivered twice, one
message in ten a mention that comes as two events. The app runs as in production on an embedded
PostgreSQL; whatever it asks the engine is never answered. Measured from the moment an event is due
to its acknowledgement; then every message is looked for in the database. Writes
var/bench/slack_burst.json.
"""

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.measuring import percentile
from kit.embedded import EmbeddedPostgres
from tests.databases import TEMPLATE, create_database, make_template
from tests.engine_process import ACTIONS_SECRET, ENGINE_SECRET, ROOT, find_free_port
from tests.fakes.slack_api import FakeSlack
from tests.live.product import AppProcess
from tests.live.slack import CLICKS, EVENTS, slack_settings

OUTPUT = ROOT / "var" / "bench" / "slack_burst.json"
CUSTOMERS = 200
CHANNEL = "C0BURST"
EVERY_NTH_IN_PUBLIC = 10
DUPLICATED = 0.05
ACK_LIMIT_MS = 3000.0


@dataclass
class Burst:
    """What was sent and when it was due; a message that is a mention is two events."""

    due: dict[str, float] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    seconds: float = 0.0


@asynccontextmanager
async def hanging_engine() -> AsyncIterator[str]:
    """Listen where the engine should be, take every request and answer none."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def everything_running(slack: FakeSlack) -> AsyncIterator[tuple[AppProcess, str]]:
    """Start PostgreSQL, the engine that hangs and the app; stop them at the end."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_temporary_folder())
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.stop)
        database = await asyncio.to_thread(_make_database, postgres)
        engine = await stack.enter_async_context(hanging_engine())
        app = AppProcess(
            {
                "DATABASE_URL": database,
                "ENGINE_URLS": engine,
                "ENGINE_SECRET": ENGINE_SECRET,
                "ACTIONS_SECRET": ACTIONS_SECRET,
                "TELEGRAM_MODE": "off",
                "LOG_JSON": "true",
                "DEMO": "1",
                **slack_settings(slack.url),
            },
            folder / "app.log",
            find_free_port(),
        )
        stack.push_async_callback(asyncio.to_thread, app.stop)
        app.start()
        await asyncio.to_thread(app.wait_ready, path="/healthz")
        yield app, database


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Make a folder that other users reach: as root, PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="carehouse-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _make_database(postgres: EmbeddedPostgres) -> str:
    server = postgres.start()
    make_template(server)
    return create_database(server, TEMPLATE)[0]


async def send(slack: FakeSlack, *, rate: int, seconds: float) -> Burst:
    """Send events at an even pace, whatever becomes of those before."""
    burst = Burst()
    begun, number, sent = time.time(), 0, 0
    while sent < rate * seconds:
        due = begun + sent / rate
        await asyncio.sleep(max(0.0, due - time.time()))
        person, words = f"U{number % CUSTOMERS:05}", f"where is my order, question {number}"
        public = number % EVERY_NTH_IN_PUBLIC == 0
        done = (
            slack.say(CHANNEL, person, words, mention=True) if public else slack.dm(person, words)
        )
        burst.said.add(done.ts)
        burst.due |= dict.fromkeys(done.event_ids, due)
        number += 1
        sent += len(done.event_ids)
    burst.seconds = time.time() - begun
    return burst


def count_stored(database: str) -> int:
    """Return how many messages of Slack's customers are in the database."""
    query = (
        "SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id "
        "WHERE c.channel = 'slack' AND m.direction = 'in' AND m.event_key NOT LIKE 'public:%'"
    )
    with psycopg.connect(database) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def collect(slack: FakeSlack, burst: Burst, *, stored: int) -> dict[str, Any]:
    """Return what came of the burst, as it is written to disk."""
    first, retried = [], 0
    for delivery in slack.events.deliveries:
        due = burst.due.get(delivery.event_id)
        retried += due is not None and delivery.attempt > 0
        if due is not None and delivery.attempt == 0:
            first.append((delivery.at + delivery.took - due) * 1000)
    return {
        "events": len(burst.due),
        "deliveries": len(first) + retried,
        "rate": round(len(burst.due) / burst.seconds, 1),
        "ack_ms": {name: round(percentile(first, p), 1) for name, p in _PERCENTILES.items()},
        "longest_ms": round(max(first), 1),
        "over_3_s": sum(each > ACK_LIMIT_MS for each in first),
        "retried": retried,
        "lost_by_slack": len(slack.events.lost),
        "messages": len(burst.said),
        "stored": stored,
    }


_PERCENTILES = {"p50": 50.0, "p95": 95.0, "p99": 99.0}


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Warm up, send the burst, wait for the last acknowledgement, count."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    async with (
        FakeSlack(duplicate_rate=DUPLICATED, retry_scale=0.01, seed=5) as slack,
        everything_running(slack) as (app, database),
    ):
        slack.channel(CHANNEL)
        await slack.subscribe(f"{app.url}{EVENTS}", interactivity=f"{app.url}{CLICKS}")
        await send(slack, rate=20, seconds=2)
        await slack.wait_delivered(timeout=60)
        before, load = count_stored(database), os.getloadavg()[0]
        burst = await send(slack, rate=arguments.rate, seconds=arguments.seconds)
        await slack.wait_delivered(timeout=60)
        await asyncio.sleep(1.0)  # the duplicates
        measured = collect(slack, burst, stored=count_stored(database) - before)
    return {**measured, "load_average": [round(load, 2), round(os.getloadavg()[0], 2)]}


def describe(measured: dict[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    ack = measured["ack_ms"]
    cells = [
        measured["events"],
        measured["rate"],
        *ack.values(),
        measured["longest_ms"],
        measured["over_3_s"],
        measured["retried"],
        f"{measured['stored']} of {measured['messages']}",
    ]
    heads = ["events", "a second", "ack p50 ms", "p95", "p99", "longest", "over 3 s", "retried"]
    lines = [[*heads, "messages stored"], ["---"] * (len(heads) + 1), [str(cell) for cell in cells]]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"Load average {measured['load_average']}\n\n{table}"


def main() -> None:
    """Read the command line, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    measured = asyncio.run(measure(parser.parse_args()))
    print(describe(measured))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
