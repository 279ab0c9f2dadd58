"""Trains the stock bot: Rasa's own default configuration on a sample of our sentences, our rules
and our stories.

Cached under var/bench by a fingerprint of everything that goes in.
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.engine_process import BOT, ROOT

RASA = BOT / ".venv" / "bin" / "rasa"
SENTENCES = ROOT / "nlu_data" / "nlu"
FLOWS = [ROOT / "nlu_data" / part for part in ("rules", "stories")]
DOMAIN = BOT / "domain"
FOLDER = ROOT / "var" / "bench"
MOST_SENTENCES = 12
"""Per intent. With all of ours DIET trains for more than an hour; what the finished bot needs per
turn hardly depends on their number."""
_DEFAULTS = "rasa/engine/recipes/config_files/default_config.yml"


@dataclass(frozen=True)
class TrainedBot:
    """The stock model and how long its training took, whenever that was."""

    model: Path
    seconds: float
    cpu_seconds: float


def train_stock_bot() -> TrainedBot:
    """Train unless the same has been trained before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    config = default_config()
    name = f"stock-{fingerprint(config)}"
    model, note = FOLDER / f"{name}.tar.gz", FOLDER / f"{name}.json"
    if not (model.is_file() and note.is_file()):
        before = _cpu_of_children()
        seconds = _train(config, name)
        cpu_seconds = _cpu_of_children() - before
        note.write_text(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
    return TrainedBot(model, **json.loads(note.read_text()))


def default_config() -> str:
    """Return the configuration that `rasa init` fills in, from the installed Rasa itself."""
    [found] = (BOT / ".venv" / "lib").glob(f"*/site-packages/{_DEFAULTS}")
    return found.read_text().replace("placeholder_default", "stock-lumen-and-loom")


def fingerprint(config: str) -> str:
    """Hash the configuration, the data and the domain."""
    digest = hashlib.sha256(config.encode())
    digest.update(str(MOST_SENTENCES).encode())
    for folder in (SENTENCES, *FLOWS, DOMAIN):
        for path in sorted(folder.glob("*.yml")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def write_sentences() -> Path:
    """Write our training data with a sample of each intent's sentences; return its folder."""
    folder = FOLDER / "sentences"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(SENTENCES.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for part in content["nlu"]:
            if "intent" in part:
                part["examples"] = _sample(part["examples"])
        (folder / path.name).write_text(yaml.safe_dump(content, allow_unicode=True))
    return folder


def _sample(examples: str) -> str:
    """Spread evenly over what there is, so that no kind of sentence is left out."""
    lines = examples.splitlines()
    step = max(1.0, len(lines) / MOST_SENTENCES)
    kept = [lines[int(at * step)] for at in range(min(MOST_SENTENCES, len(lines)))]
    return "\n".join(kept) + "\n"


def _train(config: str, name: str) -> float:
    path = FOLDER / "config.yml"
    path.write_text(config)
    print("Training the stock bot (DIET, TED, UnexpecTED: a few minutes, once) ...", flush=True)
    command = [str(RASA), "train", "--config", str(path), "--domain", str(DOMAIN), "--data"]
    command += [str(folder) for folder in (write_sentences(), *FLOWS)]
    # The validator refuses a slot that two of our forms share; training itself takes it.
    how = ["--force", "--skip-validation"]
    begun = time.monotonic()
    with (FOLDER / "training.log").open("w") as log:
        done = subprocess.run(
            [*command, "--out", str(FOLDER), "--fixed-model-name", name, *how],
            cwd=FOLDER,
            env={**os.environ, **quiet_environment()},
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"The stock bot could not be trained; see {FOLDER / 'training.log'}.")
    return time.monotonic() - begun


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def quiet_environment() -> dict[str, str]:
    """Return what keeps Rasa from phoning home and from writing outside our folder."""
    return {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(FOLDER / "cache"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
