"""Scores as people write them, and numbers that are none."""

import pytest

from actions.scores import parse_score


@pytest.mark.parametrize(
    ("text", "kind", "points", "scale"),
    [
        ("4/5", "csat", 4, 5),
        ("5 out of 5, lovely", "csat", 5, 5),
        ("9 out of 10", "nps", 9, 10),
        ("would not recommend, 2/10", "nps", 2, 10),
        ("five stars", "csat", 5, 5),
        ("1 star", "csat", 1, 5),
        ("⭐⭐⭐⭐", "csat", 4, 5),
        ("id give you a 3, slow delivery", "csat", 3, 5),
        ("three", "csat", 3, 5),
        ("an 8 from me", "nps", 8, 10),
        ("I would recommend you: 4", "nps", 4, 10),
        ("zero out of ten", "nps", 0, 10),
        ("vier von fünf", "csat", 4, 5),
        ("2 sterne", "csat", 2, 5),
    ],
)
def test_a_score_is_read(text: str, kind: str, points: int, scale: int):
    score = parse_score(text)
    assert score is not None
    assert (score.kind, score.points, score.scale) == (kind, points, scale)
    assert score.is_possible


@pytest.mark.parametrize(
    "text",
    [
        "great service",
        "I waited 3 weeks",
        "my order LL-10042 was fine",
        "between 3 and 4",
        "one of your people was very kind to me and my mother",
        "open 24/7?",
        "",
    ],
)
def test_other_words_and_numbers_are_no_score(text: str):
    assert parse_score(text) is None


@pytest.mark.parametrize("text", ["7/5", "11 out of 10", "0 stars", "99"])
def test_an_impossible_score_is_noticed(text: str):
    score = parse_score(text)
    assert score is not None
    assert not score.is_possible


@pytest.mark.parametrize(
    ("text", "low"), [("2/5", True), ("3/5", False), ("6/10", True), ("7/10", False)]
)
def test_what_counts_as_low(text: str, low: bool):
    score = parse_score(text)
    assert score is not None
    assert score.is_low is low


def test_the_words_beside_the_score_are_kept():
    score = parse_score("id give you a 3, slow delivery")
    assert score is not None
    assert score.rest == "id give you a  , slow delivery"
