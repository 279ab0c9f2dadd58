"""`make up`: prepares everything, runs engine and app as child processes, stops them cleanly.

A child that dies is started again. The children live in sessions of their own, so Ctrl-C reaches
only this process, which then stops them in order.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

import httpx
import psycopg

from gateway import prepare
from gateway.keep_database import keep_database
from gateway.migrate import migrate
from kit.database import as_libpq_url
from kit.embedded import EmbeddedPostgres, choose_data_dir
from kit.errors import AppError
from kit.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

HEALTHY_S = 30.0
MOST_RESTARTS = 2
READY_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 10.0


class StartError(AppError):
    """The product cannot start; the message says why in one sentence."""


@dataclass
class Child:
    """A process we keep alive until told to stop."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False
    restarts: int = 0
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start the process and watch over it."""
        await self._spawn()
        self._task = asyncio.create_task(self._watch(), name=f"watch-{self.name}")

    async def stop(self) -> None:
        """Ask the process to end; kill it when it does not."""
        self.stopping = True
        if self._task is not None:
            self._task.cancel()
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def last_words(self) -> str:
        """Return the last line of the process's log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'it said nothing'} ({self.log})"

    async def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def _watch(self) -> None:
        while self.process is not None:
            began = time.monotonic()
            code = await self.process.wait()
            if self.stopping:
                return
            _say(
                f"The {self.name} ended with exit code {code} (see {self.log}); starting it again."
            )
            lived = time.monotonic() - began
            self.restarts = 0 if lived > HEALTHY_S else self.restarts + 1
            await asyncio.sleep(0.1 if lived > HEALTHY_S else 2.0)
            await self._spawn()


async def run_product(settings: Settings) -> int:
    """Run until Ctrl-C; return the exit code. Errors: StartError and the preparation's errors."""
    began = time.monotonic()
    prepare.require_disk(settings.data_dir)
    prepare.require_engine_environment()
    require_free_port(settings.host, settings.port, "PORT")
    require_free_port("127.0.0.1", settings.engine_port, "ENGINE_PORT")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    embedded: EmbeddedPostgres | None = None
    children: list[Child] = []
    watch: asyncio.Task[None] | None = None
    try:
        url, embedded = await _open_database(settings)
        if embedded is not None:
            watch = asyncio.create_task(keep_database(embedded, _say), name="watch-database")
            watch.add_done_callback(lambda _task: stop.set())
        await _step("Bringing the database to the newest schema", _in_thread(migrate, url))
        await _step("Sentence encoder", _in_thread(prepare.export_encoder, settings))
        model = await _step("Dialogue model", _in_thread(prepare.choose_model, settings))
        environment = make_environment(settings, url, model)
        children = make_children(settings, environment)
        await children[0].start()
        logins = await _step("Articles and demo data", _seed(environment))
        await children[1].start()
        await _step("Waiting for engine and app", _until_ready(settings, children, stop))
        if not stop.is_set():
            _print_welcome(settings, logins, time.monotonic() - began)
        await stop.wait()
        if watch is not None and watch.done():
            watch.result()  # raises why there is no database any more
        return 0
    finally:
        _say("Stopping.")
        if watch is not None:
            watch.cancel()
        for child in reversed(children):
            await child.stop()
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)


def require_free_port(host: str, port: int, setting: str) -> None:
    """Raise StartError when something listens on the port already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it or "
                f"set {setting} to another one."
            ) from error


def make_environment(settings: Settings, url: str, model: str) -> dict[str, str]:
    """Return the environment of engine and app; makes up the secrets that are not set."""
    return {
        "DATABASE_URL": url,
        "ENGINE_SECRET": settings.engine_secret.get_secret_value() or secrets.token_urlsafe(32),
        "ACTIONS_SECRET": settings.actions_secret.get_secret_value() or secrets.token_urlsafe(32),
        "ENGINE_MODEL": model,
        "ENGINE_PORT": str(settings.engine_port),
        "ENCODER_DIR": str(settings.encoder_dir.resolve()),
        "ACTIONS_URL": f"http://{_loopback(settings.host)}:{settings.port}/actions/webhook",
        "ENGINE_TRACKER_URL": as_libpq_url(url),
        "POSTGRESQL_SCHEMA": "engine",
    }


def make_children(settings: Settings, environment: dict[str, str]) -> list[Child]:
    """Return engine and app, not started yet."""
    bot, logs = prepare.ROOT / "bot", settings.data_dir.resolve() / "log"
    serve = [sys.executable, "-m", "gateway", "serve"]
    return [
        Child(
            "engine", [str(prepare.ENGINE_PYTHON), "run.py"], environment, bot, logs / "engine.log"
        ),
        Child("app", serve, environment, prepare.ROOT, logs / "app.log"),
    ]


async def _open_database(settings: Settings) -> tuple[str, EmbeddedPostgres | None]:
    given = settings.database_url.get_secret_value()
    if given:
        try:
            async with await psycopg.AsyncConnection.connect(as_libpq_url(given)):
                return given, None
        except (psycopg.Error, OSError) as error:
            raise StartError(
                "The PostgreSQL that DATABASE_URL names cannot be reached: "
                f"{str(error).strip().splitlines()[0]}"
            ) from error
    embedded = EmbeddedPostgres(choose_data_dir(settings.data_dir / "postgres"))
    url = await _step("PostgreSQL", _in_thread(embedded.start))
    return url, embedded


async def _seed(environment: dict[str, str]) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "seed",
        cwd=prepare.ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaint = await process.communicate()
    if process.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise StartError(f"The demo data could not be loaded: {' '.join(last)}")
    return printed.decode().splitlines()


async def _until_ready(settings: Settings, children: list[Child], stop: asyncio.Event) -> None:
    url = f"http://{_loopback(settings.host)}:{settings.port}/readyz"
    deadline = time.monotonic() + READY_TIMEOUT_S
    async with httpx.AsyncClient(timeout=5.0) as client:
        while not stop.is_set():
            try:
                if (await client.get(url)).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            for child in children:
                if child.restarts >= MOST_RESTARTS or time.monotonic() > deadline:
                    raise StartError(f"The {child.name} does not get ready: {child.last_words()}")
            await asyncio.sleep(0.25)


async def _step(title: str, work: Awaitable[T]) -> T:
    began = time.monotonic()
    print(f"  {title} ...", end="", flush=True)  # noqa: T201  progress for the person at the terminal
    result = await work
    print(f" {time.monotonic() - began:.1f} s", flush=True)  # noqa: T201  likewise
    return result


def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
    return asyncio.to_thread(work, *args, **kwargs)


def _loopback(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  for the person at the terminal


def _print_welcome(settings: Settings, logins: list[str], seconds: float) -> None:
    base = settings.base_url
    _say(f"\nCarehouse is ready after {seconds:.0f} s.\n")
    _say(f"  Chat      {base}/chat")
    _say(f"  Desk      {base}/desk")
    _say(f"  Help      {base}/help")
    _say(f"  API docs  {base}/docs")
    for line in logins:
        _say(f"  Login     {line}")
    _say("\nCtrl-C stops everything.")
