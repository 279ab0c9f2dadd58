"""The desk with much to do: `python -m benchmarks.desk` (minutes; not part of `make bench`).

Ten thousand open and two hundred thousand closed cases on an embedded PostgreSQL: what the desk
reads, how long it takes to open in Chromium, how soon a new message shows with many desks open.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.measuring import percentile
from console.desk.reads import load_case, load_customer
from console.login.passwords import hash_password
from console.seed import DEMO_AGENTS
from crm.models import Author
from handoff.queue import find_queue_item, list_queue
from handoff.sla.service import raise_alarms
from handoff.workforce.assignment import list_abandoned, list_assignable
from handoff.workforce.presence import list_colleagues
from kit.clock import utc_now
from kit.database import Database
from kit.embedded import EmbeddedPostgres
from tests.browser import ARGUMENTS, find_chromium
from tests.console.desk_server import build_console, serve
from tests.databases import TEMPLATE, create_database, make_template
from tests.handoff.scenes import add_agent, answer

MARA = DEMO_AGENTS[0]
MESSAGES_EACH = 4
_ID = "('00000000-0000-7000-{kind}-' || lpad(to_hex(i), 12, '0'))::uuid"

# Rows are made in the database: a hundred thousand of them in Python would take an hour.
_FILL = (
    "INSERT INTO customers (id, display_name, stage, locale, created_at) "
    "SELECT {customer}, 'Guest ' || i, 'retention', 'en', now() FROM generate_series(1, :cases) i",
    "INSERT INTO identities (id, customer_id, channel, account, reachable, created_at) "
    "SELECT {identity}, {customer}, 'web', 'guest-' || i, true, now() "
    "FROM generate_series(1, :cases) i",
    "INSERT INTO conversations (id, customer_id, identity_id, channel, address, owner, created_at) "
    "SELECT {conversation}, {customer}, {identity}, 'web', 'guest-' || i, "
    "CASE WHEN i <= :open THEN 'queue' ELSE 'bot' END, now() FROM generate_series(1, :cases) i",
    "INSERT INTO handoffs (id, conversation_id, customer_id, reason, reasons, priority, signals, "
    "brief, state, opened_at, closed_at, outcome, sla, sla_due_at, sla_due_kind, skill, hostile) "
    "SELECT {handoff}, {conversation}, {customer}, 'complaint', '[\"complaint\"]', i % 100, '[]', "
    "'{{\"ask\": \"Where is it?\"}}', CASE WHEN i <= :open THEN 'waiting' ELSE 'resolved' END, "
    "now() - i * interval '1 second', CASE WHEN i > :open THEN now() END, "
    "CASE WHEN i > :open THEN 'Solved.' END, CAST(:sla AS jsonb), "
    "CASE WHEN i <= :open THEN now() + (i % 500 + 60) * interval '1 minute' END, "
    "CASE WHEN i <= :open THEN 'first_reply' END, 'care', false "
    "FROM generate_series(1, :cases) i",
    "INSERT INTO sla_clocks (id, handoff_id, kind, target_s, used_s, started_at, running_since, "
    "warn_at, due_at) SELECT gen_random_uuid(), {handoff}, 'first_reply', 3600, 0, now(), now(), "
    "now() + (i % 500 + 30) * interval '1 minute', now() + (i % 500 + 60) * interval '1 minute' "
    "FROM generate_series(1, :open) i",
    "INSERT INTO messages (id, conversation_id, channel, direction, author, kind, body, payload, "
    "state, attempts, parts_sent, ambiguous, citations, signals, created_at) "
    "SELECT gen_random_uuid(), {conversation}, 'web', "
    "CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END, "
    "CASE WHEN n % 2 = 0 THEN 'customer' ELSE 'bot' END, 'text', "
    "'Message ' || n || ' of guest ' || i || ' about an order that has not come yet', "
    "'{{}}', CASE WHEN n % 2 = 0 THEN 'answered' ELSE 'sent' END, 0, 1, false, '[]', '[]', now() "
    "FROM generate_series(1, :cases) i, generate_series(1, :messages) n",
)


async def fill(session: AsyncSession, *, waiting: int, closed: int) -> None:
    """Make so many cases, each with a customer and some messages."""
    kinds = {"customer": "8001", "identity": "8002", "conversation": "8003", "handoff": "8004"}
    ids = {name: _ID.format(kind=kind) for name, kind in kinds.items()}
    sla = (
        '{"name": "normal", "first_reply": 60, "next_reply": 60, "resolution": 960,'
        ' "around_the_clock": false}'
    )
    given: dict[str, Any] = {
        "cases": waiting + closed,
        "open": waiting,
        "messages": MESSAGES_EACH,
        "sla": sla,
    }
    for statement in _FILL:
        needed = {key: value for key, value in given.items() if f":{key}" in statement}
        await session.execute(text(statement.format(**ids)), needed)


Read = Callable[[AsyncSession], Awaitable[object]]


async def time_reads(database: Database, rounds: int) -> None:
    """Print how long each read of the desk and of the watch takes."""
    some = UUID("00000000-0000-7000-8004-" + f"{1:012x}")

    async def customer(session: AsyncSession) -> object:
        item = await find_queue_item(session, some)
        assert item is not None
        return await load_customer(session, item)

    reads: dict[str, Read] = {
        "the queue": list_queue,
        "colleagues": lambda session: list_colleagues(session, utc_now()),
        "a case": lambda session: load_case(session, some),
        "its customer": customer,
        "cases to assign": lambda session: list_assignable(session, utc_now()),
        "cases left behind": lambda session: list_abandoned(session, utc_now()),
        "alarms": lambda session: raise_alarms(session, utc_now()),
    }
    print("\n| what is read | p50 ms | p95 ms |\n|---|---|---|")
    for name, read in reads.items():
        times = []
        for _ in range(rounds):
            async with database.session() as session:
                began = time.perf_counter()
                await read(session)
                times.append((time.perf_counter() - began) * 1000)
        print(f"| {name} | {percentile(times, 50):.1f} | {percentile(times, 95):.1f} |")


async def open_desk(browser: Browser, address: str) -> tuple[Page, float]:
    """Sign in; return the page and how many milliseconds the desk took to open."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    await page.goto(f"{address}/login?next=/desk")
    await page.fill("#login", MARA.login)
    await page.fill("#password", MARA.password)
    await page.click("button[type=submit]")
    await page.wait_for_selector("[data-case]")
    began = time.perf_counter()
    await page.goto(f"{address}/desk")
    await page.wait_for_selector("[data-case]")
    return page, (time.perf_counter() - began) * 1000


