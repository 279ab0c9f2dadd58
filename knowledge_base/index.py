"""The passages of one process in FAISS: immutable snapshots, swapped whole when content changes.

Built by knowledge_base.answering from PostgreSQL, which stays the only truth.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.answers import Reader
from knowledge_base.directions import Directions, learn
from knowledge_base.encoder import Vectors
from knowledge_base.models import Audience, PassageKind, Stage

# Exact search is faster on one thread up to far beyond our sizes, and leaves the cores to others.
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One published passage: what filters and ranking need to know, without its text."""

    passage_id: int
    article_id: UUID
    kind: PassageKind
    language: str
    audience: Audience
    stage: Stage
    segments: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    encoder: str
    lexemes: tuple[str, ...]
    vector: bytes = field(repr=False)


@dataclass(frozen=True)
class Snapshot:
    """What one search sees, whatever is published meanwhile."""

    entries: tuple[Entry, ...]
    dimension: int
    foreign: int = 0
    """Passages left out because another encoder made their vectors."""

    @cached_property
    def flat(self) -> faiss.IndexFlatIP:
        """Exact inner products; 0.2 ms at 10,000 passages, so nothing approximate is needed."""
        index = faiss.IndexFlatIP(self.dimension)
        index.add(self.matrix)
        return index

    @cached_property
    def matrix(self) -> Vectors:
        joined = b"".join(entry.vector for entry in self.entries)
        return np.frombuffer(joined, dtype=np.float32).reshape(-1, self.dimension)

    @cached_property
    def position_of(self) -> dict[int, int]:
        return {entry.passage_id: at for at, entry in enumerate(self.entries)}

    @cached_property
    def places(self) -> dict[UUID, list[int]]:
        """Positions of everything that belongs to an article."""
        return self._positions(set(PassageKind))

    @cached_property
    def quotable(self) -> dict[UUID, list[int]]:
        """Positions of each article's body passages."""
        return self._positions({PassageKind.PASSAGE})

    @cached_property
    def centres(self) -> dict[UUID, Vectors]:
        """Each article's mean direction."""
        means = {key: self.matrix[places].mean(axis=0) for key, places in self.places.items()}
        return {key: mean / np.linalg.norm(mean) for key, mean in means.items()}

    @cached_property
    def directions(self) -> Directions:
        """What tells the articles apart."""
        return learn(self.matrix, self.places)

    @cached_property
    def _word_census(self) -> tuple[int, Counter[str]]:
        """How many articles there are, and how many contain each word."""
        words: dict[UUID, set[str]] = {}
        for entry in self.entries:
            words.setdefault(entry.article_id, set()).update(entry.lexemes)
        return len(words), Counter(word for held in words.values() for word in held)

    def rarity(self, word: str) -> float:
        """How much a word tells: high when few articles contain it, highest when none does."""
        articles, holding = self._word_census
        return math.log1p((articles - holding[word] + 0.5) / (holding[word] + 0.5))

    @cached_property
    def _validity(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        starts = [e.valid_from.timestamp() if e.valid_from else -np.inf for e in self.entries]
        ends = [e.valid_until.timestamp() if e.valid_until else np.inf for e in self.entries]
        return np.asarray(starts, dtype=np.float64), np.asarray(ends, dtype=np.float64)

    @cached_property
    def _readers(self) -> NDArray[np.str_]:
        """What kind of reader each passage is for, whatever their segments."""
        kinds = [_kind_of_reader(e.language, e.audience, e.stage) for e in self.entries]
        return np.asarray(kinds, dtype=np.str_)

    @cached_property
    def _segmented(self) -> list[tuple[int, frozenset[str]]]:
        """Positions of what only some segments may read, and these segments."""
        return [(at, frozenset(e.segments)) for at, e in enumerate(self.entries) if e.segments]

    def allowed(self, now: datetime, reader: Reader) -> NDArray[np.bool_]:
        """Which passages may be served now to this reader; decided before ranking, not after."""
        starts, ends = self._validity
        moment = now.timestamp()
        readable = np.isin(self._readers, _kinds_for(reader))
        valid: NDArray[np.bool_] = readable & (starts <= moment) & (moment < ends)
        for at, segments in self._segmented:
            valid[at] &= bool(segments & reader.segments)
        return valid

    def nearest(
        self, vector: Vectors, *, allowed: NDArray[np.bool_], count: int = 64
    ) -> list[tuple[int, float]]:
        """Positions and cosines of the closest allowed passages, best first."""
        found = min(count, int(allowed.sum()))
        if found == 0:
            return []
        bits = np.packbits(allowed, bitorder="little")
        # faiss's stubs do not know the constructors its Python layer adds.
        selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]
        chosen = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        cosines, positions = self.flat.search(vector.reshape(1, -1), found, params=chosen)
        return [(int(at), float(c)) for at, c in zip(positions[0], cosines[0], strict=True)]

    def _positions(self, kinds: set[PassageKind]) -> dict[UUID, list[int]]:
        found: dict[UUID, list[int]] = {}
        for at, entry in enumerate(self.entries):
            if entry.kind in kinds:
                found.setdefault(entry.article_id, []).append(at)
        return found

    def warm(self) -> "Snapshot":
        """Build everything now, so that no customer's question pays for it."""
        _ = self.flat, self.position_of, self.quotable, self.centres, self._word_census
        _ = self.directions, self._validity, self._readers, self._segmented
        return self

    def replacing(self, article_id: UUID, entries: Iterable[Entry], *, encoder: str) -> "Snapshot":
        """The same passages, but this article's are exchanged for the given ones."""
        kept = [entry for entry in self.entries if entry.article_id != article_id]
        return build([*kept, *entries], encoder=encoder, dimension=self.dimension)


def _kind_of_reader(language: str, audience: Audience, stage: Stage) -> str:
    return f"{language}/{audience}/{stage}"


def _kinds_for(reader: Reader) -> list[str]:
    """Every kind of passage that this reader may see."""
    audiences = tuple(Audience) if reader.signed_in else (Audience.PUBLIC,)
    stages = tuple(Stage) if reader.stage is None else (Stage.ANY, Stage(reader.stage))
    return [
        _kind_of_reader(reader.language, audience, stage)
        for audience in audiences
        for stage in stages
    ]


def build(entries: Iterable[Entry], *, encoder: str, dimension: int) -> Snapshot:
    """A warm snapshot of the passages that this encoder made; the others are only counted."""
    every = list(entries)
    ours = tuple(entry for entry in every if entry.encoder == encoder)
    return Snapshot(ours, dimension, foreign=len(every) - len(ours)).warm()
