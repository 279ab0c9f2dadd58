"""Handing over, complaining and telling the outcome."""

from typing import Any

import pytest

from actions.validate_complaint_form import is_question
from tests.actions.calls import Outcome, run


def validate(**call: Any) -> Outcome:
    return run("validate_complaint_form", form="complaint_form", **call)


def test_handing_over_passes_on_what_was_learned_and_says_nothing_itself():
    done = run(
        "action_hand_over", slots={"complaint_text": "It broke.", "order_number": "LL-10042"}
    )
    assert done.effects == [
        {
            "type": "open_handoff",
            "reason": "human_wanted",
            "brief": {"what_happened": "It broke.", "order_number": "LL-10042"},
        }
    ]
    assert done.text == ""
    assert done.slots == {"complaint_text": None, "order_number": None}


def test_a_short_complaint_is_asked_for_its_story():
    done = validate(beginning=True, intent="complain", text="I want to complain")
    assert done.slots["requested_slot"] == "complaint_text"


def test_a_long_first_message_is_the_story_already():
    text = "the lamp you sent me is broken and nobody answers my emails"
    done = validate(beginning=True, intent="complain", text=text)
    assert done.slots["complaint_text"] == text
    assert done.slots["requested_slot"] == "complaint_order"


def test_the_story_is_taken_in_the_customers_words():
    done = validate(
        text="My lamp came broken.",
        slots={"requested_slot": "complaint_text"},
        filled={"complaint_text": "My lamp came broken."},
        intent="complain",
    )
    assert done.slots["complaint_text"] == "My lamp came broken."


def test_a_statement_that_looks_like_a_question_to_the_classifier_is_the_story():
    done = validate(
        text="my lamp arrived broken",
        intent="ask_question",
        slots={"requested_slot": "complaint_text"},
    )
    assert done.slots["complaint_text"] == "my lamp arrived broken"


def test_a_question_in_the_middle_is_no_story():
    done = validate(
        text="can I return it?", intent="ask_question", slots={"requested_slot": "complaint_text"}
    )
    assert done.slots == {"requested_slot": "complaint_text"}


def test_one_word_is_too_short_a_story():
    done = validate(
        text="bad",
        intent="nlu_fallback",
        slots={"requested_slot": "complaint_text"},
        filled={"complaint_text": "bad"},
    )
    assert "a little more" in done.text
    assert done.slots["requested_slot"] == "complaint_text"


@pytest.mark.parametrize(
    ("answer", "latest", "order", "asked"),
    [
        ("none", None, "none", None),
        ("latest", "LL-10042", "LL-10042", None),
        ("latest", None, None, "complaint_order"),
        ("ll10077", None, "LL-10077", None),
    ],
)
def test_the_order_of_a_complaint_is_optional(
    answer: str, latest: str | None, order: str | None, asked: str | None
):
    done = validate(
        slots={
            "requested_slot": "complaint_order",
            "complaint_text": "It broke.",
            "last_order_number": latest,
        },
        filled={"complaint_order": answer},
    )
    assert done.slots["complaint_order"] == order
    assert done.slots["requested_slot"] == asked


def test_a_complaint_goes_to_a_person_with_its_story():
    done = run(
        "action_submit_complaint", slots={"complaint_text": "It broke.", "complaint_order": "none"}
    )
    assert done.effects == [
        {"type": "open_handoff", "reason": "complaint", "brief": {"what_happened": "It broke."}}
    ]


def test_the_latest_order_is_offered_by_its_number():
    asked = run(
        "action_ask_complaint_form_complaint_order", slots={"last_order_number": "LL-10042"}
    )
    assert "LL-10042" in asked.text
    assert asked.buttons == ["/affirm", "/deny"]
    assert run("action_ask_complaint_form_complaint_order").buttons == ["/deny"]


def test_the_outcome_is_told_in_the_persons_words():
    done = run("action_tell_outcome", slots={"human_outcome": "A new shade was sent"})
    assert "A new shade was sent. Is it settled for you?" in done.text
    assert done.slots["pending_offer"] == "settled"


def test_without_an_outcome_a_person_is_offered_and_nothing_invented():
    done = run("action_tell_outcome")
    assert done.text.startswith("Nothing is noted here")
    assert done.slots["pending_offer"] == "person"


@pytest.mark.parametrize("text", ["Can I return it", "it is broken?", "how long"])
def test_questions_are_recognised(text: str):
    assert is_question(text)


def test_a_statement_is_no_question():
    assert not is_question("my lamp arrived broken")
