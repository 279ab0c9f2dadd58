"""The passages of one process in FAISS: immutable snapshots, swapped whole when content changes.

Filled by knowledge_base.loading from PostgreSQL, which stays the only truth. A snapshot is a large
base and a small part with what changed since, so that publishing one article copies no vectors.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.answers import Reader
from knowledge_base.columns import KINDS, Entry, Flags, Numbers, Part, Vocabulary, join, make_part
from knowledge_base.directions import Directions, learn
from knowledge_base.encoder import Vectors
from knowledge_base.models import PassageKind

MOST_RECENT = 2_000
"""Passages of changed articles beside the base, before both should become one again."""
SMALL = 5_000
"""Passages up to which base and recent part become one again after every change."""
FEW = 0.1
"""Share of the base's articles up to which a change leaves its directions as they are meanwhile."""


@dataclass(frozen=True)
class Snapshot:
    """What one search sees, whatever is published meanwhile.

    A position is a row of the base, or behind all of them a row of the recent part.
    """

    base: Part
    recent: Part
    gone: Flags
    """Articles of the base that were replaced or withdrawn since it was built."""
    census: NDArray[np.int32]
    """How many articles contain each word of the vocabulary."""
    vocabulary: Vocabulary
    directions: Directions
    """What tells the articles of the base apart, and where every article lies then."""
    foreign: int = 0
    """Passages left out because no sound vector of this encoder is stored."""

    @property
    def dimension(self) -> int:
        return int(self.base.vectors.dimension)

    @property
    def size(self) -> int:
        """How many passages can be found."""
        dead = int(np.diff(self.base.bounds)[self.gone].sum())
        return len(self.base.ids) - dead + len(self.recent.ids)

    @property
    def articles(self) -> int:
        """How many articles can be found."""
        return len(self.base.articles) - int(self.gone.sum()) + len(self.recent.articles)

    @property
    def entries(self) -> "Placed":
        """Passage and article at a position."""
        return Placed(self)

    @property
    def matrix(self) -> "Rows":
        """Vectors by position."""
        return Rows(self)

    @property
    def position_of(self) -> "PositionOf":
        """Position of a passage by its id."""
        return PositionOf(self)

    @property
    def places(self) -> "Places":
        """Positions of everything that belongs to an article."""
        return Places(self)

    @property
    def quotable(self) -> "Places":
        """Positions of each article's body passages."""
        return Places(self, only_body=True)

    @property
    def centres(self) -> "Centres":
        """Each article's mean direction."""
        return Centres(self)

    def rarity(self, word: str) -> float:
        """How much a word tells: high when few articles contain it, highest when none does."""
        holding = self.count(word)
        return math.log1p((self.articles - holding + 0.5) / (holding + 0.5))

    def count(self, word: str) -> int:
        """How many articles contain the word."""
        number = self.vocabulary.find(word)
        return 0 if number is None or number >= len(self.census) else int(self.census[number])

    def allowed(self, now: datetime, reader: Reader) -> Flags:
        """Which positions may be served now to this reader; decided before ranking, not after."""
        moment = now.timestamp()
        base = self.base.readable(moment, reader) & ~self.gone
        recent = self.recent.readable(moment, reader)
        return np.concatenate([self.base.spread(base), self.recent.spread(recent)])

    def nearest(
        self, vector: Vectors, *, allowed: Flags, count: int = 64
    ) -> list[tuple[int, float]]:
        """Positions and cosines of the closest allowed passages, best first."""
        border = len(self.base.ids)
        found = self.base.vectors.search(vector, allowed[:border], count)
        recent = self.recent.vectors.search(vector, allowed[border:], count)
        found += [(border + at, cosine) for at, cosine in recent]
        return sorted(found, key=lambda each: (-each[1], each[0]))[:count]

    def replacing(self, article_id: UUID, entries: Iterable[Entry], *, encoder: str) -> "Snapshot":
        """The same passages, but this article's are exchanged for the given ones."""
        return self.replacing_all({article_id: list(entries)}, encoder=encoder)

    def replacing_all(self, changed: Mapping[UUID, Sequence[Entry]], *, encoder: str) -> "Snapshot":
        """The same passages, but those of these articles are exchanged for the given ones."""
        given = [entry for entries in changed.values() for entry in entries]
        ours = [entry for entry in given if entry.encoder == encoder]
        fresh = make_part(ours, dimension=self.dimension, vocabulary=self.vocabulary).warm()
        gone = self.gone.copy()
        gone[[row for row in map(self.base.rows.get, changed) if row is not None]] = True
        kept = np.asarray([a.article_id not in changed for a in self.recent.articles], dtype=bool)
        every = np.ones(len(fresh.articles), dtype=bool)
        after = replace(
            self,
            recent=join((self.recent, kept), (fresh, every)).warm(),
            gone=gone,
            census=self._recount(changed, fresh),
            foreign=len(given) - len(fresh.ids),
        )
        if after.size <= SMALL and after._has_changed_much():
            return after.settled()
        return replace(after, directions=_move(self.directions, changed, fresh))

    def _recount(self, changed: Iterable[UUID], fresh: Part) -> NDArray[np.int32]:
        census = np.zeros(len(self.vocabulary), dtype=np.int32)
        census[: len(self.census)] = self.census
        for article_id in changed:
            found = self.find_part(article_id)
            if found is not None:
                census[found[0].articles[found[1]].words] -= 1
        for article in fresh.articles:
            census[article.words] += 1
        return census

    def needs_settling(self) -> bool:
        """True when so much changed that base and recent part should become one again."""
        if self.size <= SMALL:
            return bool(len(self.recent.ids) or self.gone.any())
        return len(self.recent.ids) > MOST_RECENT or self.base.vectors.wants_training()

    def _has_changed_much(self) -> bool:
        """True when what was learned from the base says little about what is there now."""
        changed = len(self.recent.articles) + int(self.gone.sum())
        return changed > FEW * len(self.base.articles)

    def settled(self) -> "Snapshot":
        """The same passages with an empty recent part, and sorted if there are many: slow."""
        base = self.base
        if self.gone.any() or len(self.recent.ids):
            everything = np.ones(len(self.recent.articles), dtype=bool)
            base = join((self.base, ~self.gone), (self.recent, everything)).warm()
        base.vectors.train()
        empty = make_part([], dimension=self.dimension, vocabulary=self.vocabulary)
        gone = np.zeros(len(base.articles), dtype=bool)
        return replace(self, base=base, recent=empty.warm(), gone=gone, directions=_learn(base))

    def part_at(self, position: int) -> tuple[Part, int]:
        """The part that holds a position, and the row in it."""
        border = len(self.base.ids)
        return (self.base, position) if position < border else (self.recent, position - border)

    def find_part(self, article_id: UUID) -> tuple[Part, int] | None:
        """The part that holds an article, and its number in it."""
        row = self.recent.rows.get(article_id)
        if row is not None:
            return self.recent, row
        row = self.base.rows.get(article_id)
        return None if row is None or self.gone[row] else (self.base, row)

    def get_part(self, article_id: UUID) -> tuple[Part, int]:
        """As find_part. Raises KeyError."""
        found = self.find_part(article_id)
        if found is None:
            raise KeyError(article_id)
        return found


