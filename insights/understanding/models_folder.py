"""The dialogue models on disk, and which of them serves. Used by the studio, `up` and the cli.

What is on disk is trained from the repository's data, and its name holds the data's hash. Somebody
may choose another one: going back to an older model, or not yet taking a newer one. That choice
holds for this data only: with other data the repository decides again.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kit.errors import AppError


class ModelError(AppError):
    """A model cannot be found, trained, compared or served; the message says why."""


@dataclass(frozen=True)
class ModelFile:
    """A trained model."""

    name: str
    trained_at: datetime


class ModelsFolder:
    """The folder bot/models."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> list[ModelFile]:
        """Return the models, newest first."""
        found = [
            ModelFile(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))
            for path in self._folder.glob("carehouse-*.tar.gz")
        ]
        return sorted(found, key=lambda model: model.trained_at, reverse=True)

    def choose(self, trained: str) -> str:
        """Return the model to serve when this one is what the data gives."""
        pin = self._read_pin()
        if pin.get("instead_of") == trained and (self._folder / pin["use"]).is_file():
            return pin["use"]
        return trained

    def pin(self, *, trained: str, use: str) -> None:
        """Serve `use` from the next start on, as long as the data gives `trained`."""
        if use == trained:
            self._pin_file.unlink(missing_ok=True)
            return
        draft = self._pin_file.with_suffix(".draft")
        draft.write_text(json.dumps({"instead_of": trained, "use": use}), encoding="utf-8")
        draft.replace(self._pin_file)

    @property
    def _pin_file(self) -> Path:
        return self._folder / "pinned.json"

    def _read_pin(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._pin_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError) as error:
            raise ModelError(f"{self._pin_file} cannot be read: delete it.") from error
