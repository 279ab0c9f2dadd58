"""Saying it again, and "the second one": both refer to the bot's last message."""

import pytest

from actions.small_talk import find_place
from tests.actions.calls import run

BUTTONS = [
    {"key": "reading_return_item", "payload": '/return_item{"order_number": "LL-10042"}'},
    {"key": "reading_refund_status", "payload": "/refund_status{}"},
]
SAID = {
    "event": "bot",
    "text": None,
    "data": {"custom": {"say": [{"key": "clarify_two"}], "buttons": BUTTONS, "effects": [{}]}},
}


def test_the_last_message_is_said_again_without_its_effects():
    done = run("action_repeat", text="say that again", before=[SAID])
    assert done.messages[0]["custom"] == {"say": [{"key": "clarify_two"}], "buttons": BUTTONS}


def test_at_the_very_beginning_there_is_nothing_to_repeat():
    assert run("action_repeat", text="again?").keys == ["nothing_to_repeat"]


def test_inside_a_form_the_form_asks_again_by_itself():
    assert run("action_repeat", text="again?", before=[SAID], form="return_form").messages == []


def test_the_second_one_is_as_good_as_pressing_it():
    done = run("action_pick_option", text="the first one please", before=[SAID])
    _, event = done.events
    assert event["event"] == "user"
    assert event["parse_data"]["intent"]["name"] == "return_item"
    assert event["parse_data"]["entities"] == [{"entity": "order_number", "value": "LL-10042"}]


def test_without_options_nothing_is_guessed():
    done = run("action_pick_option", text="the first one")
    assert done.keys == ["which_option"]
    assert done.events == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("1", 0),
        ("the first one", 0),
        ("the second one", 1),
        ("number two pls", 1),
        ("das zweite bitte", 1),
        ("the last", 2),
        ("the fourth", None),
        ("hmm", None),
    ],
)
def test_words_for_a_place_among_three(words, place):
    assert find_place(words, 3) == place
