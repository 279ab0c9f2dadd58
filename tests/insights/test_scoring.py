"""Scores and comparisons of understanding, on cases that can be reckoned by hand."""

import pytest

from insights.understanding.engine_tools import Understood
from insights.understanding.report import render_report
from insights.understanding.scoring import Confusion, Difference, compare, figures_of, score


def understood(intent: str, confidence: float = 1.0, *, best: str | None = None) -> Understood:
    ranking = ((best or intent, confidence),)
    return Understood("words", "en", intent, confidence, ranking, milliseconds=2.0)


def test_scores_by_hand():
    scores = score(
        ["a", "a", "b", "b"],
        [understood("a", 0.8), understood("b", 0.8), understood("b", 0.8), understood("b", 0.8)],
    )
    assert scores.accuracy == 0.75
    # a: precision 1, recall 1/2; b: precision 2/3, recall 1
    assert scores.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    (bin_,) = scores.bins
    assert (round(bin_.confidence, 6), bin_.accuracy, bin_.count) == (0.8, 0.75, 4)
    assert scores.calibration_error == pytest.approx(0.05)
    assert scores.confusions == (Confusion("a", "b", 1),)
    assert (scores.p50_ms, scores.p95_ms) == (2.0, 2.0)


def test_the_best_reading_counts_even_when_it_was_not_sure_enough():
    scores = score(["a"], [understood("nlu_fallback", 0.3, best="a")])
    assert scores.accuracy == 1.0


def test_acting_on_what_fits_nothing_is_wrong_and_asking_back_is_not():
    answers = [understood("cancel_order"), understood("nlu_fallback"), understood("out_of_scope")]
    scores = score(["none", "none", "out_of_scope"], answers)
    assert scores.wrong_actions == pytest.approx(1 / 3)
    assert scores.fit == 1


def test_nothing_to_score_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        score([], [])


def test_two_models_are_compared_by_what_they_do():
    before = [understood("a"), understood("nlu_fallback"), understood("b")]
    after = [understood("a"), understood("c"), understood("b")]
    shown = ["one", "two", "three"]
    assert compare(shown, before, after) == [Difference("two", "nlu_fallback", "c")]


def test_the_page_holds_figures_and_plots_and_no_markup_of_others():
    scores = score(["<b>a", "b"], [understood("b", 0.9), understood("b", 0.6)])
    page = render_report(scores, title="Test <script>")
    assert page.count("<svg") == 2
    assert "<script>" not in page
    assert "&lt;b&gt;a" in page
    for _, value in figures_of(scores):
        assert value in page
