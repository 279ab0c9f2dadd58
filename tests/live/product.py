"""The whole product as processes: engine, app, fake Telegram, PostgreSQL. For live and crash tests,
the replay and the benchmarks.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.engine_process import (
    ACTIONS_SECRET,
    ENGINE_SECRET,
    ROOT,
    EngineProcess,
    find_free_port,
    train_model,
)
from tests.fakes.telegram_api.remote import RemoteTelegram

WEBHOOK_SECRET = "webhook-secret-of-the-tests"


class AppProcess:
    """One app process on a port of its own."""

    def __init__(self, environment: dict[str, str], log: Path, port: int) -> None:
        self.port = port
        self.log = log
        self.environment = {**environment, "PORT": str(port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, **more: str) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve"],
                cwd=ROOT,
                env={**os.environ, **self.environment, **more},
                stdout=log,
                stderr=log,
            )

    def wait_ready(self, timeout_s: float = 60.0, *, path: str = "/readyz") -> None:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.is_running, f"the app ended: {self.log.read_text()[-3000:]}"
            try:
                if httpx.get(f"{self.url}{path}", timeout=5.0).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the app is not ready: {self.log.read_text()[-3000:]}")

    def wait_gone(self, timeout_s: float = 20.0) -> int:
        """Wait until the process has ended; return its exit code."""
        assert self._process is not None
        return self._process.wait(timeout=timeout_s)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        self._process = None


class Product:
    """Engine and app on one database, with Telegram's fake in front; killed and started at will."""

    def __init__(
        self, database_url: str, telegram: RemoteTelegram, token: str, folder: Path, **settings: Any
    ) -> None:
        self.database_url = database_url
        self.telegram = telegram
        port = find_free_port()
        self.engine = EngineProcess(
            tracker_url=database_url,
            actions_url=f"http://127.0.0.1:{port}/actions/webhook",
            model=train_model(),
            log=folder / "engine.log",
        )
        self.app = AppProcess(
            {
                "DATABASE_URL": database_url,
                "ENGINE_URLS": self.engine.url,
                "ENGINE_SECRET": ENGINE_SECRET,
                "ACTIONS_SECRET": ACTIONS_SECRET,
                "TELEGRAM_MODE": "webhook",
                "TELEGRAM_TOKEN": token,
                "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "TELEGRAM_API_URL": telegram.url,
                "LOG_JSON": "true",
                "DEMO": "1",
                **{name.upper(): str(value) for name, value in settings.items()},
            },
            folder / "app.log",
            port,
        )

    @property
    def url(self) -> str:
        return self.app.url

    def seed(self) -> None:
        """Load articles, customers and logins, as `make up` does."""
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "seed"],
            cwd=ROOT,
            env={**os.environ, **self.app.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def wait_for_webhook(self, timeout_s: float = 15.0) -> None:
        """Wait until the app has told Telegram where to post updates."""
        deadline = time.monotonic() + timeout_s
        while not self.telegram.state()["webhook"].get("url"):
            assert time.monotonic() < deadline, "the webhook was never set"
            time.sleep(0.05)

    def start(self) -> None:
        self.engine.start()
        self.seed()
        self.app.start()
        self.engine.wait_ready()
        self.app.wait_ready()

    def stop(self) -> None:
        self.app.stop()
        self.engine.stop()
