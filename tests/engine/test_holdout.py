"""Understanding, measured on sentences that nothing was trained on, through the running engine."""

import pytest

from tests.engine.measured_data import read_measured, read_trained_intents
from tests.engine_process import EngineProcess, make_turn

pytestmark = pytest.mark.engine

# Measured 96 % of 129 when written, and 7 of 8 wishes for a person; the eighth fell below the
# threshold, so the knowledge base was asked and a person offered.
FLOOR = 0.90
FLOOR_WANT_HUMAN = 0.85


def read_holdout() -> list[tuple[str, str]]:
    known = read_trained_intents()
    return [each for each in read_measured("heldout") if each[1] in known]


def test_the_intents_of_unseen_sentences_are_found(engine: EngineProcess):
    held_out = read_holdout()
    found = [
        (text, intent, engine.post(make_turn(text)).json()["intent"]["name"])
        for text, intent in held_out
    ]
    wrong = [each for each in found if not is_served(each[1], each[2])]
    accuracy = 1 - len(wrong) / len(found)
    assert accuracy >= FLOOR, wrong
    people = [each for each in found if each[1] == "want_human"]
    missed = [each for each in people if each[2] != "want_human"]
    assert 1 - len(missed) / len(people) >= FLOOR_WANT_HUMAN, missed


def is_served(intent: str, found: str) -> bool:
    """A question below the threshold is answered just the same."""
    return intent == found or (intent == "ask_question" and found == "nlu_fallback")
