"""Asking back: the two likeliest readings as buttons, with what was told; never twice in a row."""

import json

from tests.actions.calls import Chat, run

CLARIFIED = [{"event": "user", "text": "hm"}, {"event": "action", "name": "action_clarify"}]


def clarify(*ranking: str, text: str = "the return thing for LL-10042", **more):
    return run("action_clarify", text=text, intent="nlu_close_call", ranking=ranking, **more)


def test_it_asks_which_of_the_two_likeliest_readings_is_meant():
    done = clarify("nlu_close_call", "return_item", "refund_status", "track_order")
    assert done.keys == ["clarify_two"]
    assert [payload.partition("{")[0] for payload in done.buttons] == [
        "/return_item",
        "/refund_status",
        "/ask_question",
    ]


def test_a_picked_reading_keeps_what_the_message_told():
    done = clarify("return_item", "ask_question", entities={"order_number": "LL-10042"})
    first, second, _ = done.buttons
    told = json.loads(first.removeprefix("/return_item"))
    assert told == {"order_number": "LL-10042", "said": "the return thing for LL-10042"}
    topic = json.loads(second.removeprefix("/ask_question"))
    assert topic == {"topic": "the return thing for LL-10042"}


def test_what_is_no_entity_is_kept_too():
    score, *_ = clarify("give_rating", "complain", text="2/10, too slow").buttons
    assert json.loads(score.removeprefix("/give_rating")) == {"said": "2/10, too slow"}
    begun = run(
        "validate_rating_form",
        text=score,
        intent="give_rating",
        entities={"said": "2/10, too slow"},
        form="rating_form",
        beginning=True,
    )
    assert begun.told["score"] == "nps 2 10"


def test_what_was_said_before_the_question_answers_no_later_one():
    """Inside a form a picked reading is only that: its words are not the open question's answer."""
    chat = Chat("rating_form")
    chat.open("i want to leave a rating", "give_rating")
    picked = chat.say("/complain", "complain", said="5 people ignored me")
    assert picked.told == {}


def test_readings_nobody_would_pick_from_a_menu_are_left_out():
    done = clarify("affirm", "track_order", "greet", "thank")
    assert done.keys == ["clarify_one"]
    assert done.buttons[0].startswith("/track_order")


def test_without_a_choice_it_looks_for_an_answer():
    assert clarify("greet", "affirm", "thank", "deny", text="return?").keys == []
    assert clarify("greet", text="quark").keys == ["answer_unknown"]


def test_it_never_asks_twice_in_a_row():
    assert clarify("return_item", "refund_status", before=CLARIFIED, text="quark").keys == [
        "answer_unknown"
    ]


def test_after_something_else_it_may_ask_again():
    before = [
        *CLARIFIED,
        {"event": "user", "text": "x"},
        {"event": "action", "name": "utter_thank"},
    ]
    assert clarify("return_item", "refund_status", before=before).keys == ["clarify_two"]


def test_inside_a_form_only_one_question_is_open():
    done = clarify("return_item", "refund_status", form="track_order_form")
    assert {"event": "followup", "name": "action_listen", "timestamp": None} in done.events
