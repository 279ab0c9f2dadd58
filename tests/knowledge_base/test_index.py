"""The index in memory: exact, filtered before ranking, swapped whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.answers import ANYBODY, Reader
from knowledge_base.columns import Entry
from knowledge_base.index import build
from knowledge_base.models import Audience, PassageKind, Stage

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def make_entry(passage_id: int, vector: np.ndarray, **changes) -> Entry:
    entry = Entry(
        passage_id=passage_id,
        article_id=uuid4(),
        kind=PassageKind.PASSAGE,
        language="en",
        audience=Audience.PUBLIC,
        stage=Stage.ANY,
        segments=(),
        valid_from=None,
        valid_until=None,
        encoder="e/8",
        lexemes=(),
        vector=vector.astype(np.float32).tobytes(),
    )
    return replace(entry, **changes)


def unit_vectors(count, seed=7, dimension=8):
    drawn = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_the_flat_index_equals_brute_force_exactly():
    vectors = unit_vectors(500)
    snapshot = build(map(make_entry, range(500), vectors), encoder="e/8", dimension=8)
    allowed = snapshot.allowed(NOW, ANYBODY)
    for query in unit_vectors(50, seed=8):
        found = snapshot.nearest(query, allowed=allowed, count=20)
        expected = np.argsort(-(vectors @ query), kind="stable")[:20]
        assert [at for at, _ in found] == expected.tolist()
        assert np.allclose([cosine for _, cosine in found], (vectors @ query)[expected], atol=1e-6)


def test_filters_apply_before_ranking_so_that_hidden_passages_take_no_place():
    vectors = unit_vectors(100)
    query = unit_vectors(1, seed=9)[0]
    closest = set(np.argsort(-(vectors @ query))[:90].tolist())
    entries = [
        make_entry(at, vector, audience=Audience.SIGNED_IN if at in closest else Audience.PUBLIC)
        for at, vector in enumerate(vectors)
    ]
    snapshot = build(entries, encoder="e/8", dimension=8)
    allowed = snapshot.allowed(NOW, ANYBODY)
    found = snapshot.nearest(query, allowed=allowed, count=10)
    assert {at for at, _ in found} == set(range(100)) - closest


_MOMENTS = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)))


@given(_MOMENTS, _MOMENTS, st.integers(-4, 4))
def test_only_what_is_valid_at_the_moment_of_asking_is_allowed(start, end, days):
    moment = NOW + timedelta(days=days)
    entry = make_entry(1, unit_vectors(1)[0], valid_from=start, valid_until=end)
    snapshot = build([entry], encoder="e/8", dimension=8)
    expected = (start is None or start <= moment) and (end is None or moment < end)
    assert snapshot.allowed(moment, ANYBODY).tolist() == [expected]


def test_another_language_is_not_searched():
    snapshot = build([make_entry(1, unit_vectors(1)[0])], encoder="e/8", dimension=8)
    assert not snapshot.allowed(NOW, Reader("de")).any()


_SEGMENTS = st.frozensets(st.sampled_from(["club", "business", "press"]))
_READERS = st.builds(
    Reader,
    language=st.sampled_from(["en", "de"]),
    signed_in=st.booleans(),
    segments=_SEGMENTS,
    stage=st.sampled_from([None, "acquisition", "retention", "termination"]),
)


@given(_READERS, st.sampled_from(Audience), st.sampled_from(Stage), _SEGMENTS)
def test_a_reader_finds_what_is_for_them_and_nothing_else(reader, audience, stage, segments):
    entry = make_entry(
        1, unit_vectors(1)[0], audience=audience, stage=stage, segments=tuple(segments)
    )
    snapshot = build([entry], encoder="e/8", dimension=8)
    expected = (
        reader.language == "en"
        and (audience is Audience.PUBLIC or reader.signed_in)
        and (stage is Stage.ANY or reader.stage in {None, stage})
        and (not segments or bool(segments & reader.segments))
    )
    assert snapshot.allowed(NOW, reader).tolist() == [expected]


def test_passages_of_another_encoder_are_counted_but_never_compared():
    ours, theirs = unit_vectors(2)
    snapshot = build(
        [make_entry(1, ours), make_entry(2, theirs, encoder="other/8")], encoder="e/8", dimension=8
    )
    assert snapshot.foreign == 1
    assert [entry.passage_id for entry in snapshot.entries] == [1]


def test_replacing_an_article_leaves_the_snapshot_in_use_untouched():
    first, second, third = unit_vectors(3)
    old, other = make_entry(1, first), make_entry(2, second)
    before = build([old, other], encoder="e/8", dimension=8)
    new = make_entry(3, third, article_id=old.article_id)
    after = before.replacing(old.article_id, [new], encoder="e/8")
    assert [entry.passage_id for entry in before.entries] == [1, 2]
    assert [entry.passage_id for entry in after.entries] == [2, 3]


def test_an_empty_index_finds_nothing():
    snapshot = build([], encoder="e/8", dimension=8)
    allowed = snapshot.allowed(NOW, ANYBODY)
    assert snapshot.nearest(unit_vectors(1)[0], allowed=allowed) == []


def test_a_word_in_few_articles_tells_more_than_one_in_many_and_an_unknown_one_most():
    entries = [
        make_entry(at, vector, lexemes=("lamp", "moth") if at == 0 else ("lamp",))
        for at, vector in enumerate(unit_vectors(10))
    ]
    snapshot = build(entries, encoder="e/8", dimension=8)
    assert snapshot.rarity("lamp") < snapshot.rarity("moth") < snapshot.rarity("zebra")
