"""A start that cannot work says why in one clear sentence and exits with a code that is not 0."""

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from gateway import prepare
from gateway.prepare import PreparationError
from gateway.supervise import StartError, require_free_port
from kit.settings import Settings

ROOT = Path(__file__).parents[2]


def run_up(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", "up"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode != 0
    (said,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert all(word in said for word in words), said


def test_an_unreachable_database(tmp_path):
    done = run_up(
        DATABASE_URL="postgresql://nobody:hidden@127.0.0.1:1/none",
        PORT=str(free_port()),
        ENGINE_PORT=str(free_port()),
        DATA_DIR=str(tmp_path),
    )
    assert_one_sentence(done, "DATABASE_URL")
    assert "hidden" not in done.stderr


def test_an_occupied_port(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_one_sentence(run_up(PORT=port, DATA_DIR=str(tmp_path)), port, "PORT")


def test_a_setting_that_is_not_what_it_should_be():
    assert_one_sentence(run_up(PORT="eighty"), "PORT")


def test_serving_without_what_only_the_starter_knows():
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert_one_sentence(done, "DATABASE_URL")


def test_too_little_disk(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 5 << 20))
    with pytest.raises(PreparationError, match="not enough disk: 5 MiB"):
        prepare.require_disk(tmp_path / "not" / "there" / "yet")


def test_no_environment_for_the_engine(monkeypatch, tmp_path):
    monkeypatch.setattr(prepare, "ENGINE_PYTHON", tmp_path / "python")
    with pytest.raises(PreparationError, match=r"Python 3\.10"):
        prepare.train_model(Settings())


def test_a_free_port_is_no_problem_and_a_foreign_address_is():
    require_free_port("127.0.0.1", free_port(), "PORT")
    with pytest.raises(StartError, match="PORT"):
        require_free_port("203.0.113.1", 8000, "PORT")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_app_process_loads_nothing_that_only_the_command_line_needs():
    """scikit-learn and matplotlib would double the time until an app answers."""
    asked = "import sys, gateway.app; print(*sorted({'sklearn', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
