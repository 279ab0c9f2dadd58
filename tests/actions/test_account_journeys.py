"""Getting into an account, and leaving it: advice first, then a request, never a password."""

import pytest

from actions.request_numbers import mint_request_number
from tests.actions.calls import Chat

NUMBER = mint_request_number("message-1")
MAIL = "ines.marlow@example.org"


@pytest.fixture
def access() -> Chat:
    return Chat("account_access_form")


@pytest.fixture
def closing() -> Chat:
    return Chat("close_account_form")


def test_what_keeps_them_out_is_asked_with_choices(access: Chat):
    done = access.open("cant get in", "account_access")
    assert done.keys == ["ask_access_trouble"]
    assert len(done.buttons) == 5


@pytest.mark.parametrize(
    ("words", "intent", "works"),
    [("ja jetzt gehts", "helped", "yes"), ("still the same", "not_helped", "no")],
)
def test_saying_that_the_advice_helped_answers_the_question(
    access: Chat, words: str, intent: str, works: str
):
    access.open("i forgot my password", "account_access")
    assert access.say(words, intent).told["works"] == works


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("i forgot my password", "access_try_password"),
        ("my account is locked", "access_try_locked"),
        ("the reset email does not arrive", "access_try_mail"),
    ],
)
def test_a_named_trouble_gets_its_advice_at_once(access: Chat, words: str, key: str):
    done = access.open(words, "account_access")
    assert done.keys == [key, "ask_access_works"]
    access.say("yes, thanks", "affirm")
    assert access.complete().keys == ["access_works"]


def test_when_the_advice_does_not_help_a_person_is_asked_for(access: Chat):
    access.open("i forgot my password", "account_access")
    assert access.say("no", "deny").keys == ["ask_account_email"]
    access.say(f"its {MAIL}", "give_email", email=MAIL)
    done = access.complete()
    assert done.values("access_done") == {"number": NUMBER}
    assert done.effects == [
        {
            "type": "open_request",
            "kind": "account_access",
            "number": NUMBER,
            "order_number": None,
            "details": {"trouble": "password", "email": MAIL},
        }
    ]


def test_lost_codes_go_to_a_person_and_a_known_address_is_not_asked_for():
    chat = Chat("account_access_form", customer_email=MAIL)
    chat.open("lost my phone with the authenticator", "account_access")
    assert chat.complete().effects[0]["details"] == {"trouble": "phone", "email": MAIL}


def test_a_misused_account_goes_to_a_person_at_once(access: Chat):
    access.open("somebody hacked my account", "account_access")
    (effect,) = access.complete().effects
    assert (effect["type"], effect["reason"]) == ("open_handoff", "fraud")


def test_closing_asks_once_why_tells_the_consequences_and_only_then_passes_on(closing: Chat):
    assert closing.open("close my account", "close_account").keys == ["ask_close_reason"]
    assert closing.say("too expensive for me", "nlu_fallback").keys == ["ask_account_email"]
    done = closing.say(MAIL, "give_email", email=MAIL)
    assert done.keys == ["ask_confirm_close"]
    assert done.values("ask_confirm_close") == {"email": MAIL}
    closing.say("yes", "affirm")
    request, leaving = closing.complete().effects
    assert request["details"] == {"reason": "too expensive for me", "email": MAIL}
    assert leaving == {"type": "report_leaving", "reason": "too expensive for me"}


@pytest.mark.parametrize(("words", "intent"), [("no", "deny"), ("rather not say", "deny")])
def test_nobody_has_to_give_a_reason(closing: Chat, words: str, intent: str):
    closing.open("close my account", "close_account")
    assert closing.say(words, intent).told["reason"] == "not told"


def test_a_no_in_the_end_leaves_everything_as_it_is():
    chat = Chat("close_account_form", customer_email=MAIL)
    chat.open("close my account", "close_account")
    chat.say("not happy with the prices", "nlu_fallback")
    assert chat.slots["journey"]["values"]["reason"] == "not happy with the prices"
    chat.say("no, keep it", "deny")
    done = chat.complete()
    assert (done.keys, done.effects) == (["journey_declined"], [])


def test_who_only_wants_fewer_messages_is_let_go_to_that(closing: Chat):
    closing.open("close my account", "close_account")
    done = closing.say("/stop_messages", "stop_messages")
    assert done.messages == []


def test_another_trouble_in_the_answer_is_a_correction_and_no_mere_no():
    chat = Chat("account_access_form")
    chat.open("i forgot my password", "account_access")
    corrected = chat.say("no i meant the account is locked", "account_access")
    assert corrected.keys[:2] == ["journey_corrected", "access_try_locked"]
