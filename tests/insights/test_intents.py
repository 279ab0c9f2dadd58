"""What intents do is said once, and everybody means the same by it."""

import importlib
import sys
from typing import Any

import pytest

from insights.understanding.engine_tools import Understood
from insights.understanding.intents import acting_intents, read_intents, talking_intents
from insights.understanding.scoring import score
from tests.engine_process import BOT

sys.path.insert(0, str(BOT))
engines: Any = importlib.import_module("addons.scoring")  # Any: written for another Python


def test_every_intent_either_talks_or_acts():
    assert talking_intents() < read_intents()
    assert acting_intents() == read_intents() - engines.HARMLESS
    assert {"cancel_order", "give_rating", "want_human"} < acting_intents()


def test_the_engines_figures_and_ours_are_the_same():
    """The engine's environment measures for itself; nobody may read two different numbers."""
    cases = [
        ("greet", "greet", 0.92),
        ("greet", "thank", 0.55),
        ("cancel_order", "cancel_order", 0.97),
        ("cancel_order", "return_item", 0.81),
        ("return_item", "return_item", 0.4),
        ("out_of_scope", "track_order", 0.99),
        ("none", "cancel_order", 0.9),
        ("none", "thank", 0.7),
    ]
    steps = engines.Steps(sure=0.8, talk=0.5, close=0.45, margin=0.0)
    judged = [engines.Judged(meant, (found,), (sure,)) for meant, found, sure in cases]
    acted = {
        "act": lambda each: each.names[0],
        "ask": lambda _each: "nlu_close_call",
        "reject": lambda _each: "nlu_fallback",
    }
    understood = [
        Understood("", "en", acted[steps.decide(each)](each), 0.0, ((found, sure),))
        for each, (_, found, sure) in zip(judged, cases, strict=True)
    ]
    ours = score([meant for meant, _, _ in cases], understood)
    theirs = engines.describe(judged)
    assert ours.accuracy == pytest.approx(theirs["accuracy"], abs=1e-4)
    assert ours.macro_f1 == pytest.approx(theirs["macro_f1"], abs=1e-4)
    assert ours.calibration_error == pytest.approx(theirs["ece"], abs=1e-4)
    assert ours.wrong_actions == pytest.approx(engines.wrong_on_none(judged, steps))
