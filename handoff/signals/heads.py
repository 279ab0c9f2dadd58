"""Heads: from a message's vector to how sure we are of each signal. Pure.

Support vector machines with a radial kernel (Cortes and Vapnik 1995), their readings weighed
against what the words say and made a probability (Platt 1999). They are fitted by
`handoff.signals.training`; the detector asks them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from handoff.signals.base import SignalName

DEFAULT_FILE = Path(__file__).with_name("heads.npz")
GAMMA = 1.0
"""How fast a sentence stops to count with its distance; chosen on the training sentences."""
Vector = NDArray[np.float32]
_STEPS = 127


class Encoder(Protocol):
    """What makes vectors of sentences; the knowledge base's encoder does."""

    @property
    def identity(self) -> str:
        """Vectors of another identity mean nothing to the heads."""
        ...

    def encode(self, texts: Sequence[str]) -> Vector:
        """One unit-length row per text."""
        ...


@dataclass(frozen=True)
class Heads:
    """All heads, the encoder whose vectors they take, and what they were fitted on.

    `names`: the signal of each of the H heads; a signal may have several, one for each kind.
    `support` (S x dimensions): the sentences that count, of all heads together. `weights` (S x H):
    how much each counts for each head. `scales` (3 x H): what a head's reading counts, what the
    words count, and what is added.
    """

    names: tuple[SignalName, ...]
    support: Vector
    weights: Vector
    scales: Vector
    encoder: str
    version: str

    @property
    def signals(self) -> frozenset[SignalName]:
        """The signals that have a head."""
        return frozenset(self.names)

    def judge(self, vector: Vector, said: Mapping[SignalName, float]) -> dict[SignalName, float]:
        """Return for each signal how sure (0 to 1) the surest of its heads is.

        `vector` has unit length, `said` is what the words say of the signals they raise.
        """
        words = np.asarray([said.get(name, 0.0) for name in self.names], dtype=np.float32)
        by_reading, by_words, bias = self.scales
        readings = near(self.support, vector) @ self.weights
        scores = 1.0 / (1.0 + np.exp(-(by_reading * readings + by_words * words + bias)))
        surest: dict[SignalName, float] = {}
        for name, score in zip(self.names, scores, strict=True):
            surest[name] = max(float(score), surest.get(name, 0.0))
        return surest

    @classmethod
    def load(cls, path: Path = DEFAULT_FILE) -> "Heads":
        """Read the heads that are shipped, or others."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                names=tuple(SignalName(str(name)) for name in stored["names"]),
                support=stored["support"].astype(np.float32) * stored["step"],
                weights=stored["weights"].astype(np.float32),
                scales=stored["scales"],
                encoder=str(stored["encoder"]),
                version=str(stored["version"]),
            )

    def save(self, path: Path = DEFAULT_FILE) -> None:
        """Write the heads, with a byte for each number of the sentences."""
        step = np.float32(np.abs(self.support).max() / _STEPS)
        stored: dict[str, Any] = {
            "names": np.asarray([name.value for name in self.names]),
            "support": np.rint(self.support / step).astype(np.int8),
            "step": step,
            "weights": self.weights.astype(np.float16),
            "scales": self.scales,
            "encoder": np.asarray(self.encoder),
            "version": np.asarray(self.version),
        }
        np.savez_compressed(path, **stored)


def near(support: Vector, vector: Vector) -> Vector:
    """Return how near (0 to 1) each sentence is to the vector; all of them have unit length."""
    nearness: Vector = np.exp(2.0 * GAMMA * (support @ vector - 1.0))
    return nearness
