"""How close a question is to one that is known to have no answer. Used by answering and fitting."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from knowledge_base.encoder import Encoder, Vectors


class Refusals:
    """Questions without an answer, encoded when the first is compared."""

    def __init__(self, texts: Sequence[str], encoder: Encoder) -> None:
        self.texts = tuple(texts)
        self._encoder = encoder

    @cached_property
    def _matrix(self) -> Vectors:
        return self._encoder.encode(self.texts)

    def closeness(self, vector: Vectors, *, but_not: str | None = None) -> float:
        """Cosine to the closest of them, except the one with these very words; 0 without any."""
        if not self.texts:
            return 0.0
        cosines = self._matrix @ vector.reshape(-1)
        if but_not is not None:
            cosines = np.where([text == but_not for text in self.texts], 0.0, cosines)
        return max(float(cosines.max()), 0.0)