@dataclass(frozen=True, slots=True)
class _View:
    """A way to look into both parts of a snapshot as if they were one."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Place:
    """What lies at a position."""

    passage_id: int
    article_id: UUID
    kind: PassageKind
    lexemes: tuple[str, ...]
    language: str


class Placed(_View):
    """Passages by position."""

    def __len__(self) -> int:
        return len(self.snapshot.base.ids) + len(self.snapshot.recent.ids)

    def __getitem__(self, position: int) -> Place:
        part, row = self.snapshot.part_at(position)
        if row >= len(part.ids):
            raise IndexError(position)
        article = part.articles[part.article_of[row]]
        return Place(
            int(part.ids[row]),
            article.article_id,
            KINDS[part.kinds[row]],
            self.snapshot.vocabulary.spell(part.words[row]),
            article.language,
        )

    def __iter__(self) -> Iterator[Place]:
        return (self[position] for position in range(len(self)))


class Rows(_View):
    """Vectors by position, or by several."""

    def __getitem__(self, positions: int | Sequence[int] | Numbers) -> Vectors:
        base, recent = self.snapshot.base.vectors.matrix, self.snapshot.recent.vectors.matrix
        wanted = np.asarray(positions, dtype=np.int64)
        late = wanted >= len(base)
        if not late.any():
            found: Vectors = base[wanted]
        elif late.all():
            found = recent[wanted - len(base)]
        else:
            found = np.empty((len(wanted), base.shape[1]), dtype=np.float32)
            found[~late], found[late] = base[wanted[~late]], recent[wanted[late] - len(base)]
        return found


class PositionOf(_View):
    """Positions by passage id."""

    def get(self, passage_id: int) -> int | None:
        """None for what is not served, or not any more."""
        recent = self.snapshot.recent.find(passage_id)
        if recent is not None:
            return len(self.snapshot.base.ids) + recent
        return self.snapshot.base.find(passage_id)


@dataclass(frozen=True, slots=True)
class Places(_View):
    """Positions by article."""

    only_body: bool = False

    def __getitem__(self, article_id: UUID) -> list[int]:
        part, row = self.snapshot.get_part(article_id)
        first, end = int(part.bounds[row]), int(part.bounds[row + 1])
        border = 0 if part is self.snapshot.base else len(self.snapshot.base.ids)
        rows = range(first, end)
        if not self.only_body:
            return [border + each for each in rows]
        return [border + each for each in rows if part.body[each]]

    def __contains__(self, article_id: UUID) -> bool:
        return self.snapshot.find_part(article_id) is not None


class Centres(_View):
    """Mean directions by article."""

    def __getitem__(self, article_id: UUID) -> Vectors:
        part, row = self.snapshot.get_part(article_id)
        centre: Vectors = part.centres[row]
        return centre


def _learn(base: Part) -> Directions:
    bounds = base.bounds.tolist()
    places = {
        article.article_id: range(bounds[row], bounds[row + 1])
        for row, article in enumerate(base.articles)
    }
    return learn(base.vectors.matrix, places)


def _move(directions: Directions, changed: Iterable[UUID], fresh: Part) -> Directions:
    """Where the changed articles lie now, in the directions learned before."""
    sums, lengths = dict(directions.sums), dict(directions.lengths)
    for article_id in changed:
        sums.pop(article_id, None)
        lengths.pop(article_id, None)
    for row, article in enumerate(fresh.articles):
        rows = fresh.vectors.matrix[fresh.bounds[row] : fresh.bounds[row + 1]]
        total = ((rows - directions.origin) @ directions.turn).sum(axis=0)
        sums[article.article_id] = total
        lengths[article.article_id] = max(float(np.linalg.norm(total)), 1e-9)
    return replace(directions, sums=sums, lengths=lengths)


def build(entries: Iterable[Entry], *, encoder: str, dimension: int) -> Snapshot:
    """A warm snapshot of this encoder's sound vectors; other passages are only counted."""
    vocabulary, counted = Vocabulary(), _Counted(entries, encoder)
    base = make_part(counted, dimension=dimension, vocabulary=vocabulary).warm()
    empty = make_part([], dimension=dimension, vocabulary=vocabulary).warm()
    held = [article.words for article in base.articles] or [np.zeros(0, dtype=np.int32)]
    census = np.bincount(np.concatenate(held), minlength=len(vocabulary)).astype(np.int32)
    gone = np.zeros(len(base.articles), dtype=bool)
    foreign = counted.seen - len(base.ids)
    return Snapshot(base, empty, gone, census, vocabulary, _learn(base), foreign)


class _Counted:
    """One encoder's entries on their way, and how many there were of all."""

    def __init__(self, entries: Iterable[Entry], encoder: str) -> None:
        self._entries = entries
        self._encoder = encoder
        self.seen = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            self.seen += 1
            if entry.encoder == self._encoder:
                yield entry
