"""Hybrid ranking of articles: their best passage, their centre of meaning, what sets them apart
from the other articles, and a little word overlap.

Called by knowledge_base.answering, calibrate and the benchmarks. Scores are added, never ranks:
reciprocal rank fusion measured clearly worse. The weights are fitted (knowledge_base.fitting).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.directions import Floats
from knowledge_base.encoder import Vectors
from knowledge_base.index import Snapshot

QUOTE_LEXICAL_WEIGHT = 0.3
"""Passages of one article mean nearly the same; their words tell them apart."""
NOTHING_LEFT_OUT: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts in an article's score."""

    best: float = 0.5
    centre: float = 0.5
    lexical: float = 0.1
    apart: float = 0.5


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
    apart: float
    """Cosine of the centre in the directions that tell the articles apart."""
    passage_id: int
    passage_score: float


@dataclass(frozen=True, slots=True)
class _Search:
    """One question against one snapshot."""

    snapshot: Snapshot
    query: Floats
    seen: Floats
    """The question in the directions that tell the articles apart."""
    matches: WordMatches
    left_out: frozenset[int]

    def signals(self, article_id: UUID, words: frozenset[str]) -> tuple[float, float, float, float]:
        """Best, centre, lexical and apart, as Weights names them."""
        snapshot, places = self.snapshot, self.snapshot.places[article_id]
        lexical = _share(snapshot, self.matches, words)
        gone = [at for at in places if at in self.left_out] if self.left_out else []
        if not gone:
            best = float((snapshot.matrix[places] @ self.query).max())
            centre = float(snapshot.centres[article_id] @ self.query)
            return best, centre, lexical, snapshot.directions.agreement(self.seen, article_id)
        rest = snapshot.matrix[[at for at in places if at not in self.left_out]]
        mean = rest.mean(axis=0)
        apart = snapshot.directions.agreement_without(
            self.seen, article_id, left_out=snapshot.matrix[gone]
        )
        centre = float(mean @ self.query) / max(float(np.linalg.norm(mean)), 1e-9)
        return float((rest @ self.query).max()), centre, lexical, apart


def rank(
    snapshot: Snapshot,
    vector: Vectors,
    matches: WordMatches,
    *,
    allowed: NDArray[np.bool_],
    weights: Weights = Weights(),
    count: int = 5,
    left_out: frozenset[int] = NOTHING_LEFT_OUT,
) -> list[Ranked]:
    """The best articles for a question, best first.

    `left_out` are positions that are treated as if they did not exist; they are not allowed either.
    """
    query = vector.reshape(-1)
    search = _Search(snapshot, query, snapshot.directions.look(query), matches, left_out)
    words = _words_per_article(snapshot, matches, allowed)
    near = {snapshot.entries[at].article_id for at, _ in snapshot.nearest(query, allowed=allowed)}
    scored = []
    for article_id in near | words.keys():
        best, centre, lexical, apart = search.signals(
            article_id, words.get(article_id, frozenset())
        )
        score = (
            weights.best * best
            + weights.centre * centre
            + weights.lexical * lexical
            + weights.apart * apart
        )
        scored.append((score, article_id, best, centre, lexical, apart))
    scored.sort(key=lambda each: (-each[0], str(each[1])))
    return [
        Ranked(
            article_id,
            score,
            best,
            centre,
            lexical,
            apart,
            *_quote(snapshot, article_id, query, matches),
        )
        for score, article_id, best, centre, lexical, apart in scored[:count]
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
