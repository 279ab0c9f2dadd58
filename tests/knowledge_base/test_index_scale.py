"""Beyond the exact sizes: cells, the part beside the base, and the filters in both."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import index
from knowledge_base.answers import ANYBODY, Reader
from knowledge_base.columns import Entry
from knowledge_base.index import build
from knowledge_base.models import Audience, PassageKind, Stage
from knowledge_base.nearest import Nearest

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DIMENSION = 16


def unit_vectors(count, seed=7):
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def make_entry(passage_id, article_id, vector, **changes):
    fields = {
        "kind": PassageKind.PASSAGE,
        "language": "en",
        "audience": Audience.PUBLIC,
        "stage": Stage.ANY,
        "segments": (),
        "valid_from": None,
        "valid_until": None,
        "encoder": "e",
        "lexemes": (f"word{passage_id}", "lamp"),
    }
    return Entry(passage_id, article_id, vector=vector.tobytes(), **{**fields, **changes})


def make_article(first, count, seed, **changes):
    article_id = uuid4()
    vectors = unit_vectors(count, seed)
    return article_id, [
        make_entry(first + at, article_id, vector, **changes) for at, vector in enumerate(vectors)
    ]


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**31), st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=50)
def test_exact_search_equals_brute_force(size, count, seed, share):
    vectors = unit_vectors(size, seed)
    drawn = np.random.default_rng(seed)
    allowed = drawn.random(size) < share
    query = unit_vectors(1, seed + 1)[0]
    found = Nearest(vectors).search(query, allowed, count)
    cosines = vectors @ query
    right = [at for at in np.argsort(-cosines, kind="stable") if allowed[at]][:count]
    assert [at for at, _ in found] == right
    assert np.allclose([cosine for _, cosine in found], cosines[right], atol=1e-6)


@given(st.integers(0, 2**31), st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=20)
def test_cells_serve_only_what_is_allowed_and_as_much_as_there_is(seed, share):
    vectors = unit_vectors(2_000, 3)
    nearest = Nearest(vectors, exact_below=100)
    nearest.train()
    allowed = np.random.default_rng(seed).random(2_000) < share
    found = nearest.search(unit_vectors(1, seed)[0], allowed, 10)
    assert all(allowed[at] for at, _ in found)
    assert len(found) == min(10, int(allowed.sum()))
    assert [cosine for _, cosine in found] == sorted((c for _, c in found), reverse=True)


def test_few_allowed_vectors_are_compared_exactly_in_cells_too():
    vectors = unit_vectors(2_000, 3)
    nearest = Nearest(vectors, exact_below=100)
    nearest.train()
    allowed = np.zeros(2_000, dtype=bool)
    allowed[::10] = True
    query = unit_vectors(1, 5)[0]
    right = [at for at in np.argsort(-(vectors @ query)) if allowed[at]][:10]
    assert [at for at, _ in nearest.search(query, allowed, 10)] == right


@pytest.fixture
def never_small(monkeypatch):
    monkeypatch.setattr(index, "SMALL", 0)


def test_changes_beside_the_base_give_what_building_anew_gives(never_small):
    made = [make_article(100 * n, 3 + n % 3, n) for n in range(20)]
    snapshot = build(
        [entry for _, entries in made for entry in entries], encoder="e", dimension=DIMENSION
    )
    state = dict(made)
    for change in range(8):
        article_id = made[change % 5][0]
        entries = [
            make_entry(9000 + 100 * change + at, article_id, vector)
            for at, vector in enumerate(unit_vectors(change % 4, 50 + change))
        ]
        state[article_id] = entries
        snapshot = snapshot.replacing(article_id, entries, encoder="e")
    anew = build(
        [entry for entries in state.values() for entry in entries],
        encoder="e",
        dimension=DIMENSION,
    )
    for seen in (snapshot, snapshot.settled()):
        assert (seen.size, seen.articles) == (anew.size, anew.articles)
        assert seen.rarity("lamp") == anew.rarity("lamp")
        assert seen.rarity("word9700") == anew.rarity("word9700")
        for query in unit_vectors(10, 99):
            assert _nearest(seen, query) == _nearest(anew, query)


def _nearest(snapshot, query):
    found = snapshot.nearest(query, allowed=snapshot.allowed(NOW, ANYBODY), count=10)
    return [snapshot.entries[at].passage_id for at, _ in found]


@given(st.integers(-4, 4), st.booleans(), st.sampled_from(["vip", "none"]))
@settings(deadline=None, max_examples=30)
def test_nothing_expired_or_restricted_is_found_in_cells_or_beside_them(days, signed_in, segment):
    moment, reader = NOW + timedelta(days=days), Reader("en", signed_in, frozenset({segment}))
    found = {
        _KINDS_OF[SNAPSHOT.entries[at].passage_id]
        for at, _ in SNAPSHOT.nearest(
            unit_vectors(1, days + 9)[0], allowed=SNAPSHOT.allowed(moment, reader), count=2_000
        )
    }
    expected = {
        (start, audience, segments)
        for start, audience, segments in _KINDS_OF.values()
        if start <= days < start + 2
        and (signed_in or audience is Audience.PUBLIC)
        and (not segments or segment in segments)
    }
    assert found == expected


_KINDS_OF: dict[int, tuple] = {}


def _make_snapshot():
    """2,000 passages of 18 kinds in cells, and 200 of the same kinds beside them."""
    entries, changed = [], {}
    kinds = [
        (start, audience, segments)
        for start in (-3, 0, 2)
        for audience in Audience
        for segments in ((), ("vip",), ("gold", "vip"))
    ]
    for number in range(220):
        start, audience, segments = kinds[number % len(kinds)]
        article_id, made = make_article(
            10 * number,
            10,
            number,
            audience=audience,
            segments=segments,
            valid_from=NOW + timedelta(days=start),
            valid_until=NOW + timedelta(days=start + 2),
        )
        _KINDS_OF.update({entry.passage_id: kinds[number % len(kinds)] for entry in made})
        if number < 200:
            entries += made
        else:
            changed[article_id] = made
    snapshot = build(entries, encoder="e", dimension=DIMENSION)
    snapshot.base.vectors._exact_below = 100
    snapshot.base.vectors.train()
    small, index.SMALL = index.SMALL, 0
    try:
        return snapshot.replacing_all(changed, encoder="e")
    finally:
        index.SMALL = small


SNAPSHOT = _make_snapshot()
