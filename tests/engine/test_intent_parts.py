"""The parts that recognise intents, on tiny data: the head, its confidence, the ladder's steps."""

import importlib
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.engine_process import BOT

sys.path.insert(0, str(BOT))

# Any: mypy does not look into the engine's folder, which is written for another Python.
confidence: Any = importlib.import_module("addons.confidence")
scoring: Any = importlib.import_module("addons.scoring")
letters: Any = importlib.import_module("addons.letters")
IntentHead: Any = importlib.import_module("addons.intent_head").IntentHead

TOPICS = ("parcel", "refund", "lamp", "invoice", "login", "points", "rug", "person", "data", "tea")
WORDS = ("where is my", "tell me about the", "i want a", "what of the", "no more", "hey the")


def make_sentences() -> tuple[list[str], np.ndarray, list[str]]:
    """Six sentences on each of ten topics, with vectors that point mostly to their topic."""
    noise = np.random.RandomState(1)
    texts, intents, rows = [], [], []
    for place, topic in enumerate(TOPICS):
        for words in WORDS:
            row = noise.normal(0, 0.35, 16)
            row[place] += 1
            texts.append(f"{words} {topic}")
            intents.append(topic)
            rows.append(row / np.linalg.norm(row))
    return texts, np.asarray(rows, dtype=np.float32), intents


def test_a_head_finds_what_it_learnt():
    texts, vectors, intents = make_sentences()
    head = IntentHead.train(texts, vectors, intents)
    index, best, near = head.score(texts, vectors).best()
    assert [head.intents[i] for i in index] == intents
    assert (best > 1 / len(TOPICS)).all()
    assert (near > 0.3).all()


def test_a_stored_head_says_the_same(tmp_path):
    texts, vectors, intents = make_sentences()
    head = IntentHead.train(texts, vectors, intents)
    head.save(tmp_path)
    again = IntentHead.load(tmp_path)
    asked = ["the parcel please", "qwertz"]
    expected = head.score(asked, vectors[:2]).probabilities
    assert np.allclose(again.score(asked, vectors[:2]).probabilities, expected, atol=1e-5)


def test_two_intents_are_enough():
    texts, vectors, intents = make_sentences()
    head = IntentHead.train(texts[:12], vectors[:12], intents[:12])
    index, _, _ = head.score(texts[:12], vectors[:12]).best()
    assert [head.intents[i] for i in index] == intents[:12]


def test_texts_are_read_as_the_terms_were_learnt():
    texts = ["Wo ist  mein Päckchen?!", "a bb\tccc dddd eeeee", "", "👍 ok", "LL-10042, it's a_b"]
    words = TfidfVectorizer(ngram_range=(1, 2)).build_analyzer()
    groups = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()
    for text in texts:
        assert letters.cut_words(text.lower()) == words(text)
        assert sorted(letters.cut_groups(text.lower())) == sorted(groups(text))


def test_a_text_is_weighed_as_scikit_learn_would():
    texts, _, _ = make_sentences()
    learnt, measured = letters.Letters.learn(texts)
    weights = np.random.RandomState(2).normal(size=(measured.shape[1], 3)).astype(np.float32)
    weighed = np.stack([learnt.weigh(text, weights) for text in texts])
    assert np.allclose(weighed, measured @ weights, atol=1e-5)
    assert np.allclose(learnt.weigh("zzz qqq 777", weights), 0, atol=1e-5)


def test_nearness_is_the_mean_of_the_three_nearest_or_of_all_there_are():
    texts, vectors, intents = make_sentences()
    kept = [*range(14), *range(18, 20)]  # six parcels, six refunds, two lamps, two invoices
    vectors, intents = vectors[kept], [intents[i] for i in kept]
    head = IntentHead.train([texts[i] for i in kept], vectors, intents)
    found = head.score(["x"], vectors[:1]).nearness[0]
    for place, intent in enumerate(head.intents):
        cosines = sorted(vectors[np.asarray(intents) == intent] @ vectors[0])
        assert found[place] == pytest.approx(np.mean(cosines[-3:]), abs=1e-5)


def test_confidence_is_learnt_and_keeps_the_order():
    texts, vectors, intents = make_sentences()
    rng = np.random.RandomState(3)
    blurred = [intents[i] if rng.rand() > 0.2 else str(rng.choice(TOPICS)) for i in range(60)]
    learnt = confidence.learn_confidence(texts, vectors, blurred)
    assert learnt != confidence.Confidence()
    scores = IntentHead.train(texts, vectors, blurred).score(texts, vectors)
    adjusted = learnt.adjust(scores)
    assert (adjusted.argmax(axis=1) == scores.probabilities.argmax(axis=1)).all()
    assert (adjusted.sum(axis=1) <= 1 + 1e-5).all()


def test_too_little_data_leaves_the_plain_votes():
    texts, vectors, intents = make_sentences()
    assert (
        confidence.learn_confidence(texts[:6], vectors[:6], intents[:6]) == confidence.Confidence()
    )


def judged(truth: str, best: str, sure: float, second: float = 0.0) -> Any:
    return scoring.Judged(truth, (best, "other"), (sure, second))


def test_honest_confidence_has_no_calibration_error():
    honest = [judged("a", "a", 0.75)] * 3 + [judged("a", "b", 0.75)]
    assert scoring.calibration_error(honest) == pytest.approx(0)
    boastful = [judged("a", "a", 0.95), judged("a", "b", 0.95)]
    assert scoring.calibration_error(boastful) == pytest.approx(0.45)


def test_figures_of_a_perfect_and_of_a_blind_model():
    perfect = [judged("a", "a", 0.9), judged("b", "b", 0.9), judged(scoring.NONE, "a", 0.1)]
    assert scoring.macro_f1(perfect[:2]) == pytest.approx(1)
    assert scoring.best_mcc(perfect)[0] == pytest.approx(1)
    blind = [judged("a", "a", 0.5), judged("b", "a", 0.5), judged(scoring.NONE, "a", 0.5)]
    assert scoring.best_mcc(blind)[0] == pytest.approx(0)


def test_steps_keep_what_no_intent_fits_from_being_acted_upon():
    sentences = [judged("a", "a", 0.9)] * 20 + [judged("a", "a", 0.7)] * 5
    sentences += [judged(scoring.NONE, "a", 0.6)] * 10
    steps = scoring.choose_steps(sentences)
    assert scoring.wrong_on_none(sentences, steps) == 0
    assert scoring.describe_steps(sentences, steps)["acted"] == 1
    assert 0.6 < steps.sure <= 0.7


def test_a_narrow_lead_is_asked_about():
    steps = scoring.Steps(sure=0.5, talk=0.5, close=0.3, margin=0.1)
    assert steps.decide(judged("a", "a", 0.55, 0.5)) == "ask"
    assert steps.decide(judged("a", "a", 0.55, 0.1)) == "act"
    assert steps.decide(judged("a", "a", 0.2)) == "reject"
