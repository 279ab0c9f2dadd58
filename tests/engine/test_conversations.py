"""Conversations with the running engine: forms, interruptions, offers and their answers."""

import pytest
import yaml

from tests.engine_process import ROOT, EngineProcess, Talk

pytestmark = pytest.mark.engine


@pytest.fixture
def talk(engine: EngineProcess) -> Talk:
    return Talk(engine)


def test_the_greeting_says_that_a_machine_speaks(talk: Talk):
    assert talk.say("hello") == "greet"
    wording = yaml.safe_load((ROOT / "nlu_data/en/wording/smalltalk.yml").read_text())
    assert "automated assistant" in wording["greet"]["text"]


@pytest.mark.parametrize("number", ["#LL-10042", "ll10042", "LL 10042", "10042"])
def test_an_order_number_may_be_typed_in_many_ways(talk: Talk, number: str):
    talk.say("where is LL-10077")
    assert "order_on_its_way_with" in talk.say(number)
    assert talk.form is None


def test_the_only_open_order_is_told_without_a_number(talk: Talk):
    said = talk.say("where is my parcel")
    assert "order_on_its_way_with" in said
    assert said.endswith("another_order")


@pytest.mark.parametrize("number", ["LL-10077", "LL-99999"])
def test_wrong_addresses_are_refused_alike_and_end_with_the_offer_of_a_person(
    talk: Talk, number: str
):
    said = [talk.say(f"where is {number}")]
    for _ in range(2):
        said.append(talk.say("wrong@mail.example"))
        said.append(talk.say(number))
    said.append(talk.say("wrong@mail.example"))
    assert said == [
        "ask_order_email",
        "order_no_match ask_which_order",
        "ask_order_email",
        "order_no_match ask_which_order",
        "ask_order_email",
        "order_not_shown",
    ]
    assert talk.form is None
    talk.say("yes please")
    assert talk.effects[0]["type"] == "open_handoff"


def test_the_right_address_opens_the_order(talk: Talk):
    talk.say("where is LL-10077")
    assert "order_on_its_way_with" in talk.say("my email is Jonas@post.example")


def test_a_question_inside_the_form_is_answered_and_the_form_goes_on(talk: Talk):
    talk.say("where is LL-10077")
    said = talk.say("how do I return a lamp?")
    assert "You can send anything back within 30 days." in said
    assert said.endswith("ask_order_email")
    assert talk.form == "track_order_form"
    assert "order_on_its_way_with" in talk.say("LL-10042")


@pytest.mark.parametrize(
    "text", ["I want a human", "human please", "I want to talk to a person about LL-10042"]
)
@pytest.mark.parametrize("opening", ["where is LL-10077", "I want to complain"])
def test_a_person_can_be_wanted_inside_a_form(talk: Talk, opening: str, text: str):
    talk.say(opening)
    assert talk.form is not None
    talk.say(text)
    assert talk.reply["active_loop"] is None
    assert [effect["reason"] for effect in talk.effects] == ["human_wanted"]
    assert "greet" in talk.say("hello")


@pytest.mark.parametrize("opening", ["where is LL-10077", "I want to complain"])
def test_stop_ends_a_form_and_nothing_lingers(talk: Talk, opening: str):
    talk.say(opening)
    assert "stopped" in talk.say("never mind")
    assert talk.form is None
    assert talk.say("where is LL-10077") == "ask_order_email"


def test_a_complaint_is_taken_and_passed_on(talk: Talk):
    talk.say("I want to complain")
    talk.say("the shade of my lamp was cracked when it came")
    assert talk.form == "complaint_form"
    talk.press("deny")
    assert talk.effects == [
        {
            "type": "open_handoff",
            "reason": "complaint",
            "brief": {"what_happened": "the shade of my lamp was cracked when it came"},
        }
    ]


def test_a_question_inside_a_complaint_is_answered_and_the_story_still_taken(talk: Talk):
    talk.say("I want to complain")
    said = talk.say("how many days do I have to return a lamp")
    assert "within 30 days" in said
    assert said.endswith("ask_complaint_text")
    talk.say("my lamp arrived broken")
    talk.say("it is about LL-10042")
    assert talk.effects[0]["brief"] == {
        "what_happened": "my lamp arrived broken",
        "order_number": "LL-10042",
    }


def test_an_unknown_answer_offers_a_person_and_yes_accepts(talk: Talk):
    assert "answer_unknown" in talk.say("do you sell blue elephants in a box")
    talk.say("yes please")
    assert talk.effects == [{"type": "open_handoff", "reason": "human_wanted", "brief": {}}]


def test_an_offer_is_gone_after_another_message(talk: Talk):
    talk.say("do you sell blue elephants in a box")
    talk.say("thanks")
    talk.say("ok")
    assert talk.effects == []


def test_feedback_can_be_pressed_and_typed(talk: Talk):
    talk.say("how many days do I have to return a lamp")
    button = talk.reply["messages"][0]["custom"]["buttons"][0]["payload"]
    assert button.startswith("/helped{")
    talk.press("helped", article_id="6f1f7c1e-0000-4000-8000-000000000001", version=3)
    pressed = talk.effects
    talk.say("that helped")
    assert talk.effects == pressed != []


def test_the_outcome_of_a_case_is_known(engine: EngineProcess):
    talk = Talk(engine, human_outcome="A new shade was sent")
    talk.say("what happened with my case?")
    assert "A new shade was sent" in str(talk.reply)
    talk.press("deny")
    assert talk.effects[0]["reason"] == "human_wanted"


def test_tracking_can_change_into_a_complaint(talk: Talk):
    talk.say("where is LL-10077")
    talk.say("this is ridiculous, I want to complain")
    assert talk.form == "complaint_form"


def test_what_was_interrupted_is_offered_and_taken_up_again(talk: Talk):
    talk.say("I want to complain")
    talk.say("the shade of my lamp was cracked when it came")
    assert talk.say("where is order LL-10042?").endswith("go_back_offer")
    assert talk.say("yes please") == "ask_about_latest_order"
    talk.press("deny")
    assert talk.effects[0]["brief"]["what_happened"].startswith("the shade")


def test_a_question_in_between_may_be_two(talk: Talk):
    talk.say("where is LL-10077")
    talk.say("how do I return a lamp?")
    assert talk.say("hello").endswith("ask_order_email")


def test_a_picked_reading_goes_on_with_what_was_said_before_it(talk: Talk):
    talk.press("give_rating", said="2/10, far too slow for me")
    assert talk.form is None
    (effect,) = [each for each in talk.effects if each["type"] == "record_rating"]
    assert (effect["score"], effect["scale"]) == (2, 10)
