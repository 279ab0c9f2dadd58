"""The fakes, driven by client libraries that know nothing of us: `make conformance`.

Each script in this folder is one program for Node with the real client; it prints a line for each
check. Skipped unless CONFORMANCE is set, and where Node or the package registry is not to be had.
"""

import os
import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.fakes.slack_api import slack_in_thread
from tests.fakes.telegram_api import telegram_in_thread

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "var" / "conformance"
SCRIPTS = {
    "slack_web_api": slack_in_thread,
    "slack_bolt_http": slack_in_thread,
    "slack_bolt_socket": slack_in_thread,
    "telegram_grammy": telegram_in_thread,
    "telegram_telegraf": telegram_in_thread,
}
FEWEST_CHECKS = 3


@pytest.fixture(scope="module")
def node() -> str:
    """Return Node's path, the clients being installed beside the scripts' copies."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        pytest.skip("node and npm are not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for script in (HERE / "package.json", *HERE.glob("*.mjs")):
        shutil.copy(script, FOLDER)
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm install did not work: {done.stderr[-300:]}")
    return found


@pytest.mark.skipif(
    not os.environ.get("CONFORMANCE"), reason="needs Node and npm packages: make conformance"
)
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_fake_is_what_its_independent_client_expects(node: str, script: str):
    fake: AbstractContextManager = SCRIPTS[script](seed=1)
    with fake as remote:
        environment = {"FAKE_URL": remote.url, "FAKE_TOKEN": remote.state()["token"]}
        done = subprocess.run(
            [node, f"{script}.mjs"],
            cwd=FOLDER,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    lines = done.stdout.splitlines()
    assert lines[-1] == "done"
    assert sum(line.startswith("ok ") for line in lines) >= FEWEST_CHECKS


def test_every_script_is_run():
    assert {path.stem for path in HERE.glob("*.mjs")} == {*SCRIPTS, "fake"}
