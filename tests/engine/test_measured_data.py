"""What understanding is measured with: enough of it, every label known, nothing trained on."""

import re
from collections import Counter

import pytest

from tests.engine.measured_data import fold, read_measured, read_trained

# `none`: no intent fits; the right answer is "not understood".
LABELS = frozenset(
    re.findall(
        r"\w+",
        """
    track_order give_order_number change_order cancel_order change_address parcel_missing
    return_item exchange_item refund_status report_damage warranty_claim get_invoice
    payment_problem account_access close_account loyalty_points referral_code product_advice
    stock_status service_status subscribe_newsletter stop_messages see_data correct_data
    export_data forget_data want_human complain compliment ask_case_outcome give_rating helped
    not_helped affirm deny stop correct_previous repeat_that pick_option give_email give_contact
    greet thank goodbye bot_challenge how_are_you ask_abilities ask_language insult ask_question
    out_of_scope none
    """,
    )
)
# All sentences of a language, and those of one intent.
AT_LEAST = {
    ("heldout", "en"): (600, 10),
    ("calibration", "en"): (350, 5),
    ("heldout", "de"): (300, 5),
    ("calibration", "de"): (150, 3),
}
every_set = pytest.mark.parametrize(("kind", "language"), AT_LEAST)


@every_set
def test_every_intent_is_measured_often_enough(kind: str, language: str):
    all_lines, lines_of_one = AT_LEAST[kind, language]
    counts = Counter(intent for _, intent in read_measured(kind, language))
    assert set(counts) == LABELS
    assert sum(counts.values()) >= all_lines
    assert {intent: n for intent, n in counts.items() if n < lines_of_one} == {}


@every_set
def test_no_measured_sentence_is_trained_on(kind: str, language: str):
    trained = read_trained()
    assert [text for text, _ in read_measured(kind, language) if fold(text) in trained] == []


@every_set
def test_no_sentence_is_measured_twice(kind: str, language: str):
    counts = Counter(fold(text) for text, _ in read_measured(kind, language))
    assert [text for text, n in counts.items() if n > 1] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_sentence_is_held_out_and_calibrated_on(language: str):
    calibrated = {fold(text) for text, _ in read_measured("calibration", language)}
    assert [
        text for text, _ in read_measured("heldout", language) if fold(text) in calibrated
    ] == []
