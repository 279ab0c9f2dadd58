"""Recognises intents in one language from a sentence's vector and its letters.

Three views vote: logistic regression on the vector, a linear SVM on words and letter groups, and
the three nearest examples of each intent. Used by intent_classifier; knows nothing of Rasa.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from addons.letters import Letters, Terms

# Chosen by validation inside the training parts of Banking77 and HWU64: docs/decisions/0020.
REGRESSION_C = 20.0
REGRESSION_TOLERANCE = 1e-4
SVM_C = 0.5
SVM_SHARPNESS = 4.0
NEIGHBOURS = 3
NEIGHBOUR_SHARPNESS = 15.0
SEED = 42
# Below every cosine.
NO_EXAMPLE = np.float32(-2)


@dataclass(frozen=True)
class Scores:
    """One row a sentence: how likely each intent is, and how near its nearest examples are."""

    probabilities: np.ndarray
    nearness: np.ndarray

    def best(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return for each sentence the likeliest intent's index, probability and nearness."""
        index = self.probabilities.argmax(axis=1)
        rows = np.arange(len(index))
        return index, self.probabilities[rows, index], self.nearness[rows, index]


@dataclass
class IntentHead:
    """The three trained views of one language."""

    intents: list[str]
    letters: Letters
    svm: tuple[np.ndarray, np.ndarray]
    regression: tuple[np.ndarray, np.ndarray]
    examples: np.ndarray
    owners: np.ndarray

    def __post_init__(self) -> None:
        # A column an example: multiplying one sentence by it takes half the time.
        self.examples = np.ascontiguousarray(self.examples.T).T
        self._places, self._averaged = _tabulate(self.owners, len(self.intents))

    @classmethod
    def train(cls, texts: Sequence[str], vectors: np.ndarray, intents: Sequence[str]) -> IntentHead:
        """Learn from at least two intents; `vectors` has one unit-length row a text."""
        known, owners = np.unique(np.asarray(intents), return_inverse=True)
        order = np.argsort(owners, kind="stable")
        letters, measured = Letters.learn(texts)
        svm = LinearSVC(C=SVM_C, random_state=SEED).fit(measured, owners)
        regression = LogisticRegression(
            C=REGRESSION_C, tol=REGRESSION_TOLERANCE, max_iter=1000, random_state=SEED
        ).fit(vectors, owners)
        return cls(
            intents=[str(each) for each in known],
            letters=letters,
            svm=_as_columns(svm.coef_, svm.intercept_),
            regression=_as_columns(regression.coef_, regression.intercept_),
            examples=np.asarray(vectors, dtype=np.float32)[order],
            owners=owners[order],
        )

    def score(self, texts: Sequence[str], vectors: np.ndarray) -> Scores:
        """Return what all three views together say."""
        nearness = self._nearness(vectors)
        weights, bias = self.svm
        written = np.stack([self.letters.weigh(text, weights) for text in texts])
        votes = [
            _softmax(vectors @ self.regression[0] + self.regression[1]),
            _softmax(SVM_SHARPNESS * (written + bias)),
            _softmax(NEIGHBOUR_SHARPNESS * nearness),
        ]
        return Scores(np.mean(votes, axis=0), nearness)

    def _nearness(self, vectors: np.ndarray) -> np.ndarray:
        """Mean cosine of the nearest three examples of each intent."""
        return np.stack([self._nearest(cosines) for cosines in vectors @ self.examples.T])

    def _nearest(self, cosines: np.ndarray) -> np.ndarray:
        """Take the best of every intent three times over: all intents at once, no sorting."""
        table = np.append(cosines, NO_EXAMPLE)[self._places]
        rows = np.arange(len(table))
        total = np.zeros(len(table), dtype=table.dtype)
        for _ in range(NEIGHBOURS):
            best = table.argmax(axis=1)
            found = table[rows, best]
            total += np.where(found > NO_EXAMPLE, found, 0)
            table[rows, best] = NO_EXAMPLE
        return total / self._averaged

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON: nothing that runs code when it is read."""
        folder.mkdir(parents=True, exist_ok=True)
        words, groups = self.letters.words, self.letters.groups
        np.savez(
            folder / "head.npz",
            svm=self.svm[0],
            svm_bias=self.svm[1],
            regression=self.regression[0],
            regression_bias=self.regression[1],
            examples=self.examples,
            owners=self.owners,
            words=words.weights,
            groups=groups.weights,
        )
        about = {
            "intents": self.intents,
            "words": words.in_order(),
            "groups": groups.in_order(),
        }
        (folder / "head.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentHead:
        about = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as stored:
            letters = Letters(
                words=Terms.of(about["words"], stored["words"]),
                groups=Terms.of(about["groups"], stored["groups"]),
            )
            return cls(
                intents=about["intents"],
                letters=letters,
                svm=(stored["svm"], stored["svm_bias"]),
                regression=(stored["regression"], stored["regression_bias"]),
                examples=stored["examples"],
                owners=stored["owners"],
            )


def _as_columns(weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a column an intent, laid out for one sentence at a time (else: 10 ms a parse)."""
    if len(weights) == 1:  # scikit-learn keeps one row for two intents
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _tabulate(owners: np.ndarray, intents: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a row of example numbers for each intent, and how many of them are averaged.

    Rows are filled up with the number after the last one, where NO_EXAMPLE is put.
    """
    counts = np.bincount(owners, minlength=intents)
    places = np.full((intents, int(counts.max())), len(owners), dtype=np.intp)
    for row, start in enumerate(np.cumsum(counts) - counts):
        places[row, : counts[row]] = np.arange(start, start + counts[row])
    return places, np.minimum(counts, NEIGHBOURS).astype(np.float32)
