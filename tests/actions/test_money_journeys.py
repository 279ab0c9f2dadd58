"""Invoices and payments: what can still be done, and that no card number is ever kept."""

from datetime import timedelta
from typing import Any

import pytest

from actions.journeys.words import hide_card_numbers
from tests.action_server import NOW, FakeOrders, make_order, make_ports
from tests.actions.calls import Chat

CARD = "4111 1111 1111 1111"


def chat_about(form: str, **changes: Any) -> Chat:
    order = make_order(**{"status": "delivered", "delivered_at": NOW, **changes})
    return Chat(form, ports=make_ports(orders=FakeOrders(order)))


def test_a_copy_of_the_invoice_is_what_is_usually_meant():
    chat = chat_about("invoice_form")
    chat.open("i need the invoice", "get_invoice")
    done = chat.complete()
    assert done.keys == ["invoice_copy_done", "invoice_download"]
    assert done.effects[0]["details"] == {"wants": "copy"}


def test_before_the_parcel_leaves_there_is_no_invoice():
    chat = chat_about("invoice_form", status="processing", delivered_at=None)
    chat.open("i need the invoice", "get_invoice")
    assert chat.complete().keys == ["invoice_not_yet"]


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_a_company_name_can_be_added_for_thirty_days(days: int, late: bool):
    chat = chat_about("invoice_form", placed_at=NOW - timedelta(days=days))
    chat.open("put my company on the invoice", "get_invoice")
    if late:
        assert chat.complete().keys == ["invoice_company_too_late"]
        return
    assert chat.outcome.keys == ["ask_company_name"]
    chat.say("Loomworks Ltd", "give_contact")
    done = chat.complete()
    assert done.keys == ["invoice_company_done", "invoice_no_vat"]
    assert done.effects[0]["details"]["company_name"] == "Loomworks Ltd"


def test_a_name_nobody_has_heard_of_is_a_name_though_it_may_sound_like_a_greeting():
    chat = chat_about("invoice_form", placed_at=NOW - timedelta(days=3))
    chat.open("put my company on the invoice", "get_invoice")
    chat.say("hello there", "greet", confidence=0.95)
    assert chat.outcome.asked == "company_name"
    chat.say("Loomworks Ltd", "greet", confidence=0.57)
    assert chat.complete().effects[0]["details"]["company_name"] == "Loomworks Ltd"


def test_a_correction_is_passed_on_in_the_customers_words():
    chat = chat_about("invoice_form")
    chat.open("there is a mistake on my invoice", "get_invoice")
    chat.say("it should say Marlow, not Marlowe", "correct_data")
    assert chat.complete().keys == ["invoice_correction_done"]


@pytest.mark.parametrize(
    ("text", "key"),
    [("my card was declined", "payment_declined"), ("the checkout hangs", "payment_stuck")],
)
def test_most_payment_problems_need_advice_only(text: str, key: str):
    chat = Chat("payment_form")
    chat.open(text, "payment_problem")
    done = chat.complete()
    assert done.keys == [key]
    assert done.effects == []


def test_a_second_amount_is_a_reservation_for_five_working_days():
    chat = chat_about("payment_form", placed_at=NOW - timedelta(days=3))
    chat.open("i was charged twice", "payment_problem")
    assert chat.complete().keys == ["payment_wait"]


@pytest.mark.parametrize(
    ("answer", "key"), [("affirm", "payment_twice_done"), ("deny", "payment_reserved")]
)
def test_later_it_matters_whether_both_are_booked(answer: str, key: str):
    chat = chat_about("payment_form", placed_at=NOW - timedelta(days=20))
    assert chat.open("i was charged twice", "payment_problem").keys == ["ask_booked"]
    chat.say("well", answer)
    assert chat.complete().keys == [key]


def test_a_card_number_is_neither_kept_nor_repeated_and_the_customer_is_warned():
    chat = chat_about("payment_form", placed_at=NOW - timedelta(days=20))
    chat.open("the amount is wrong, too much", "payment_problem")
    done = chat.say(f"i paid 50 with my card {CARD} but it should be 40")
    assert done.keys[0] == "never_send_card_numbers"
    assert CARD not in str(done.events)
    assert "****" in done.told["what_happened"]


@pytest.mark.parametrize("text", [CARD, "4111111111111111", "4111-1111-1111-1111"])
def test_card_numbers_are_recognised_by_their_check_digit(text: str):
    assert hide_card_numbers(f"it is {text}.") == ("it is ****.", True)


@pytest.mark.parametrize("text", ["+44 7700 900142", "LL-10042", "4111 1111 1111 1112", "12345"])
def test_other_numbers_are_left_alone(text: str):
    assert hide_card_numbers(text) == (text, False)
