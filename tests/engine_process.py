"""Trains, starts, drives and stops the real dialogue engine. For every test that needs one.

Plain functions and one class, so that fixtures, the crash test and the benchmarks can share them.
"""

import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import psycopg

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"
PYTHON = BOT / ".venv" / "bin" / "python"
ENGINE_SECRET = "engine-secret-of-the-tests"
ACTIONS_SECRET = "actions-secret-of-the-tests"


def train_model() -> str:
    """Train when something changed; return the model's file name."""
    done = subprocess.run(
        [PYTHON, BOT / "train.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def prepare_database(url: str) -> None:
    """Create the schema of the trackers; in the product the app's migrations do."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS engine")


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class EngineProcess:
    """One engine on a port of its own."""

    def __init__(
        self,
        *,
        tracker_url: str,
        actions_url: str,
        model: str,
        log: Path,
        port: int | None = None,
        program: Path = BOT / "run.py",
        engine_secret: str = ENGINE_SECRET,
        actions_secret: str = ACTIONS_SECRET,
    ) -> None:
        self.port = port or find_free_port()
        self.log = log
        self._program = program
        self._secret = engine_secret
        self._client = httpx.Client()  # one for all: making one costs more than a turn
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "ENGINE_PORT": str(self.port),
            "ENGINE_SECRET": engine_secret,
            "ENGINE_MODEL": model,
            "ENGINE_TRACKER_URL": tracker_url,
            "ACTIONS_URL": actions_url,
            "ACTIONS_SECRET": actions_secret,
            "POSTGRESQL_SCHEMA": "engine",
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [PYTHON, self._program],
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )

    def wait_ready(self, timeout_s: float = 240.0) -> dict[str, Any]:
        """Wait for the pinned model; return what /ready says."""
        answer = self.wait_answer(timeout_s)
        assert answer.status_code == httpx.codes.OK, answer.text
        return dict(answer.json())

    def wait_answer(self, timeout_s: float = 240.0) -> httpx.Response:
        """Wait until /ready answers at all: the port opens when the model is loaded."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, f"the engine ended: {self.log.read_text()[-2000:]}"
            try:
                return self._client.get(f"{self.url}/webhooks/gateway/ready", timeout=10.0)
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"the engine does not answer: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def post(
        self, body: Any, *, path: str = "turn", secret: str | None = None, timeout_s: float = 30.0
    ) -> httpx.Response:
        """Send one request, to /turn unless told otherwise; a dict as JSON, bytes as they are."""
        headers = {"Authorization": f"Bearer {self._secret if secret is None else secret}"}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._client.post(
            f"{self.url}/webhooks/gateway/{path}", headers=headers, timeout=timeout_s, **content
        )

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        self._process = None


def make_turn(text: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a request of a fresh episode; give episode_id and message_id to repeat one."""
    turn: dict[str, Any] = {
        "episode_id": uuid.uuid4().hex,
        "message_id": uuid.uuid4().hex,
        "text": text,
        "intent": None,
        "slots": {},
    }
    return {**turn, **fields}


class Talk:
    """One episode with the engine, for tests that read like a conversation."""

    def __init__(self, engine: EngineProcess, **slots: Any) -> None:
        self._engine = engine
        self._slots: dict[str, Any] = slots
        self.episode_id = uuid.uuid4().hex
        self.reply: dict[str, Any] = {}

    def say(self, text: str) -> str:
        """Write a message; return everything the bot says: texts, quotes and keys of phrases."""
        return self._send(make_turn(text))

    def press(self, intent: str, **entities: Any) -> str:
        """Press a button; return everything the bot says: texts, quotes and keys of phrases."""
        return self._send(make_turn(intent={"name": intent, "entities": entities}))

    @property
    def effects(self) -> list[dict[str, Any]]:
        customs = [message["custom"] or {} for message in self.reply["messages"]]
        return [effect for custom in customs for effect in custom.get("effects", [])]

    @property
    def intent(self) -> str:
        return str(self.reply["intent"]["name"])

    @property
    def form(self) -> str | None:
        loop: str | None = self.reply["active_loop"]
        return loop

    def _send(self, turn: dict[str, Any]) -> str:
        answer = self._engine.post({**turn, "episode_id": self.episode_id, "slots": self._slots})
        self._slots = {}
        assert answer.status_code == httpx.codes.OK, answer.text
        self.reply = answer.json()
        return " ".join(list_said(self.reply["messages"]))


def list_said(messages: list[dict[str, Any]]) -> list[str]:
    """Return texts, quotes and the keys of phrases, in order."""
    said: list[str] = []
    for message in messages:
        said += [message["text"]] if message["text"] else []
        parts = (message["custom"] or {}).get("say", [])
        said += [part.get("key") or part["quote"] for part in parts]
    return said
