"""Groups and their identities: pure, and the same however often they are computed."""

from uuid import UUID

import numpy as np

from insights.content.clusters import find_middle, group, recognise
from tests.insights.content.scene import ENCODER

ONE, TWO = UUID(int=1), UUID(int=2)


def test_the_same_questions_make_the_same_groups():
    texts = ["gift wrap it", "please gift wrap it", "where is my parcel", "my parcel is where"]
    first = group(ENCODER.encode(texts))
    assert first == group(ENCODER.encode(texts))
    assert first[0] == first[1] != first[2] == first[3]


def test_one_question_is_a_group_and_none_is_none():
    assert group(ENCODER.encode(["gift wrap"])) == [0]
    assert group(ENCODER.encode([])) == []


def test_the_middle_is_where_most_is_asked():
    vectors = np.eye(3, dtype=np.float32)
    middle, centre = find_middle(vectors, [1.0, 5.0, 1.0])
    assert middle == 1
    assert float(np.linalg.norm(centre)) == np.float32(1.0) or abs(centre @ centre - 1) < 1e-6


def test_a_group_is_known_by_what_it_shares_and_each_only_once():
    known = {ONE: frozenset("abcd"), TWO: frozenset("xyz")}
    groups = [frozenset("abq"), frozenset("cd"), frozenset("zw"), frozenset("n")]
    assert recognise(groups, known) == {1: ONE, 2: TWO}


def test_a_little_overlap_is_not_enough():
    assert recognise([frozenset("abcdefgh")], {ONE: frozenset("aijklmno")}) == {}
