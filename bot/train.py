"""Trains the engine's model when something it depends on has changed. `make up` runs it.

Prints the model's file name on its last line. Its name holds a hash of everything that made it.
"""

# ruff: noqa: T201, PLC0415  it speaks to a terminal, and imports once the process is prepared

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"
MODELS = BOT / "models"
NLU_DATA = ROOT / "nlu_data"
# A further language is a folder: nlu_data/de/nlu.
FURTHER_LANGUAGES = sorted(NLU_DATA.glob("[a-z][a-z]/nlu"))
DATA = [*(NLU_DATA / part for part in ("nlu", "rules", "stories")), *FURTHER_LANGUAGES]
KEPT_MODELS = 5
PIN = MODELS / "pinned.json"


class TrainingError(Exception):
    """No model could be made; the message is one sentence for the person at the terminal."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--force", action="store_true", help="train though nothing changed")
    arguments.add_argument("--name", action="store_true", help="print the name, train nothing")
    given = arguments.parse_args()
    try:
        name = f"carehouse-{fingerprint()}.tar.gz"
        if given.name:
            print(name)
            return 0
        with only_one_training():
            if given.force or not (MODELS / name).is_file():
                train(name)
            forget_old_models(keep=name)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    print(name)
    return 0


def fingerprint() -> str:
    """Hash the configuration, domain, training data, our components and the encoder."""
    sys.path.insert(0, str(BOT))
    folder = Path(os.environ.get("ENCODER_DIR") or ROOT / "var" / "encoder")
    encoder = folder / "model.onnx"
    if not encoder.is_file():
        raise TrainingError(f"No encoder in {folder}: run `python -m knowledge_base.export` first.")
    digest = hashlib.sha256()
    for path in [*training_files(), encoder]:
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        digest.update(f"{name if path != encoder else 'encoder'}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def training_files() -> list[Path]:
    """Return every file the model depends on, in a stable order."""
    found = [ROOT / "config.yml", BOT / "requirements.txt"]
    for folder in (*DATA, BOT / "domain"):
        found += sorted(folder.glob("*.yml"))
    # Only what runs inside the graph; the channel and its neighbours leave the model as it is.
    found += [BOT / "addons" / f"{name}.py" for name in MODEL_ADDONS]
    return found


MODEL_ADDONS = (
    "confidence",
    "encoder",
    "entity_extractor",
    "intent_classifier",
    "intent_head",
    "languages",
    "letters",
    "multilingual",
    "multilingual_featurizer",
    "sentence_featurizer",
)


@contextlib.contextmanager
def only_one_training() -> Iterator[None]:
    """Let one process at a time train or prune; the next finds the finished model."""
    MODELS.mkdir(parents=True, exist_ok=True)
    with (MODELS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def train(name: str) -> None:
    """Train into a temporary name, then rename: a half-written model never has the real name."""
    print("Training the dialogue model (about a minute) ...", flush=True)
    prepare_process()
    refuse_unmarked_examples()
    from rasa.model_training import train as rasa_train  # imports for seconds: only when needed

    draft = f".draft-{os.getpid()}"
    try:
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            result = rasa_train(
                domain=str(BOT / "domain"),
                config=str(ROOT / "config.yml"),
                training_files=[str(folder) for folder in DATA],
                output=str(MODELS),
                fixed_model_name=draft,
                force_training=True,
                core_additional_arguments={"augmentation_factor": 0},
            )
    except (Exception, SystemExit) as error:
        raise TrainingError(f"Training failed: {type(error).__name__}: {error}") from error
    if result.code != 0 or result.model is None:
        raise TrainingError("Training failed: Rasa found the data or configuration unusable.")
    Path(result.model).replace(MODELS / name)


def refuse_unmarked_examples() -> None:
    """Errors: TrainingError when an intent of a further language does not say its language."""
    from rasa.shared.utils.io import read_yaml_file

    for folder in FURTHER_LANGUAGES:
        for path in sorted(folder.glob("*.yml")):
            for block in read_yaml_file(path).get("nlu") or []:
                marked = (block.get("metadata") or {}).get("language")
                if "intent" in block and marked != folder.parent.name:
                    raise TrainingError(
                        f"{path.relative_to(ROOT)}: {block['intent']} must carry "
                        f"metadata language: {folder.parent.name}."
                    )


def prepare_process() -> None:
    """One thread, no telemetry, no cache in the home folder, no stories of deprecations."""
    sys.path.insert(0, str(BOT))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's switch for progress bars, too
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(MODELS / ".cache"))
    from addons.quiet_logs import configure
    from addons.without_tensorflow import stand_in_for_tensorflow

    configure()
    stand_in_for_tensorflow()


def forget_old_models(keep: str) -> None:
    """Delete all but the newest models, this one and the one that was chosen by hand."""
    models = sorted(MODELS.glob("carehouse-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    pinned = json.loads(PIN.read_text(encoding="utf-8"))["use"] if PIN.is_file() else keep
    others = [path for path in models if path.name not in {keep, pinned}]
    for path in others[: max(0, len(others) - (KEPT_MODELS - 1))]:
        path.unlink()


if __name__ == "__main__":
    raise SystemExit(main())
