"""Finds the sentence of a passage that answers. Used by knowledge_base.answering."""

from collections import OrderedDict

import numpy as np

from knowledge_base.chunking import split_sentences
from knowledge_base.encoder import Encoder, Vectors

MOST_REMEMBERED = 2048
MOST_SENTENCES = 16
FEWEST_WORDS = 4
"""Shorter lines are headings or scraps."""


class Highlighter:
    """Sentences are encoded once: a passage never changes."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._remembered: OrderedDict[int, tuple[list[str], Vectors]] = OrderedDict()

    def find(self, vector: Vectors, passage_id: int, quote: str) -> str:
        """The sentence closest to the question; empty when there is nothing to choose from."""
        sentences, matrix = self._sentences(passage_id, quote)
        if len(sentences) < 2:
            return ""
        return sentences[int(np.argmax(matrix @ vector.reshape(-1)))]

    def _sentences(self, passage_id: int, quote: str) -> tuple[list[str], Vectors]:
        if passage_id in self._remembered:
            self._remembered.move_to_end(passage_id)
            return self._remembered[passage_id]
        lines = [each for each in split_sentences(quote) if len(each.split()) >= FEWEST_WORDS]
        sentences = lines[:MOST_SENTENCES]
        self._remembered[passage_id] = (sentences, self._encoder.encode(sentences))
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return self._remembered[passage_id]
