"""Signals by meaning: how well the shipped heads know held-out sentences, when they are silent."""

import numpy as np
import pytest

from handoff.policy import Action, PolicyContext, decide
from handoff.policy_file import load_policy
from handoff.signals import Detector, Heads, SignalName, detect
from handoff.signals.sentences import (
    HELD_OUT,
    LEARNT_FROM,
    SentencesError,
    read_examples,
    read_ordinary,
    read_ordinary_held_out,
    read_sentences,
)
from handoff.signals.training import Vectors, fingerprint, fit, join, make_lesson
from kit.settings import Settings
from knowledge_base.encoder import OnnxEncoder

POLICY = load_policy()
SMALL_TALK = (
    *("affirm", "ask_abilities", "ask_case_outcome", "ask_language", "bot_challenge", "compliment"),
    *("deny", "give_rating", "goodbye", "greet", "helped", "how_are_you", "pick_option"),
    *("repeat_that", "thank"),
)
WITH_HEADS = sorted(read_sentences(LEARNT_FROM))


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(Settings().encoder_dir)


@pytest.fixture(scope="module")
def detector(encoder: OnnxEncoder) -> Detector:
    return Detector(Heads.load(), encoder)


def acts(detector: Detector, text: str, name: SignalName) -> bool:
    rule = POLICY.signals[name]
    lowest = min(at for at in (rule.offer_at, rule.hand_over_at) if at is not None)
    return any(one.name is name and one.score >= lowest for one in detector.detect(text))


def hands_over(detector: Detector, text: str) -> bool:
    decision = decide(detector.detect(text), PolicyContext(), POLICY)
    return decision.action is Action.HAND_OVER


def test_danger_is_found_in_nineteen_of_twenty_held_out_sentences(detector: Detector):
    texts = read_sentences(HELD_OUT)[SignalName.SAFETY].raising
    assert len(texts) >= 60
    found = [acts(detector, text, SignalName.SAFETY) for text in texts]
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize("name", WITH_HEADS)
def test_held_out_sentences_are_found_by_meaning_more_than_by_words(detector, name):
    texts = read_sentences(HELD_OUT)[name].raising
    found = np.mean([acts(detector, text, name) for text in texts])
    by_words = np.mean([acts(Detector(), text, name) for text in texts])
    assert found >= 0.65
    assert found >= by_words + 0.2


@pytest.mark.parametrize("name", WITH_HEADS)
def test_ordinary_held_out_messages_seldom_raise_it(detector, name):
    alarms = np.mean([acts(detector, text, name) for text in read_ordinary_held_out()])
    assert alarms <= (0.02 if name is SignalName.SAFETY else 0.01)


def test_few_ordinary_held_out_messages_call_a_person_at_once(detector: Detector):
    texts = read_ordinary_held_out()
    assert np.mean([hands_over(detector, text) for text in texts]) <= 0.015


def test_what_is_known_to_be_ordinary_stays_with_the_bot(detector: Detector):
    texts = read_ordinary()
    called = [text for text in texts if hands_over(detector, text)]
    assert len(called) <= 0.005 * len(texts), called


@pytest.mark.parametrize("intent", SMALL_TALK)
def test_small_talk_never_calls_a_person(detector: Detector, intent: str):
    texts = read_examples(frozenset({intent}))
    assert len(texts) >= 20
    assert [text for text in texts if hands_over(detector, text)] == []


def test_no_held_out_sentence_is_trained_on():
    learnt = {
        text.casefold()
        for one in read_sentences(LEARNT_FROM).values()
        for text in (*one.raising, *one.near)
    }
    for one in read_sentences(HELD_OUT).values():
        assert learnt.isdisjoint(text.casefold() for text in (*one.raising, *one.near))


def test_the_shipped_heads_were_fitted_on_the_sentences_that_are_here():
    assert Heads.load().version == f"heads-{fingerprint()}", (
        "run `python -m handoff.signals.training` and keep what it writes"
    )


def test_fitting_the_same_sentences_again_gives_the_same_head(encoder: OnnxEncoder, tmp_path):
    name = SignalName.LEGAL_THREAT
    lesson = make_lesson(name, "", material=read_sentences(LEARNT_FROM), ordinary=("where is it",))
    vectors = Vectors(encoder)
    once, again = (fit(lesson, vectors, name=name) for _ in range(2))
    assert once.support == again.support
    assert np.array_equal(once.weights, again.weights)

    heads = join([once], vectors, encoder.identity)
    heads.save(tmp_path / "heads.npz")
    kept = Heads.load(tmp_path / "heads.npz")
    assert (kept.names, kept.encoder, kept.version) == (heads.names, heads.encoder, heads.version)
    for text in ("see you in court", "where is my lamp"):
        vector = vectors.of([text])[0]
        before, after = (one.judge(vector, {name: 0.4})[name] for one in (heads, kept))
        assert after == pytest.approx(before, abs=0.02), text


def test_a_threat_is_one_and_a_question_is_not(detector: Detector):
    threat, *_ = detector.detect("expect to hear from my solicitor")
    assert threat.name is SignalName.LEGAL_THREAT
    assert threat.score > 0.9
    assert detector.detect("how long does delivery to norway take") == ()


def test_what_no_word_says_is_evidenced_by_the_sentence(detector: Detector):
    text = "Hello there. I took a nasty jolt off the frame. Thank you."
    assert detect("I took a nasty jolt off the frame.") == ()
    (danger,) = [one for one in detector.detect(text) if one.name is SignalName.SAFETY]
    assert danger.evidence == ("I took a nasty jolt off the frame.",)
    assert danger.version == Heads.load().version


def test_other_languages_and_mere_signs_are_left_to_the_words(detector: Detector):
    german = "ich will nicht mehr leben"
    assert detector.detect(german, language="de") == detect(german)
    assert detector.detect("👎👎") == ()


@pytest.mark.parametrize("text", ["x" * 4096, "a" * 200, "https://" + "ab12/" * 60])
def test_what_has_no_meaning_raises_nothing(detector: Detector, text: str):
    assert detector.detect(text) == ()


def test_a_long_word_does_not_hide_the_others(detector: Detector):
    (danger, *_) = detector.detect(f"{'x' * 300} i took a nasty jolt off the frame")
    assert danger.name is SignalName.SAFETY
    assert danger.score > 0.5


def test_a_person_asked_for_in_plain_words_takes_over_whatever_else_is_said(detector: Detector):
    for text in ("my new shade is broken, get me a human please", "hm ok. let me talk to an agent"):
        assert hands_over(detector, text), text


def test_heads_of_another_encoder_are_not_asked(encoder: OnnxEncoder):
    class Other:
        identity = "other/384"

        def encode(self, texts):
            raise AssertionError("asked")

    text = "i took a nasty jolt off the frame"
    assert Detector(Heads.load(), Other()).detect(text) == detect(text)


def test_a_file_without_near_sentences_is_refused(tmp_path):
    (tmp_path / "safety.yml").write_text("raises: |\n  it burns\n")
    with pytest.raises(SentencesError, match="near"):
        read_sentences(tmp_path)
