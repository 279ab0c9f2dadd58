"""Runs the stock bot: `rasa run` and the SDK's action server, each a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.measuring import resident_mb
from benchmarks.stock_bot.training import RASA, quiet_environment
from tests.engine_process import ROOT, find_free_port

HERE = Path(__file__).parent


class StockProcesses:
    """The two processes of a stock bot on one database of its own."""

    def __init__(self, model: Path, *, tracker_url: str, articles_url: str, folder: Path) -> None:
        self._model = model
        self._folder = folder
        self._port, self._actions_port = find_free_port(), find_free_port()
        self._environment = {
            **quiet_environment(),
            "STOCK_ACTIONS_URL": f"http://127.0.0.1:{self._actions_port}/webhook",
            "STOCK_TRACKER_URL": tracker_url,
            "STOCK_ARTICLES_URL": articles_url,
            "ENCODER_DIR": str(ROOT / "var" / "encoder"),
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.actions: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start both and wait until both answer."""
        module = ["-m", "rasa_sdk", "--actions", "benchmarks.stock_bot.actions"]
        self.actions = self._run([sys.executable, *module, "-p", self._actions_port], "actions")
        self._wait(self.actions, f"http://127.0.0.1:{self._actions_port}/health", "actions")
        files = ["--endpoints", HERE / "endpoints.yml", "--credentials", HERE / "credentials.yml"]
        where = ["-i", "127.0.0.1", "-p", self._port]
        self.server = self._run([RASA, "run", "-m", self._model, *files, *where], "server")
        self._wait(self.server, f"{self.url}/webhooks/rest/", "server")

    def memory(self) -> dict[str, float]:
        """Return resident megabytes by process."""
        assert self.server is not None
        assert self.actions is not None
        return {
            "stock server": resident_mb(self.server.pid),
            "stock action server": resident_mb(self.actions.pid),
        }

    def stop(self) -> None:
        """End both."""
        for process in (self.server, self.actions):
            if process is not None:
                process.terminate()
        for process in (self.server, self.actions):
            if process is not None:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _run(self, command: list[Any], name: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"stock-{name}.log").open("wb") as log:
            return subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )

    def _wait(self, process: subprocess.Popen[bytes], url: str, name: str) -> None:
        log = self._folder / f"stock-{name}.log"
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"The stock bot's {name} ended: {log.read_text()[-2000:]}")
            try:
                if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"The stock bot's {name} is not ready: {log.read_text()[-2000:]}")
