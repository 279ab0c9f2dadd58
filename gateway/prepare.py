"""Steps before the product can run: encoder, model, settings. Each is skipped when done already."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from insights.understanding.models_folder import ModelsFolder
from kit.errors import AppError
from kit.settings import Settings

ROOT = Path(__file__).parent.parent
ENGINE_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
NEEDED_BYTES = 1 << 30


class PreparationError(AppError):
    """The product cannot be run like this; the message says what to do."""


def require_serving_settings(settings: Settings) -> None:
    """Raise PreparationError when an app process lacks what only its starter can give it."""
    for name in ("database_url", "engine_secret", "actions_secret"):
        if not getattr(settings, name).get_secret_value():
            raise PreparationError(
                f"{name.upper()} is empty; `make up` makes it up, a process on its own cannot."
            )


def require_disk(folder: Path) -> None:
    """Raise PreparationError when less than 1 GiB is free where the product writes."""
    existing = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < NEEDED_BYTES:
        raise PreparationError(
            f"There is not enough disk: {free >> 20} MiB free in {folder}, 1024 MiB are needed."
        )


def require_engine_environment() -> None:
    """Raise PreparationError when the engine's own environment is missing."""
    if not ENGINE_PYTHON.exists():
        raise PreparationError(
            "The engine's environment (Python 3.10) is missing: run `make setup` first."
        )


def export_encoder(settings: Settings) -> None:
    """Export the sentence encoder unless it is there."""
    if not (settings.encoder_dir / "encoder.json").exists():
        _run(
            [sys.executable, "-m", "knowledge_base.export", "--out", str(settings.encoder_dir)],
            "The sentence encoder could not be exported",
        )


def train_model(settings: Settings) -> str:
    """Train the engine's model unless it is there; return its file name."""
    require_engine_environment()
    environment = {"ENCODER_DIR": str(settings.encoder_dir.resolve())}
    printed = _run(
        [str(ENGINE_PYTHON), "train.py"],
        "The dialogue model could not be trained",
        folder=ROOT / "bot",
        environment=environment,
    )
    return printed.strip().splitlines()[-1]


def choose_model(settings: Settings) -> str:
    """Return the file name of the model to serve: what the data gives, or what was chosen."""
    return ModelsFolder(ROOT / "bot" / "models").choose(train_model(settings))


def _run(
    command: list[str],
    failure: str,
    *,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> str:
    done = subprocess.run(  # noqa: S603  our own programs with our own arguments
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        tail = (done.stderr or done.stdout).strip().splitlines()
        raise PreparationError(f"{failure}: {tail[-1] if tail else 'no reason was given'}")
    return done.stdout
