"""The complaint: the story in the customer's words, the order if there is one, then a person."""

import pytest

from actions.journeys.words import is_question
from tests.action_server import FakeOrders, make_order, make_ports
from tests.actions.calls import Chat

STORY = "the lamp you sent me is broken and nobody answers my emails"


@pytest.fixture
def chat() -> Chat:
    return Chat("complaint_form")


def test_a_short_complaint_is_asked_for_its_story(chat: Chat):
    done = chat.open("I want to complain", "complain")
    assert done.asked == "complaint_text"
    assert done.keys == ["ask_complaint_text"]


def test_a_long_first_message_is_the_story_already(chat: Chat):
    done = chat.open(STORY, "complain")
    assert done.told["complaint_text"] == STORY
    assert done.asked == "order_number"


@pytest.mark.parametrize("intent", ["complain", "ask_question", "report_damage", "nlu_fallback"])
def test_the_story_is_taken_in_the_customers_words_whatever_it_looks_like(chat: Chat, intent: str):
    chat.open("I want to complain", "complain")
    done = chat.say("my lamp arrived broken", intent)
    assert done.told["complaint_text"] == "my lamp arrived broken"


@pytest.mark.parametrize("intent", ["want_human", "stop", "bot_challenge", "thank"])
def test_what_is_no_story_goes_to_a_rule(chat: Chat, intent: str):
    chat.open("I want to complain", "complain")
    assert chat.say("well then", intent).slots == {"requested_slot": "complaint_text"}


def test_a_question_in_the_middle_goes_to_a_rule_and_the_story_is_asked_for_again(chat: Chat):
    chat.open("I want to complain", "complain")
    done = chat.say("can I return it?", "ask_question")
    assert done.slots == {"requested_slot": "complaint_text"}
    assert done.messages == []
    again = chat.resume("can I return it?", "ask_question")
    assert again.keys == ["ask_complaint_text"]


def test_a_clear_other_wish_changes_the_journey(chat: Chat):
    chat.open("I want to complain", "complain")
    done = chat.say("sign me up for the letter", "subscribe_newsletter")
    assert done.slots == {"requested_slot": "complaint_text"}


def test_one_word_is_too_short_a_story_and_three_of_them_end_it(chat: Chat):
    chat.open("I want to complain", "complain")
    assert chat.say("bad").keys == ["tell_more", "ask_complaint_text"]
    chat.say("awful")
    chat.say("terrible")
    done = chat.complete()
    assert done.keys == ["journey_given_up"]
    assert done.slots["pending_offer"] == "person"


def test_the_only_order_is_offered_by_its_number(chat: Chat):
    done = chat.open(STORY, "complain")
    assert done.values("ask_about_latest_order") == {"order": "LL-10042"}
    assert done.buttons == ['/pick_option{"option": "LL-10042"}', "/deny"]


@pytest.mark.parametrize(
    ("text", "intent", "order"),
    [
        ("yes", "affirm", "LL-10042"),
        ("no", "deny", "none"),
        ("ll10077", "give_order_number", "LL-10077"),
    ],
)
def test_the_order_of_a_complaint_is_optional(chat: Chat, text: str, intent: str, order: str):
    chat.open(STORY, "complain")
    assert chat.say(text, intent).told["order_number"] == order
    assert chat.outcome.asked is None


def test_without_orders_it_is_asked_plainly():
    chat = Chat("complaint_form", ports=make_ports(orders=FakeOrders(make_order(customer_id="x"))))
    assert chat.open(STORY, "complain").keys == ["ask_complaint_order"]


def test_a_complaint_goes_to_a_person_with_its_story(chat: Chat):
    chat.open(STORY, "complain")
    chat.say("it is about LL-10077", "give_order_number", order_number="LL-10077")
    done = chat.complete()
    assert done.effects == [
        {
            "type": "open_handoff",
            "reason": "complaint",
            "brief": {"what_happened": STORY, "order_number": "LL-10077"},
        }
    ]
    assert done.said == []


def test_a_complaint_about_no_order_names_none(chat: Chat):
    chat.open(STORY, "complain")
    chat.say("no", "deny")
    assert chat.complete().effects[0]["brief"] == {"what_happened": STORY}


@pytest.mark.parametrize("text", ["Can I return it", "it is broken?", "how long", "wie lange"])
def test_questions_are_recognised(text: str):
    assert is_question(text)


def test_a_statement_is_no_question():
    assert not is_question("my lamp arrived broken")
