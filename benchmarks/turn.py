"""How long a customer's turn takes, side by side: `python -m benchmarks.turn` (`make bench`).

Our whole road (a Telegram update in, a sendMessage out), the bare engine's own turn and a stock
Rasa bot, on one embedded PostgreSQL, in interleaved rounds so that whatever else the machine does
hits all alike. Prints Markdown, writes var/bench/turn.json.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.lanes import (
    FIRST_UNSENT_CHAT,
    ArrivalsByDatagram,
    BareEngine,
    Lane,
    StockBot,
    WatchedTelegram,
    WholeRoad,
)
from benchmarks.measuring import Cell, now_ms, resident_mb
from benchmarks.report import describe
from benchmarks.stock_bot.processes import StockProcesses
from benchmarks.stock_bot.training import FOLDER, TrainedBot, train_stock_bot
from benchmarks.tracing import explain
from benchmarks.workload import CONVERSATIONS, Said
from kit.embedded import EmbeddedPostgres
from tests.databases import TEMPLATE, create_database, make_template, with_database
from tests.engine_process import ENGINE_SECRET, ROOT
from tests.fakes.telegram_api.remote import RemoteTelegram
from tests.live.product import AppProcess, Product

OUTPUT = FOLDER / "turn.json"
FIRST_CHAT = 1_000_000
BREATH_S = 0.25


class UnpacedApp(AppProcess):
    """The app without its pacing of Telegram sends; see bench_app."""

    def start(self, **more: str) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bench_app", "serve"],
                cwd=ROOT,
                env={**os.environ, **self.environment, **more},
                stdout=log,
                stderr=log,
            )


@dataclass
class Bench:
    """Everything that runs while we measure."""

    lanes: list[Lane]
    road: WholeRoad
    product: Product
    stock: "Stock | None"
    trace: Path | None
    cells: dict[tuple[str, int], Cell] = field(default_factory=dict)
    loads: list[float] = field(default_factory=list)

    def memory(self) -> dict[str, float]:
        """Return resident megabytes by process."""
        ours = {
            "engine": resident_mb(self.product.engine.pid),
            "app": resident_mb(self.product.app.pid),
        }
        return ours | (self.stock.processes.memory() if self.stock else {})


@dataclass
class Stock:
    """The stock bot: how it was trained, its processes, and the way to it."""

    trained: TrainedBot
    processes: StockProcesses
    lane: StockBot


@asynccontextmanager
async def everything_running(*, profile: bool) -> AsyncIterator[Bench]:
    """Start PostgreSQL, the fake Telegram, the product and the stock bot; stop them at the end.

    The profile does without the stock bot and traces the app instead.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_temporary_folder())
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.stop)
        ours, theirs = await asyncio.to_thread(_make_databases, postgres)
        telegram = await stack.enter_async_context(WatchedTelegram())
        port, datagrams = await _listen_for_datagrams(telegram)
        stack.callback(datagrams.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        trace = folder / "trace" if profile else None
        product = _build_product(ours, telegram, folder, unsent_port=port, trace=trace)
        stack.push_async_callback(asyncio.to_thread, product.stop)
        await asyncio.to_thread(product.start)
        road = WholeRoad(telegram, name="whole road", first_chat=FIRST_CHAT)
        unsent = WholeRoad(telegram, name="no-op sender", first_chat=FIRST_UNSENT_CHAT)
        engine = BareEngine(session, product.engine.url, ENGINE_SECRET)
        lanes: list[Lane] = [road, engine, unsent]
        stock = None
        if not profile:
            stock = await _start_stock(stack, session, folder, ours=ours, theirs=theirs)
            lanes.insert(2, stock.lane)
        yield Bench(lanes, road, product, stock, trace)


async def _start_stock(
    stack: AsyncExitStack, session: aiohttp.ClientSession, folder: Path, *, ours: str, theirs: str
) -> Stock:
    trained = await asyncio.to_thread(train_stock_bot)
    processes = StockProcesses(trained.model, tracker_url=theirs, articles_url=ours, folder=folder)
    stack.push_async_callback(asyncio.to_thread, processes.stop)
    await asyncio.to_thread(processes.start)
    return Stock(trained, processes, StockBot(session, processes.url))


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Make a folder that other users reach: as root, PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="carehouse-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _make_databases(postgres: EmbeddedPostgres) -> tuple[str, str]:
    """Return URLs of the product's database and the stock bot's, on the same server."""
    server = postgres.start()
    make_template(server)
    ours, _ = create_database(server, TEMPLATE)
    _, theirs = create_database(server, "template1")
    return ours, with_database(server, theirs)


async def _listen_for_datagrams(telegram: WatchedTelegram) -> tuple[int, asyncio.BaseTransport]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: ArrivalsByDatagram(telegram), local_addr=("127.0.0.1", 0)
    )
    return int(transport.get_extra_info("sockname")[1]), transport


