"""Turns votes into a confidence that means what it says: of all 0.8s, eight in ten are right.

Learnt inside the training data: by folds, what was right; by leaving whole intents out, how
messages look that no intent fits. Used by intent_classifier; knows nothing of Rasa.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from addons.intent_head import SEED, IntentHead, Scores

FOLDS = 3
INTENT_FOLDS = 2
# Left-out intents weigh as if this share of all messages fitted no intent.
FOREIGN_SHARE = 0.05
SMALLEST = 1e-6


@dataclass(frozen=True)
class Confidence:
    """A logistic curve over the best probability and the nearness of its examples."""

    slope: float = 1.0
    nearness: float = 0.0
    offset: float = 0.0

    def of(self, probability: np.ndarray, nearness: np.ndarray) -> np.ndarray:
        """Return the chance that the likeliest intent is the right one."""
        curve = self.slope * _log_odds(probability) + self.nearness * nearness + self.offset
        return np.asarray(1.0 / (1.0 + np.exp(-curve)))

    def adjust(self, scores: Scores) -> np.ndarray:
        """Return all probabilities so that the best one is its confidence; the order stays.

        What is missing to one is the chance that no intent fits.
        """
        index, best, near = scores.best()
        sure = self.of(best, near)
        rest = np.minimum(sure / best, (1 - sure) / np.maximum(1 - best, SMALLEST))
        adjusted = scores.probabilities * rest[:, None]
        adjusted[np.arange(len(index)), index] = sure
        return adjusted


def learn_confidence(
    texts: Sequence[str],
    vectors: np.ndarray,
    intents: Sequence[str],
    *,
    asked: np.ndarray | None = None,
) -> Confidence:
    """Fit the curve on sentences the asked head has not seen; too few leave the plain votes.

    Of the rows only those are asked that are `asked`, all by default: a head that learns from
    English, too, is surer of English than of what it is there for.
    """
    labels = np.asarray(intents)
    asked = np.ones(len(labels), dtype=bool) if asked is None else asked
    known, counts = np.unique(labels, return_counts=True)
    if len(known) < 2 * FOLDS or counts.min() < 2:
        return Confidence()
    rows: list[np.ndarray] = []
    right: list[np.ndarray] = []
    foreign: list[np.ndarray] = []
    for train, left_out, is_foreign in _splits(labels, known, folds=min(FOLDS, int(counts.min()))):
        test = left_out[asked[left_out]]
        if not len(test):
            continue
        head = IntentHead.train([texts[i] for i in train], vectors[train], labels[train])
        scores = head.score([texts[i] for i in test], vectors[test])
        index, best, near = scores.best()
        rows.append(np.column_stack([_log_odds(best), near]))
        right.append(np.asarray(head.intents)[index] == labels[test])
        foreign.append(np.full(len(test), is_foreign))
    return _fit(np.vstack(rows), np.concatenate(right), np.concatenate(foreign))


def _splits(
    labels: np.ndarray, known: np.ndarray, *, folds: int
) -> Iterator[tuple[np.ndarray, np.ndarray, bool]]:
    """Yield training and test rows: first over sentences, then over whole intents."""
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(
        labels, labels
    ):
        yield train, test, False
    shuffled = np.random.RandomState(SEED).permutation(known)
    for left_out in np.array_split(shuffled, INTENT_FOLDS):
        inside = ~np.isin(labels, left_out)
        yield np.flatnonzero(inside), np.flatnonzero(~inside), True


def _fit(rows: np.ndarray, right: np.ndarray, foreign: np.ndarray) -> Confidence:
    if right[~foreign].all() or not right.any():
        return Confidence()
    weights = np.where(
        foreign, FOREIGN_SHARE / foreign.sum(), (1 - FOREIGN_SHARE) / (~foreign).sum()
    )
    curve = LogisticRegression(C=1e3, max_iter=1000).fit(rows, right, weights * len(rows))
    slope, nearness = (float(each) for each in curve.coef_[0])
    return Confidence(slope=slope, nearness=nearness, offset=float(curve.intercept_[0]))


def _log_odds(probability: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(kept / (1 - kept)))