async def time_browser(database: Database, *, desks: int, messages: int) -> None:
    """Print how long desks take to open, and a new message to show with all of them open."""
    program = find_chromium()
    if program is None:
        print("\nNo Chromium here: the pages were not measured.")
        return
    async with (
        serve(build_console(database)) as address,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        opened = [await open_desk(browser, address) for _ in range(desks)]
        times = [took for _, took in opened]
        print(f"\nOpening the desk: first {times[0]:.0f} ms, p50 {percentile(times, 50):.0f} ms")
        page = opened[0][0]
        await page.click("[data-case]")
        await page.wait_for_selector(".msg")
        shown = str(await page.get_attribute("[data-case].selected", "data-case"))
        async with database.session() as session:
            item = await find_queue_item(session, UUID(shown))
        assert item is not None
        waits = []
        for number in range(messages):
            body = f"A new message, number {number}"
            async with database.session() as session:
                await answer(session, item.conversation_id, body, author=Author.SYSTEM)
                await session.commit()
            began = time.perf_counter()
            await page.wait_for_selector(f".msg-body:has-text('{body}')")
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.3)
        p50, p95 = percentile(waits, 50), percentile(waits, 95)
        print(f"A new message with {desks} desks open: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        await browser.close()


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Make a folder that other users reach: as root, PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="carehouse-bench-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def measure(arguments: argparse.Namespace) -> None:
    """Fill a database and measure everything."""
    with _temporary_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres")
        server = await asyncio.to_thread(postgres.start)
        try:
            await asyncio.to_thread(make_template, server)
            url, _ = await asyncio.to_thread(create_database, server, TEMPLATE)
            database = Database(url)
            async with database.session() as session:
                agent = await add_agent(session, MARA.login)
                agent.password_hash = hash_password(MARA.password)
                await fill(session, waiting=arguments.open, closed=arguments.closed)
                await session.commit()
            async with database.session() as session:
                await session.execute(text("ANALYZE"))
                await session.commit()
            print(f"{arguments.open} open and {arguments.closed} closed cases")
            await time_reads(database, arguments.rounds)
            await time_browser(database, desks=arguments.desks, messages=arguments.messages)
            await database.close()
        finally:
            await asyncio.to_thread(postgres.stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--closed", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--desks", type=int, default=20)
    parser.add_argument("--messages", type=int, default=40)
    asyncio.run(measure(parser.parse_args()))
