"""Signals: what raises one, what must not, and how long it takes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.signals import SignalName, detect

RAISED = [
    ("I want to talk to a human", SignalName.WANTS_HUMAN),
    ("human", SignalName.WANTS_HUMAN),
    ("Agent please!", SignalName.WANTS_HUMAN),
    ("can i speak with someone from support?", SignalName.WANTS_HUMAN),
    ("Could you connect me to a colleague", SignalName.WANTS_HUMAN),
    ("I don't want to talk to a bot", SignalName.WANTS_HUMAN),
    ("Get me a real person now", SignalName.WANTS_HUMAN),
    ("let me talk to your manager", SignalName.WANTS_HUMAN),
    ("please put me through to customer service", SignalName.WANTS_HUMAN),
    ("My lawyer will contact you", SignalName.LEGAL_THREAT),
    ("I'll see you in court", SignalName.LEGAL_THREAT),
    ("we will take legal action", SignalName.LEGAL_THREAT),
    ("I am going to sue you", SignalName.LEGAL_THREAT),
    ("This goes to trading standards", SignalName.LEGAL_THREAT),
    ("the lamp is sparking", SignalName.SAFETY),
    ("It caught fire last night", SignalName.SAFETY),
    ("there is a burning smell from the socket", SignalName.SAFETY),
    ("I got an electric shock from it", SignalName.SAFETY),
    ("the bulb exploded", SignalName.SAFETY),
    ("I want to kill myself", SignalName.SAFETY),
    ("I don't want to live anymore", SignalName.SAFETY),
    ("sometimes I wish I was dead", SignalName.SAFETY),
    ("they would be better off without me", SignalName.SAFETY),
    ("my account was hacked", SignalName.FRAUD),
    ("I do not recognise this charge", SignalName.FRAUD),
    ("someone used my card", SignalName.FRAUD),
    ("this is a scam", SignalName.FRAUD),
    ("I will post this on Instagram", SignalName.PUBLIC_REPUTATION),
    ("I'll write a terrible review on Trustpilot", SignalName.PUBLIC_REPUTATION),
    ("this will go viral", SignalName.PUBLIC_REPUTATION),
    ("I am a journalist at a local paper", SignalName.PRESS),
    ("I will go to the press", SignalName.PRESS),
    ("I will never buy from you again", SignalName.CHURN),
    ("you have lost a customer", SignalName.CHURN),
    ("please close my account, I am done with you", SignalName.CHURN),
    ("I am furious", SignalName.STRONG_ANGER),
    ("this is absolutely ridiculous, worst service ever", SignalName.STRONG_ANGER),
    ("what the hell", SignalName.STRONG_ANGER),
    ("my husband passed away", SignalName.VULNERABLE),
    ("I am in a wheelchair and cannot carry it", SignalName.VULNERABLE),
]

# Ordinary sentences of a lamp and textile shop with words that look dangerous.
ORDINARY = [
    "Where is my order LL-10042?",
    "Is the curtain fire-retardant?",
    "Does the fireplace screen come in black?",
    "I love the burnt orange cushion",
    "Do you have the smoke grey glass shade?",
    "the flame effect bulb is lovely, does it dim?",
    "Are you a human or a bot?",
    "Is a roller blind included?",
    "a table for six people",
    "I do not need a human, thanks",
    "Can I press the button twice to reset it?",
    "How do I delete my account?",
    "I read a good review of the lamp",
    "I saw your lamp on Instagram, is it in stock?",
    "The delivery person said it would come on Monday",
    "Do you have a magazine rack?",
    "that sparks joy",
    "How do I get my money back?",
    "my last order arrived, thank you",
    "is the emergency light in stock",
    "I switched the lamp off",
    "it is not bad at all",
    "How do I leave a review?",
    "What is the wood of the lawyer bookcase?",
]


@pytest.mark.parametrize(("text", "name"), RAISED)
def test_raises_the_signal(text, name):
    found = {signal.name: signal for signal in detect(text)}
    assert name in found
    assert found[name].score >= 0.35
    assert found[name].evidence


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_raise_nothing_to_act_on(text):
    assert [(s.name, s.evidence) for s in detect(text) if s.score >= 0.4] == []


def test_evidence_is_the_customers_own_words():
    (signal,) = detect("Well. My LAWYER  says hello")
    assert signal.evidence == ("My LAWYER",)
    assert signal.version


def test_a_negated_wish_is_none():
    assert detect("I don't need an agent") == ()
    assert detect("No, I need an agent")[0].name is SignalName.WANTS_HUMAN


def test_self_harm_counts_whatever_surrounds_it():
    assert detect("I would never ever kill myself but")[0].name is SignalName.SAFETY


def test_typographic_apostrophes_and_hidden_characters_do_not_hide_words():
    assert detect("I don’t want to live")[0].name is SignalName.SAFETY
    assert detect("my law\u200byer")[0].name is SignalName.LEGAL_THREAT
    assert detect("ＬＡＷＹＥＲ")[0].name is SignalName.LEGAL_THREAT


def test_more_signs_make_it_surer():
    one = detect("my lawyer")[0].score
    two = detect("my lawyer. we will take legal action")[0].score
    assert one < two <= 1


def test_shouting_adds_to_anger_and_is_weak_alone():
    (quiet,) = [s for s in detect("this is ridiculous") if s.name == "strong_anger"]
    (loud,) = [s for s in detect("THIS IS RIDICULOUS ENOUGH NOW") if s.name == "strong_anger"]
    assert loud.score > quiet.score
    assert detect("WHERE IS THE ORDER NOW")[0].score < 0.5


def test_is_stored_as_plain_data():
    stored = detect("my lawyer")[0].as_dict()
    assert stored == {
        "name": "legal_threat",
        "score": 0.7,
        "evidence": ["my lawyer"],
        "version": "words-1",
    }


@given(st.text(max_size=300))
def test_any_text_gives_scores_between_nothing_and_sure(text):
    for signal in detect(text):
        assert 0 < signal.score <= 1


def test_takes_less_than_a_millisecond_a_message():
    text = "Hello, the lamp I ordered started sparking, where can I talk to someone? " * 3
    detect(text)
    best = min(_time(text) for _ in range(20))
    assert best < 0.001


def _time(text):
    start = time.perf_counter()
    detect(text)
    return time.perf_counter() - start
