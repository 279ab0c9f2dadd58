"""What a text is written with: TF-IDF of words and word pairs, and of letter groups inside words.

scikit-learn learns the terms and their weights; reading one text is done here, because its
vectorizers spend more time on checks than on the text. Used by intent_head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

SMALLEST_GROUP = 2
LARGEST_GROUP = 5
# The same as scikit-learn's, which cuts the training texts.
_WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True)
class Terms:
    """The known terms of one kind, in the order of their weights (inverse document frequency)."""

    places: dict[str, int]
    weights: np.ndarray

    @classmethod
    def of(cls, terms: Sequence[str], weights: np.ndarray) -> Terms:
        places = {term: place for place, term in enumerate(terms)}
        return cls(places, np.asarray(weights, dtype=np.float32))

    @classmethod
    def learnt(cls, vectorizer: TfidfVectorizer) -> Terms:
        known: dict[str, int] = vectorizer.vocabulary_
        return cls.of(sorted(known, key=known.__getitem__), vectorizer.idf_)

    def measure(self, found: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of the terms that are known, and unit-length values for them."""
        places = self.places
        counts = Counter([places[term] for term in found if term in places])
        known = np.fromiter(counts, dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (np.log(often) + 1) * self.weights[known]
        return known, values / max(float(np.sqrt(values @ values)), 1e-12)

    def in_order(self) -> list[str]:
        return list(self.places)


@dataclass(frozen=True)
class Letters:
    """The terms of the training texts."""

    words: Terms
    groups: Terms

    @classmethod
    def learn(cls, texts: Sequence[str]) -> tuple[Letters, sparse.csr_matrix]:
        """Return what the texts are written with, and the texts measured by it."""
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        sizes = (SMALLEST_GROUP, LARGEST_GROUP)
        groups = TfidfVectorizer(
            analyzer="char_wb", ngram_range=sizes, sublinear_tf=True, dtype=np.float32
        )
        measured = [words.fit_transform(texts), groups.fit_transform(texts)]
        return cls(Terms.learnt(words), Terms.learnt(groups)), sparse.hstack(measured).tocsr()

    def weigh(self, text: str, by: np.ndarray) -> np.ndarray:
        """Return the text's terms times their rows of a matrix: words first, then groups."""
        lowered = text.lower()
        parts = [self.words.measure(cut_words(lowered)), self.groups.measure(cut_groups(lowered))]
        (words, of_words), (groups, of_groups) = parts
        rows = by[np.concatenate([words, groups + len(self.words.places)])]
        return np.asarray(np.concatenate([of_words, of_groups]) @ rows)


def cut_words(text: str) -> list[str]:
    """Return words of two letters and more, then pairs of them."""
    words = _WORD.findall(text)
    return words + [f"{one} {other}" for one, other in pairwise(words)]


def cut_groups(text: str) -> list[str]:
    """Return the letter groups of each word, its edges marked by a space."""
    groups: list[str] = []
    for word in text.split():
        edged = f" {word} "
        length = len(edged)
        for size in range(SMALLEST_GROUP, LARGEST_GROUP + 1):
            if size >= length:  # the whole word, once
                groups.append(edged)
                break
            groups += [edged[start : start + size] for start in range(length - size + 1)]
    return groups
