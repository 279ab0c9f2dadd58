"""Groups questions that ask the same, and knows a group again tomorrow. Pure."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from knowledge_base.encoder import Vectors

CUT = 0.45
"""Average cosine distance up to which two groups of questions are one."""
MOST_GROUPED = 2000
LEAST_SHARED = 0.3


def group(vectors: Vectors) -> list[int]:
    """Return each row's group; the same rows in the same order always give the same groups."""
    if len(vectors) < 2:
        return [0] * len(vectors)
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=CUT, metric="cosine", linkage="average"
    )
    return [int(label) for label in model.fit_predict(vectors)]


def find_middle(vectors: Vectors, weights: Sequence[float]) -> tuple[int, Vectors]:
    """Return the row nearest to the weighted centre, and the centre as a unit vector."""
    centre = np.average(vectors, axis=0, weights=weights)
    centre /= np.linalg.norm(centre) or 1.0
    return int(np.argmax(vectors @ centre)), centre


def recognise(
    groups: Sequence[frozenset[str]], known: Mapping[UUID, frozenset[str]]
) -> dict[int, UUID]:
    """Return which known group each group is; the pairs that share most find each other first.

    Shared is measured against the smaller of the two, so that a group may grow and its old
    questions fall out of sight.
    """
    pairs = sorted(
        (
            (len(own & other) / min(len(own), len(other)), len(own & other), str(known_id), place)
            for place, own in enumerate(groups)
            for known_id, other in known.items()
            if own & other
        ),
        key=lambda pair: (-pair[0], -pair[1], pair[2], pair[3]),
    )
    found: dict[int, UUID] = {}
    for shared, _, known_id, place in pairs:
        taken = UUID(known_id) in found.values()
        if shared >= LEAST_SHARED and place not in found and not taken:
            found[place] = UUID(known_id)
    return found
