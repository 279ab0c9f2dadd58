"""The engine's data fits together: Rasa's validation, and the stories in nlu_data/tests."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.engine_process import BOT, PYTHON, ROOT

pytestmark = pytest.mark.engine

# Rasa's command line without TensorFlow, which nothing in config.yml needs.
RASA = (
    "import sys; sys.path.insert(0, 'bot'); import addons.without_tensorflow as absent; "
    "absent.stand_in_for_tensorflow(); from rasa.__main__ import main; main()"
)
# As everywhere in the engine; more threads only wait for each other.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Forms, the core fallback and the ladder use these by name, which the validation does not see.
EXPECTED = re.compile(
    r"utterance 'utter_(ask_\w+|default)' is not used in any story or rule"
    r"|intent 'nlu_close_call' is listed in the domain file, but is not found in the NLU"
)


def run_rasa(*arguments: str | Path, limit_s: float = 180) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-c", RASA, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def test_the_data_is_consistent():
    parts = [ROOT / "nlu_data" / part for part in ("nlu", "rules", "stories")]
    parts += sorted((ROOT / "nlu_data").glob("[a-z][a-z]/nlu"))
    done = run_rasa(
        *("data", "validate", "--config", "config.yml", "--domain", BOT / "domain"),
        *("--fail-on-warnings", "--data"),
        *parts,
    )
    said = [line for line in done.stderr.splitlines() if "shared/utils/io.py" in line]
    assert [line for line in said if not EXPECTED.search(line)] == []
    assert "No story structure conflicts found" in done.stderr + done.stdout


def test_the_test_stories_are_predicted(model: str, tmp_path: Path):
    done = run_rasa(
        *("test", "core", "--model", BOT / "models" / model, "--stories", "nlu_data/tests"),
        *("--out", tmp_path, "--fail-on-prediction-errors", "--no-plot"),
    )
    report = (tmp_path / "failed_test_stories.yml").read_text()
    assert done.returncode == 0, report + done.stderr[-2000:]
    assert "None of the test stories failed" in report
