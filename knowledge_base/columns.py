"""The index's columns: passages grouped by article, with all that filters and ranking need.

Made and looked into by knowledge_base.index; without the passages' texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.answers import Reader
from knowledge_base.encoder import Vectors
from knowledge_base.models import Audience, PassageKind, Stage
from knowledge_base.nearest import Nearest

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS = tuple(PassageKind)


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


class Vocabulary:
    """Numbers for words, only ever added to: every snapshot of a process shares one."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []

    def number(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the words' numbers; new words get one."""
        for word in words:
            if word not in self._numbers:
                self._words.append(word)
                self._numbers[word] = len(self._words) - 1
        return np.asarray([self._numbers[word] for word in words], dtype=np.int32)

    def spell(self, numbers: NDArray[np.int32]) -> tuple[str, ...]:
        """Return the words again."""
        return tuple(self._words[number] for number in numbers)

    def find(self, word: str) -> int | None:
        return self._numbers.get(word)

    def __len__(self) -> int:
        return len(self._words)


@dataclass(frozen=True)
class Article:
    """What all passages of an article share: who may read it when, and the words in them."""

    article_id: UUID
    language: str
    signed_in: bool
    segments: frozenset[str]
    stage: str
    start: float
    end: float
    words: NDArray[np.int32]


@dataclass(frozen=True)
class Part:
    """Passages in columns, article by article: article `n` has the rows from bounds[n] on."""

    articles: tuple[Article, ...]
    bounds: Numbers
    ids: Numbers
    kinds: NDArray[np.int8]
    words: tuple[NDArray[np.int32], ...]
    vectors: Nearest

    @property
    def body(self) -> Flags:
        """Which rows may be quoted."""
        found: Flags = self.kinds == KINDS.index(PassageKind.PASSAGE)
        return found

    @cached_property
    def rows(self) -> dict[UUID, int]:
        return {article.article_id: row for row, article in enumerate(self.articles)}

    @cached_property
    def centres(self) -> Vectors:
        """Each article's mean direction."""
        matrix = self.vectors.matrix
        if not self.articles:
            return matrix
        sums = np.add.reduceat(matrix, self.bounds[:-1], axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres: Vectors = sums / np.maximum(lengths, 1e-12)
        return centres

    @cached_property
    def spans(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        starts = np.asarray([each.start for each in self.articles], dtype=np.float64)
        ends = np.asarray([each.end for each in self.articles], dtype=np.float64)
        return starts, ends

    @cached_property
    def _groups(self) -> tuple[list[Article], NDArray[np.int32]]:
        """The few different kinds of readers, by an example, and which one each article is for."""
        known: dict[tuple[object, ...], int] = {}
        examples: list[Article] = []
        numbers = np.empty(len(self.articles), dtype=np.int32)
        for row, each in enumerate(self.articles):
            key = (each.language, each.signed_in, each.segments, each.stage)
            if key not in known:
                known[key] = len(examples)
                examples.append(each)
            numbers[row] = known[key]
        return examples, numbers

    @cached_property
    def _by_id(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.ids)
        return order, self.ids[order]

    @cached_property
    def article_of(self) -> NDArray[np.int32]:
        """The number of the article that each row belongs to."""
        return np.repeat(np.arange(len(self.articles), dtype=np.int32), np.diff(self.bounds))

    def find(self, passage_id: int) -> int | None:
        """The row of a passage, if it is here."""
        order, ordered = self._by_id
        at = int(np.searchsorted(ordered, passage_id))
        found = at < len(ordered) and ordered[at] == passage_id
        return int(order[at]) if found else None

    def readable(self, moment: float, reader: Reader) -> Flags:
        """Which articles this reader may see at this moment."""
        examples, numbers = self._groups
        may = np.asarray([_may_read(reader, each) for each in examples], dtype=np.bool_)
        starts, ends = self.spans
        if not len(numbers):
            return np.zeros(0, dtype=np.bool_)
        found: Flags = may[numbers] & (starts <= moment) & (moment < ends)
        return found

    def spread(self, articles: Flags) -> Flags:
        """From a flag per article to one per passage."""
        return np.repeat(articles, np.diff(self.bounds))

    def warm(self) -> "Part":
        """Build everything now, so that no customer's question pays for it."""
        _ = self.rows, self.centres, self.spans, self._groups, self._by_id, self.article_of
        return self


def _may_read(reader: Reader, article: Article) -> bool:
    return (
        article.language == reader.language
        and (reader.signed_in or not article.signed_in)
        and (not article.segments or bool(article.segments & reader.segments))
        and (article.stage == Stage.ANY or reader.stage in (None, article.stage))
    )


def is_sound(vector: bytes, dimension: int) -> bool:
    """Of the right length, made of numbers, and of unit length."""
    if len(vector) != 4 * dimension:
        return False
    values = np.frombuffer(vector, dtype=np.float32)
    return bool(abs(float(values @ values) - 1.0) < 0.01)  # False for NaN


def make_part(entries: Iterable[Entry], *, dimension: int, vocabulary: Vocabulary) -> Part:
    """Columns from entries whose vectors are sound, grouped by article as these come first."""
    joined, ids, kinds, owners = bytearray(), list[int](), list[int](), list[int]()
    words, heads = list[NDArray[np.int32]](), dict[UUID, tuple[int, Entry]]()
    for entry in entries:
        if not is_sound(entry.vector, dimension):
            continue
        row, _ = heads.setdefault(entry.article_id, (len(heads), entry))
        joined += entry.vector
        ids.append(entry.passage_id)
        kinds.append(KINDS.index(entry.kind))
        words.append(vocabulary.number(entry.lexemes))
        owners.append(row)
    owned = np.asarray(owners, dtype=np.int64)
    order = np.argsort(owned, kind="stable")
    matrix = np.frombuffer(joined, dtype=np.float32).reshape(-1, dimension)
    sizes = np.bincount(owned, minlength=len(heads))
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    held = tuple(words[at] for at in order)
    return Part(
        tuple(
            _as_article(entry, held[bounds[row] : bounds[row + 1]]) for row, entry in heads.values()
        ),
        bounds,
        np.asarray(ids, dtype=np.int64)[order],
        np.asarray(kinds, dtype=np.int8)[order],
        held,
        Nearest(matrix[order] if (np.diff(owned) < 0).any() else matrix),
    )


def _as_article(entry: Entry, words: Sequence[NDArray[np.int32]]) -> Article:
    return Article(
        entry.article_id,
        entry.language,
        entry.audience is Audience.SIGNED_IN,
        frozenset(entry.segments),
        entry.stage,
        entry.valid_from.timestamp() if entry.valid_from else -np.inf,
        entry.valid_until.timestamp() if entry.valid_until else np.inf,
        np.unique(np.concatenate(words)),
    )


def join(*pieces: tuple[Part, Flags]) -> Part:
    """One part from the chosen articles of several."""
    chosen = [(part, part.spread(articles)) for part, articles in pieces]
    sizes = np.concatenate([np.diff(part.bounds)[articles] for part, articles in pieces])
    return Part(
        tuple(
            article
            for part, articles in pieces
            for article, keep in zip(part.articles, articles, strict=True)
            if keep
        ),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate([part.ids[rows] for part, rows in chosen]),
        np.concatenate([part.kinds[rows] for part, rows in chosen]),
        tuple(part.words[row] for part, rows in chosen for row in np.flatnonzero(rows)),
        Nearest(np.concatenate([part.vectors.matrix[rows] for part, rows in chosen])),
    )
