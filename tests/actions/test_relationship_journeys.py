"""Loyalty, stock, newsletter, ratings: what is told, what is kept, and to whom."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crm.care.schemas import LoyaltyView
from tests.action_server import FakeCustomers, FakeOrders, make_order, make_ports
from tests.actions.calls import Chat
from tests.fakes.care import SINCE, FakeCare

MAIL = "jonas@post.example"
SILK = LoyaltyView(412, 58, "silk", "INES-WEAVES", SINCE, datetime(2028, 4, 1, tzinfo=UTC))


def club(form: str = "loyalty_form", *, known: bool = True, **changes: Any) -> Chat:
    care = FakeCare(loyalty={"customer-1": SILK, "customer-2": SILK})
    customers = FakeCustomers("customer-1" if known else None)
    return Chat(form, ports=make_ports(care=care, customers=customers, **changes))


def test_a_member_is_told_at_once():
    chat = club()
    chat.open("how many threads do i have", "loyalty_points")
    done = chat.complete()
    assert done.keys == ["loyalty_threads", "loyalty_waiting", "loyalty_expires"]
    assert done.values("loyalty_threads") == {
        "threads": 412,
        "worth": {"money": 2000, "currency": "EUR"},
        "level": {"key": "loyalty_level_silk"},
    }


def test_the_code_for_friends_is_told_alone():
    chat = club()
    chat.open("whats my friend code", "referral_code")
    assert chat.complete().values("loyalty_code") == {"code": "INES-WEAVES"}


def test_a_stranger_proves_an_order_first():
    chat = club(known=False)
    assert chat.open("how many threads do i have", "loyalty_points").keys == ["ask_order_number"]
    assert chat.say("LL-10077", "give_order_number").keys == ["ask_order_email"]
    chat.say(MAIL, "give_email", email=MAIL)
    assert chat.complete().keys[0] == "loyalty_threads"


def test_a_wrong_address_opens_no_membership():
    chat = club(known=False)
    chat.open("how many threads do i have", "loyalty_points")
    chat.say("LL-10077", "give_order_number")
    done = chat.say("ada@post.example", "give_email", email="ada@post.example")
    assert done.keys == ["order_no_match", "ask_order_number"]


def test_who_is_no_member_hears_how_to_join():
    chat = Chat("loyalty_form", ports=make_ports(care=FakeCare()))
    chat.open("how many threads do i have", "loyalty_points")
    done = chat.complete()
    assert done.keys == ["loyalty_none"]
    assert done.slots["pending_offer"] == "person"


@pytest.fixture
def stock() -> Chat:
    return Chat("stock_form")


def test_a_product_in_stock_is_told_with_its_price(stock: Chat):
    stock.open("is the alder floor lamp in stock", "stock_status", product="Alder floor lamp")
    done = stock.complete()
    assert done.values("stock_yes") == {
        "product": "Alder floor lamp",
        "price": {"money": 18900, "currency": "EUR"},
    }


def test_a_product_is_found_without_an_entity(stock: Chat):
    stock.open("any alder lamps left?", "stock_status")
    assert stock.complete().keys == ["stock_yes"]


def test_what_is_sold_out_comes_with_a_date_and_the_offer_of_a_reminder(stock: Chat):
    done = stock.open("fern desk lamp back?", "stock_status", product="Fern desk lamp")
    assert done.keys == ["stock_back_on", "ask_stock_reminder"]
    assert stock.say("yes please", "affirm").keys == ["ask_reminder_email"]
    stock.say(MAIL, "give_email", email=MAIL)
    (effect,) = stock.complete().effects
    assert effect["kind"] == "back_in_stock"
    assert effect["details"] == {"product": "Fern desk lamp", "email": MAIL}


def test_without_a_date_none_is_promised(stock: Chat):
    done = stock.open("birch side table?", "stock_status", product="Birch side table")
    assert done.keys == ["stock_out", "ask_stock_reminder"]
    stock.say("no", "deny")
    assert stock.complete().keys == ["stock_no_reminder"]


def test_several_products_become_a_choice(stock: Chat):
    done = stock.open("do you have cushions", "stock_status")
    assert done.keys == ["ask_stock_which"]
    stock.say("the linen one", "nlu_fallback")
    assert stock.complete().values("stock_yes")["product"] == "Linen cushion"


def test_another_product_in_the_middle_replaces_the_first(stock: Chat):
    stock.open("fern desk lamp back?", "stock_status", product="Fern desk lamp")
    done = stock.say("no i meant the linen cushion", "correct_previous", product="Linen cushion")
    assert done.asked is None
    assert stock.complete().values("stock_yes")["product"] == "Linen cushion"


def test_a_product_nobody_knows_is_asked_for_again_and_three_times_is_enough(stock: Chat):
    assert stock.open("is it back yet", "stock_status").keys == ["ask_stock_product"]
    for _ in range(2):
        assert stock.say("the zorblax").keys == ["stock_not_found", "ask_stock_product"]
    stock.say("zorblax!!")
    assert stock.complete().keys == ["journey_given_up"]


def test_the_newsletter_needs_a_clear_yes_to_the_words_that_are_kept():
    chat = Chat("newsletter_form", customer_email=MAIL)
    done = chat.open("subscribe me", "subscribe_newsletter")
    assert done.values("newsletter_consent") == {"email": MAIL}
    chat.say("yes", "affirm")
    assert chat.complete().effects == [
        {
            "type": "set_consent",
            "purpose": "newsletter",
            "granted": True,
            "wording": "newsletter_consent",
            "email": MAIL,
        }
    ]


def test_without_a_yes_nothing_is_kept():
    chat = Chat("newsletter_form", customer_email=MAIL)
    chat.open("subscribe me", "subscribe_newsletter")
    chat.say("no", "deny")
    assert chat.complete().effects == []


def test_an_address_in_the_answer_replaces_the_known_one():
    chat = Chat("newsletter_form", customer_email=MAIL)
    chat.open("subscribe me", "subscribe_newsletter")
    done = chat.say("use ada@post.example", "give_email", email="ada@post.example")
    assert done.keys == ["journey_corrected", "newsletter_consent"]


@pytest.fixture
def rating() -> Chat:
    return Chat("rating_form")


def test_a_score_with_a_reason_needs_no_question(rating: Chat):
    rating.open("id give you a 3, slow delivery", "give_rating")
    (effect,) = rating.complete().effects
    assert effect == {
        "type": "record_rating",
        "kind": "csat",
        "score": 3,
        "scale": 5,
        "comment": "id give you a 3, slow delivery",
    }


def test_a_bare_score_is_asked_for_its_reason(rating: Chat):
    assert rating.open("9/10", "give_rating").keys == ["ask_score_reason"]
    rating.say("the people were kind", "compliment")
    done = rating.complete()
    assert done.keys == ["rating_thanks"]
    assert done.effects[0]["comment"] == "the people were kind"


def test_nobody_has_to_give_a_reason_for_a_score(rating: Chat):
    rating.open("9/10", "give_rating")
    rating.say("no", "deny")
    assert rating.complete().effects[0]["comment"] is None


def test_a_low_score_brings_the_offer_of_a_person(rating: Chat):
    rating.open("2/10, lamp came broken twice", "give_rating")
    done = rating.complete()
    assert done.keys == ["rating_low"]
    assert (done.buttons, done.slots["pending_offer"]) == (["/want_human"], "person")


def test_without_a_score_it_asks_and_takes_a_button(rating: Chat):
    assert rating.open("i want to rate you", "give_rating").keys == ["ask_score"]
    rating.press("csat 4 5")
    rating.say("no", "deny")
    assert rating.complete().effects[0]["score"] == 4


def test_an_impossible_score_is_asked_for_again(rating: Chat):
    rating.open("i want to rate you", "give_rating")
    assert rating.say("12 out of 10", "give_rating").keys == ["not_a_score", "ask_score"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("no, i meant 3 out of 5", "correct_previous"),
        ("no, i meant 3 out of 5", "give_rating"),
        ("sorry, 3 out of 5", "give_rating"),
    ],
)
def test_a_score_can_be_corrected_while_its_reason_is_asked(rating: Chat, text: str, intent: str):
    rating.open("4 out of 5", "give_rating")
    corrected = rating.say(text, intent)
    assert corrected.keys == ["journey_corrected", "ask_score_reason"]
    assert corrected.told["score"] == "csat 3 5"


def test_a_number_in_the_reason_is_no_other_score(rating: Chat):
    rating.open("4 out of 5", "give_rating")
    rating.say("i waited 2 hours", "give_rating")
    (effect,) = rating.complete().effects
    assert (effect["score"], effect["comment"]) == (4, "i waited 2 hours")


def test_a_foreign_membership_is_not_told_to_who_has_own_orders():
    orders = FakeOrders(make_order(), make_order("LL-10077", customer_id="customer-2"))
    care = FakeCare(loyalty={"customer-2": SILK})
    chat = Chat("loyalty_form", ports=make_ports(care=care, orders=orders))
    chat.open("threads of LL-10077", "loyalty_points", order_number="LL-10077")
    assert chat.complete().keys == ["loyalty_none"]
