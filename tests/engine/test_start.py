"""Starting the engine: what is refused before it starts, and a model that is not the pinned one."""

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.action_server import ActionServer
from tests.engine_process import BOT, PYTHON, EngineProcess, make_turn

GOOD = {
    "ENGINE_PORT": "1",
    "ENGINE_SECRET": "a-secret-of-16-characters",
    "ENGINE_MODEL": "nothing.tar.gz",
    "ENGINE_TRACKER_URL": "postgresql://nobody@127.0.0.1:1/x",
    "ACTIONS_URL": "http://127.0.0.1:1/actions/webhook",
    "ACTIONS_SECRET": "another",
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ENGINE_SECRET": ""}, "ENGINE_SECRET"),
        ({"ENGINE_SECRET": "short"}, "16 characters"),
        ({"ENGINE_PORT": "x"}, "must be a number"),
        ({"ENGINE_MODEL": "../secrets.tar.gz"}, "without a folder"),
        ({}, "There is no model nothing.tar.gz"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(changes: dict[str, str], words: str):
    done = subprocess.run(
        [PYTHON, BOT / "run.py"],
        env={**os.environ, **GOOD, **changes},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_training_without_an_encoder_says_so(tmp_path: Path):
    done = subprocess.run(
        [PYTHON, BOT / "train.py"],
        env={**os.environ, "ENCODER_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("run `python -m knowledge_base.export` first.")


@pytest.mark.engine
def test_another_model_than_the_pinned_one_is_not_served(
    engine_database: str, running_actions: ActionServer, model: str, tmp_path: Path
):
    """The pinned name is changed after the start, as when the file is swapped under the engine."""
    other = BOT / "models" / "another-for-the-tests.tar.gz"
    shutil.copy(BOT / "models" / model, other)
    starter = tmp_path / "swap.py"
    starter.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(BOT)!r})\n"
        "import run\n"
        "load = run.model_path\n"
        f"run.model_path = lambda: load().with_name({other.name!r})\n"
        "raise SystemExit(run.main())\n"
    )
    engine = EngineProcess(
        tracker_url=engine_database,
        actions_url=running_actions.url,
        model=model,
        log=tmp_path / "log",
        program=starter,
    )
    engine.start()
    try:
        answer = engine.wait_answer()
        turn = engine.post(make_turn("hello"))
    finally:
        engine.stop()
        other.unlink()
    assert answer.status_code == turn.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert other.name in answer.json()["error"]
