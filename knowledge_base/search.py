"""Hybrid ranking of articles: their best passage, their centre of meaning, a little word overlap.

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
QUOTE_LEXICAL_WEIGHT = 0.3
"""Passages of one article mean nearly the same; their words tell them apart."""


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
    best: float
    """Cosine of the closest passage, phrasing or title."""
    centre: float
    """Cosine of the mean of them all: a single lucky phrasing does not win alone."""
    lexical: float
    """Share of the question's words, weighted by rarity, that the article contains."""
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
    words = _words_per_article(snapshot, matches, allowed)
    near = {snapshot.entries[at].article_id for at, _ in snapshot.nearest(query, allowed=allowed)}
    scored = []
    for article_id in near | words.keys():
        best = float((snapshot.matrix[snapshot.places[article_id]] @ query).max())
        centre = float(snapshot.centres[article_id] @ query)
        lexical = _share(snapshot, matches, words.get(article_id, frozenset()))
        score = (best + centre) / 2 + weight * lexical
        scored.append((score, article_id, best, centre, lexical))
    scored.sort(key=lambda each: (-each[0], str(each[1])))
    return [
        Ranked(
            article_id, score, best, centre, lexical, *_quote(snapshot, article_id, query, matches)
        )
        for score, article_id, best, centre, lexical in scored[:count]
    ]


def _words_per_article(
    snapshot: Snapshot, matches: WordMatches, allowed: NDArray[np.bool_]
) -> dict[UUID, frozenset[str]]:
    """The question's words found anywhere in each allowed article."""
    found: dict[UUID, frozenset[str]] = {}
    for passage_id, words in matches.by_passage.items():
        at = snapshot.position_of.get(passage_id)
        if at is not None and allowed[at]:
            key = snapshot.entries[at].article_id
            found[key] = found.get(key, frozenset()) | words
    return found


def _share(snapshot: Snapshot, matches: WordMatches, found: frozenset[str]) -> float:
    if not found:
        return 0.0
    return sum(map(snapshot.rarity, found)) / sum(map(snapshot.rarity, matches.words))


def _quote(
    snapshot: Snapshot, article_id: UUID, query: Vectors, matches: WordMatches
) -> tuple[int, float]:
    """Id and cosine of the body passage that answers best; phrasings are never quoted."""
    places = snapshot.quotable[article_id]
    cosines = snapshot.matrix[places] @ query
    ids = [snapshot.entries[at].passage_id for at in places]
    shares = [_share(snapshot, matches, matches.by_passage.get(each, frozenset())) for each in ids]
    chosen = int(np.argmax(cosines + QUOTE_LEXICAL_WEIGHT * np.asarray(shares)))
    return ids[chosen], float(cosines[chosen])
