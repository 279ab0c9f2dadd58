"""Another model takes over while customers write: no turn fails, none is answered by both."""

import io
import json
import os
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.action_server import ActionServer
from tests.engine.conftest import running_engine
from tests.engine_process import BOT, ENGINE_SECRET, EngineProcess, make_turn

pytestmark = pytest.mark.engine

NEW_WORDS = "Goodbye, says the other model."
AUTHORISED = {"Authorization": f"Bearer {ENGINE_SECRET}"}


def make_other_model(original: Path, target: Path) -> None:
    """Copy a model archive; only what it says to "bye" is another."""
    with tarfile.open(original) as old, tarfile.open(target, "w:gz") as new:
        for member in old.getmembers():
            held = old.extractfile(member)
            content = held.read() if held else b""
            if member.name.lstrip("/") == "metadata.json":
                about = json.loads(content)
                about["domain"]["responses"]["utter_goodbye"] = [{"text": NEW_WORDS}]
                content = json.dumps(about).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content) if held else None)


@pytest.fixture(scope="module")
def other_model(model: str) -> Iterator[str]:
    # A name of its own: another process of the run may use one as well.
    target = BOT / "models" / f"other-for-the-swap-tests-{os.getpid()}.tar.gz"
    make_other_model(BOT / "models" / model, target)
    yield target.name
    target.unlink()


@pytest.fixture(scope="module")
def own_engine(
    engine_database: str,
    running_actions: ActionServer,
    model: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EngineProcess]:
    """An engine that may be changed without spoiling the other tests'."""
    log = tmp_path_factory.mktemp("swap") / "engine.log"
    with running_engine(engine_database, running_actions, model, log) as started:
        yield started


def swap(engine: EngineProcess, model_file: object, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{engine.url}/webhooks/gateway/model",
        json={"model_file": model_file},
        headers=headers or AUTHORISED,
        timeout=60,
    )


def served(engine: EngineProcess) -> str:
    return str(httpx.get(f"{engine.url}/webhooks/gateway/ready").json()["model_file"])


class Customers(threading.Thread):
    """Writes "bye" again and again in one long episode, and in a fresh one each time."""

    def __init__(self, engine: EngineProcess, episode_id: str | None) -> None:
        super().__init__()
        self.answers: list[tuple[int, str]] = []
        self.enough = threading.Event()
        self._engine = engine
        self._episode = {"episode_id": episode_id} if episode_id else {}

    def run(self) -> None:
        while not self.enough.is_set():
            answer = self._engine.post(make_turn("bye bye", **self._episode))
            said = answer.text if answer.status_code != 200 else _words(answer)
            self.answers.append((answer.status_code, said))


def _words(answer: httpx.Response) -> str:
    return "|".join(str(each["text"] or each["custom"]) for each in answer.json()["messages"])


def test_a_model_is_swapped_under_load_and_back_again(
    own_engine: EngineProcess, model: str, other_model: str
):
    old_words = _words(own_engine.post(make_turn("bye bye")))
    customers = [Customers(own_engine, "one-long-episode"), Customers(own_engine, None)]
    for each in customers:
        each.start()
    try:
        time.sleep(0.5)
        assert swap(own_engine, other_model).status_code == 200
        time.sleep(0.5)
    finally:
        for each in customers:
            each.enough.set()
            each.join()
    for each in customers:
        assert {status for status, _ in each.answers} == {200}
        said = [words for _, words in each.answers]
        first_new = said.index(NEW_WORDS)
        assert first_new > 0
        assert set(said[:first_new]) == {old_words}
        assert set(said[first_new:]) == {NEW_WORDS}
    assert served(own_engine) == other_model

    assert swap(own_engine, model).status_code == 200
    assert _words(own_engine.post(make_turn("bye bye"))) == old_words
    assert served(own_engine) == model


@pytest.mark.parametrize(
    ("name", "status"),
    [("nothing-of-that-name.tar.gz", 404), ("../run.py", 404), ("", 400), (None, 400), (7, 400)],
)
def test_what_cannot_be_served_leaves_the_old_model(
    own_engine: EngineProcess, model: str, name: object, status: int
):
    assert swap(own_engine, name).status_code == status
    assert served(own_engine) == model


def test_a_broken_archive_leaves_the_old_model(own_engine: EngineProcess, model: str):
    broken = BOT / "models" / f"broken-for-the-swap-tests-{os.getpid()}.tar.gz"
    broken.write_bytes(b"not an archive")
    try:
        assert swap(own_engine, broken.name).status_code == 422
    finally:
        broken.unlink()
    assert served(own_engine) == model
    assert own_engine.post(make_turn("hello")).status_code == 200


def test_a_stranger_cannot_swap(own_engine: EngineProcess, model: str, other_model: str):
    refused = swap(own_engine, other_model, Authorization="Bearer guess")
    assert refused.status_code == 401
    assert served(own_engine) == model
