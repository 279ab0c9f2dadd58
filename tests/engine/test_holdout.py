"""Understanding, measured on sentences that nothing was trained on, through the running engine."""

import httpx
import pytest

from insights.understanding.engine_tools import Understood
from insights.understanding.intents import acting_intents
from insights.understanding.scoring import best_reading, score
from tests.engine.measured_data import read_measured
from tests.engine_process import BOT, EngineProcess

pytestmark = pytest.mark.engine

FLOOR = 0.90
FLOOR_WANT_HUMAN = 0.85
MOST_WRONG_ACTIONS = 0.03
Measured = list[tuple[str, Understood]]


@pytest.fixture(scope="module")
def measured(engine: EngineProcess) -> Measured:
    """What was meant, and what the engine made of it."""
    held_out = read_measured("heldout")
    found: Measured = []
    for start in range(0, len(held_out), 20):
        group = held_out[start : start + 20]
        answer = engine.post({"texts": [text for text, _ in group], "language": "en"}, path="parse")
        assert answer.status_code == httpx.codes.OK, answer.text
        for (text, meant), parsed in zip(group, answer.json()["parses"], strict=True):
            ranking = tuple((each["name"], each["confidence"]) for each in parsed["ranking"])
            understood = Understood(text, "en", parsed["intent"], parsed["confidence"], ranking)
            found.append((meant, understood))
    return found


def test_the_intents_of_unseen_sentences_are_found(measured: Measured):
    scores = score([meant for meant, _ in measured], [each for _, each in measured])
    assert scores.macro_f1 >= FLOOR, scores.confusions


def test_a_wish_for_a_person_is_found(measured: Measured):
    people = [each for meant, each in measured if meant == "want_human"]
    missed = [each.text for each in people if best_reading(each) != "want_human"]
    assert 1 - len(missed) / len(people) >= FLOOR_WANT_HUMAN, missed


@pytest.mark.skipif(
    not (BOT / "thresholds.json").is_file(), reason="bot/calibrate.py has not set the thresholds"
)
def test_what_is_not_ours_is_not_acted_upon(measured: Measured):
    foreign = [each for meant, each in measured if meant in {"none", "out_of_scope"}]
    assert len(foreign) >= 100
    wrong = [(each.text, each.intent) for each in foreign if each.intent in acting_intents()]
    assert len(wrong) / len(foreign) <= MOST_WRONG_ACTIONS, wrong
