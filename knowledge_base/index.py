"""The passages of one process in FAISS: immutable snapshots, swapped whole when content changes.

Filled by knowledge_base.loading from PostgreSQL, which stays the only truth. A snapshot is a large
base and a small part with what changed since, so that publishing one article copies no vectors.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from knowledge_base.answers import Reader
from knowledge_base.directions import Directions, learn
from knowledge_base.encoder import Vectors
from knowledge_base.models import Audience, PassageKind, Stage
from knowledge_base.nearest import Nearest

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_RECENT = 2_000
"""Passages of changed articles beside the base, before both should become one again."""
SMALL = 5_000
"""Passages up to which everything is simply made anew with every change."""

_KINDS = tuple(PassageKind)


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
        found: Flags = self.kinds == _KINDS.index(PassageKind.PASSAGE)
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
            recent=_join((self.recent, kept), (fresh, every)).warm(),
            gone=gone,
            census=self._recount(changed, fresh),
            foreign=len(given) - len(fresh.ids),
        )
        if after.size <= SMALL:
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
        return len(self.recent.ids) > MOST_RECENT or self.base.vectors.wants_training()

    def settled(self) -> "Snapshot":
        """The same passages with an empty recent part, and sorted if there are many: slow."""
        base = self.base
        if self.gone.any() or len(self.recent.ids):
            everything = np.ones(len(self.recent.articles), dtype=bool)
            base = _join((self.base, ~self.gone), (self.recent, everything)).warm()
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
            _KINDS[part.kinds[row]],
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
        kinds.append(_KINDS.index(entry.kind))
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


def _join(*pieces: tuple[Part, Flags]) -> Part:
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