def _build_product(
    database_url: str,
    telegram: WatchedTelegram,
    folder: Path,
    *,
    unsent_port: int,
    trace: Path | None,
) -> Product:
    remote = RemoteTelegram(telegram.url)
    product = Product(database_url, remote, telegram.token, folder)
    environment = {**product.app.environment, "BENCH_UNSENT": f"{FIRST_UNSENT_CHAT}:{unsent_port}"}
    if trace is not None:
        environment["BENCH_TRACE"] = str(trace)
    product.app = UnpacedApp(environment, product.app.log, product.app.port)
    return product


async def run_rounds(bench: Bench, *, rounds: int, customers: tuple[int, ...]) -> None:
    """Warm everything up, then measure; each round begins with another system."""
    for lane in bench.lanes:
        for at_once in customers:
            await run_cell(lane, at_once, passes=2, cell=Cell())
    bench.road.windows.clear()
    for number in range(rounds):
        bench.loads.append(os.getloadavg()[0])
        shift = number % len(bench.lanes)
        for at_once in customers:
            for lane in (*bench.lanes[shift:], *bench.lanes[:shift]):
                cell = bench.cells.setdefault((lane.name, at_once), Cell())
                await run_cell(lane, at_once, passes=1 if at_once == 1 else 2, cell=cell)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)


async def run_cell(lane: Lane, at_once: int, *, passes: int, cell: Cell) -> None:
    """Let so many customers at once work through all conversations, so many times."""
    waiting = list(CONVERSATIONS) * passes

    async def serve() -> None:
        while waiting:
            await _converse(lane, waiting.pop(0), cell)

    begun = now_ms()
    await asyncio.gather(*(serve() for _ in range(at_once)))
    cell.wall_s += (now_ms() - begun) / 1000
    await asyncio.sleep(BREATH_S)


async def _converse(lane: Lane, conversation: tuple[Said, ...], cell: Cell) -> None:
    customer = lane.new_customer()
    for kind, text in conversation:
        cell.add(kind, await lane.say(customer, text))


def collect(bench: Bench, *, rounds: int) -> dict[str, Any]:
    """Return everything measured, as it is written to disk."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "load_average": {"by_round": [round(load, 2) for load in bench.loads]},
        "rounds": rounds,
        "stock": {
            "training_s": round(bench.stock.trained.seconds, 1),
            "training_cpu_s": round(bench.stock.trained.cpu_seconds, 1),
            "turns_without_words": bench.stock.lane.silent,
        }
        if bench.stock
        else None,
        "memory_mb": {name: round(size) for name, size in bench.memory().items()},
        "cells": {
            f"{name} / {at_once}": cell.as_json() for (name, at_once), cell in bench.cells.items()
        },
    }


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the whole benchmark; a SIGTERM ends it as Ctrl-C does, with everything stopped."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    customers = (1,) if arguments.profile else (1, 8)
    async with everything_running(profile=arguments.profile) as bench:
        await run_rounds(bench, rounds=arguments.rounds, customers=customers)
        measured = collect(bench, rounds=arguments.rounds)
        windows, trace = bench.road.windows, bench.trace
        await asyncio.to_thread(bench.product.stop)
        if trace is not None:
            measured["steps"] = explain(trace, windows)
    return measured


def main() -> None:
    """Read the command line, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--profile", action="store_true", help="trace our road's steps instead")
    arguments = parser.parse_args()
    measured = asyncio.run(measure(arguments))
    print(describe(measured))
    FOLDER.mkdir(parents=True, exist_ok=True)
    output = OUTPUT.with_stem("turn-profile") if arguments.profile else OUTPUT
    output.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
