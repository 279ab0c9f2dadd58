"""Figures against numbers worked out by hand, and a whole small collection."""

import json
import math

import pytest

from knowledge_base.beir import read_collection, write_collection
from knowledge_base.errors import ContentRefusedError
from knowledge_base.evaluation import Outcome, evaluate, judge, ndcg, reciprocal_rank
from knowledge_base.questions import Question

AB = frozenset({"a", "b"})


def test_ndcg_by_hand():
    assert ndcg(["a", "x", "b"], AB) == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))
    assert ndcg(["a", "b"], AB) == 1.0
    assert ndcg(["x", "y"], AB) == 0.0
    assert ndcg(["x"] * 10 + ["a"], frozenset({"a"})) == 0.0


def test_reciprocal_rank_by_hand():
    assert reciprocal_rank(["x", "b", "a"], AB) == 0.5
    assert reciprocal_rank(["x"] * 10 + ["a"], AB) == 0.0


def test_all_figures_by_hand():
    one, two, none = frozenset({"a"}), frozenset({"b"}), frozenset[str]()
    figures = judge(
        [
            Outcome(("a", "b"), one, 0.9, 0.2, 0.001),
            Outcome(("a", "b"), two, 0.4, 0.4, 0.003),
            Outcome(("a",), none, 0.5, 0.5, 0.002),
        ]
    )
    assert (figures.recall_at_1, figures.recall_at_5) == (0.5, 1.0)
    assert figures.mrr_at_10 == 0.75
    assert figures.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(3)) / 2, abs=1e-4)
    assert figures.auroc_unanswerable == 0.5
    assert figures.auroc_removed == pytest.approx(3.5 / 4, abs=1e-3)
    assert (figures.precision_at_50, figures.precision_at_90) == (1.0, 0.5)
    assert figures.p50_ms == 2.0


async def test_a_small_collection_is_imported_fitted_and_measured(
    database, encoder, make_draft, tmp_path
):
    dog = make_draft("dog", title="Walking the dog", body="The dog goes out at noon, on a lead.")
    bird = make_draft("bird", title="The parrot's cage", body="The cage is cleaned on Mondays.")
    fitted = [Question("which bowl does the cat get", frozenset({"feeding-the-cat"}), "answerable")]
    asked = [
        Question("When does the dog go for a walk?", frozenset({"dog"}), "answerable"),
        Question("how often do you clean the parrots cage", frozenset({"bird"}), "answerable"),
        Question("What is the capital of Peru?", frozenset(), "off_topic"),
    ]
    paths = write_collection(tmp_path, [make_draft(), dog, bird], fitted, asked)
    collection = read_collection(*paths)
    assert [each.text for each in collection.asked] == [each.text for each in asked]
    assert [each.group for each in collection.asked] == ["answerable", "answerable", "off_topic"]
    figures = await evaluate(database.url, encoder, collection)
    assert (figures.questions, figures.recall_at_1, figures.ndcg_at_10) == (3, 1.0, 1.0)
    assert figures.auroc_unanswerable == 1.0


def test_what_is_no_collection_is_refused_with_the_reason(tmp_path):
    corpus, queries, qrels = (tmp_path / name for name in "cqr")
    corpus.write_text(json.dumps({"_id": "1", "text": "Hello"}))
    queries.write_text(json.dumps({"_id": "1", "text": "Hello?"}))
    qrels.write_text("query-id\tcorpus-id\tscore\n1\tmissing\t1\n")
    with pytest.raises(ContentRefusedError, match="missing"):
        read_collection(corpus, queries, qrels)
