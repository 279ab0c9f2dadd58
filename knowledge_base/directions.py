"""What tells the articles of one base apart: their centres, seen without what all of them share.

Within one article, passages and phrasings differ in ways that do not matter. Directions in which
they differ much are made short, so that what remains separates the articles (a shrunken linear
discriminant). Pure; used by knowledge_base.search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors

SHRINKAGE = 0.3
MOST_LEARNED_FROM = 20_000
"""Passages; more of them would not change the directions, only take longer."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Directions:
    """A linear map for questions, and every article's centre behind it."""

    origin: Floats
    turn: Floats
    sums: Mapping[UUID, Floats]
    """Each article's passages behind the map, added up."""
    lengths: Mapping[UUID, float]

    def look(self, vector: Vectors) -> Floats:
        """A question behind the map, of length one."""
        seen = np.asarray((vector - self.origin) @ self.turn)
        length = max(float(np.linalg.norm(seen)), 1e-9)
        turned: Floats = (seen / length).astype(np.float32)
        return turned

    def agreement(self, seen: Floats, article_id: UUID) -> float:
        """Cosine of a question behind the map and the article's centre."""
        return float(self.sums[article_id] @ seen) / self.lengths[article_id]

    def agreement_without(self, seen: Floats, article_id: UUID, left_out: Vectors) -> float:
        """The same, as if these passages were not part of the article."""
        gone: Floats = ((left_out - self.origin) @ self.turn).sum(axis=0)
        rest = self.sums[article_id] - gone
        return float(rest @ seen) / max(float(np.linalg.norm(rest)), 1e-9)


def learn(matrix: Vectors, places: Mapping[UUID, Sequence[int]]) -> Directions:
    """Learn them from the passages of all articles."""
    dimension = matrix.shape[1]
    origin = matrix.mean(axis=0) if len(matrix) else np.zeros(dimension, dtype=np.float32)
    turn = _turn(matrix, places)
    seen = (matrix - origin) @ turn
    sums = {key: seen[list(at)].sum(axis=0) for key, at in places.items()}
    lengths = {key: max(float(np.linalg.norm(each)), 1e-9) for key, each in sums.items()}
    return Directions(origin.astype(np.float32), turn, sums, lengths)


def _turn(matrix: Vectors, places: Mapping[UUID, Sequence[int]]) -> Floats:
    """The inverse root of the shrunken covariance within articles."""
    dimension = matrix.shape[1]
    parts: list[Floats] = []
    taken = 0
    for at in places.values():
        if taken >= MOST_LEARNED_FROM:
            break
        rows = matrix[list(at)]
        parts.append(rows - rows.mean(axis=0))
        taken += len(rows)
    if not parts:
        return np.eye(dimension, dtype=np.float32)
    apart = np.vstack(parts)
    covariance = apart.T @ apart / len(apart)
    level = float(np.trace(covariance)) / dimension
    if level <= 1e-9:
        return np.eye(dimension, dtype=np.float32)
    shrunken = (1 - SHRINKAGE) * covariance + SHRINKAGE * level * np.eye(dimension)
    values, axes = np.linalg.eigh(shrunken)
    turned: Floats = ((axes * values**-0.5) @ axes.T).astype(np.float32)
    return turned
