"""Hybrid ranking: cosine with every phrasing max-pooled per article, plus a little word overlap.

Called by knowledge_base.answering, calibrate and the benchmarks. Scores are added, never ranks:
reciprocal rank fusion measured clearly worse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors
from knowledge_base.index import Snapshot

LEXICAL_WEIGHT = 0.1
NEAREST = 64


@dataclass(frozen=True, slots=True)
class WordMatches:
    """What PostgreSQL's full-text search found: the question's words, and who contains which."""

    words: frozenset[str]
    by_passage: Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article as a candidate answer, and the passage of it to quote."""

    article_id: UUID
    score: float
    dense: float
    lexical: float
    passage_id: int
    passage_score: float


def rank(
    snapshot: Snapshot,
    vector: Vectors,
    matches: WordMatches,
    *,
    allowed: NDArray[np.bool_],
    weight: float = LEXICAL_WEIGHT,
    count: int = 5,
) -> list[Ranked]:
    """The best articles for a question, best first."""
    query = vector.reshape(-1)
    overlap = _overlap(snapshot, matches, allowed)
    cosines = dict(snapshot.nearest(query, allowed=allowed, count=NEAREST))
    cosines |= {at: float(snapshot.matrix[at] @ query) for at in overlap.keys() - cosines.keys()}
    dense = _best_per_article(snapshot, cosines)
    lexical = _best_per_article(snapshot, overlap)
    fused = {key: dense[key] + weight * lexical.get(key, 0.0) for key in dense}
    best = sorted(fused, key=lambda key: (-fused[key], str(key)))
    ranked = []
    for key in best:
        quoted = _quote(snapshot, key, query, overlap, allowed=allowed, weight=weight)
        if quoted is not None:
            ranked.append(Ranked(key, fused[key], dense[key], lexical.get(key, 0.0), *quoted))
        if len(ranked) == count:
            break
    return ranked


def _overlap(
    snapshot: Snapshot, matches: WordMatches, allowed: NDArray[np.bool_]
) -> dict[int, float]:
    """Share of the question's words, weighted by rarity, that each passage contains."""
    weights = {word: snapshot.rarity(word) for word in matches.words}
    total = sum(weights.values())
    shares: dict[int, float] = {}
    for passage_id, words in matches.by_passage.items():
        at = snapshot.position_of.get(passage_id)
        if at is not None and allowed[at]:
            shares[at] = sum(weights[word] for word in words) / total
    return shares


def _best_per_article(snapshot: Snapshot, scores: Mapping[int, float]) -> dict[UUID, float]:
    best: dict[UUID, float] = {}
    for at, score in scores.items():
        key = snapshot.entries[at].article_id
        best[key] = max(score, best.get(key, score))
    return best


def _quote(
    snapshot: Snapshot,
    article_id: UUID,
    query: Vectors,
    overlap: Mapping[int, float],
    *,
    allowed: NDArray[np.bool_],
    weight: float,
) -> tuple[int, float] | None:
    """Id and cosine of the body passage that answers best; phrasings are never quoted."""
    places = [at for at in snapshot.quotable.get(article_id, ()) if allowed[at]]
    if not places:
        return None
    cosines = snapshot.matrix[places] @ query
    fused = [c + weight * overlap.get(at, 0.0) for at, c in zip(places, cosines, strict=True)]
    chosen = int(np.argmax(fused))
    return snapshot.entries[places[chosen]].passage_id, float(cosines[chosen])
