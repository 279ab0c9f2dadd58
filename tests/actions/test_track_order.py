"""The order form and the action behind it: who may see which order, and what is said."""

from typing import Any

import pytest

from tests.action_server import FakeCustomers, FakeOrders, make_order, make_ports
from tests.actions.calls import Outcome, run

FORM = "track_order_form"


def validate(**call: Any) -> Outcome:
    return run("validate_track_order_form", form=FORM, **call)


def test_an_own_order_needs_no_address():
    done = validate(beginning=True, intent="track_order", entities={"order_number": "ll10042"})
    assert done.slots == {"order_number": "LL-10042", "order_email": None, "requested_slot": None}


def test_without_a_number_the_latest_order_is_meant():
    done = validate(beginning=True, slots={"last_order_number": "LL-10042"})
    assert done.slots["order_number"] == "LL-10042"
    assert done.slots["requested_slot"] is None


def test_a_number_from_an_abandoned_form_is_forgotten():
    done = validate(
        beginning=True, slots={"order_number": "LL-10077", "order_email": "x@y.example"}
    )
    assert done.slots == {
        "order_number": None,
        "order_email": None,
        "requested_slot": "order_number",
    }


@pytest.mark.parametrize("number", ["LL-10077", "LL-99999"])
def test_unknown_and_foreign_orders_are_asked_for_and_refused_with_the_same_words(number: str):
    asked = validate(beginning=True, entities={"order_number": number})
    assert asked.slots["requested_slot"] == "order_email"
    assert asked.messages == []
    refused = validate(
        slots={"order_number": number, "requested_slot": "order_email", "order_tries": 0.0},
        entities={"email": "wrong@mail.example"},
    )
    assert refused.text == (
        "I could not find an order with that number and that e-mail address. Please check both and "
        "try again."
    )
    assert refused.slots == {
        "order_tries": 1.0,
        "order_number": None,
        "order_email": None,
        "requested_slot": "order_number",
    }


def test_the_right_address_opens_an_order_that_is_not_on_the_profile():
    done = validate(
        slots={"order_number": "LL-10077", "requested_slot": "order_email"},
        entities={"email": "JONAS@post.example"},
    )
    assert done.slots["order_number"] == "LL-10077"
    assert done.slots["requested_slot"] is None


def test_the_third_wrong_try_ends_the_form():
    done = validate(
        slots={"order_number": "LL-10077", "requested_slot": "order_email", "order_tries": 2.0},
        entities={"email": "wrong@mail.example"},
    )
    assert done.slots == {
        "order_tries": 3.0,
        "order_number": None,
        "order_email": None,
        "requested_slot": None,
    }


def test_after_three_wrong_tries_even_the_right_pair_asks_nothing_more_of_foreign_orders():
    done = validate(
        beginning=True, slots={"order_tries": 3.0}, entities={"order_number": "LL-10077"}
    )
    assert done.slots["order_number"] is None
    assert done.slots["requested_slot"] is None


def test_after_three_wrong_tries_an_own_order_is_still_told():
    done = validate(
        beginning=True, slots={"order_tries": 3.0}, entities={"order_number": "LL-10042"}
    )
    assert done.slots["order_number"] == "LL-10042"


@pytest.mark.parametrize("intent", ["want_human", "stop"])
def test_leaving_is_not_taken_for_an_answer(intent: str):
    done = validate(
        intent=intent,
        slots={"requested_slot": "order_number"},
        entities={"order_number": "LL-10042"},
    )
    assert done.slots == {"requested_slot": "order_number"}


def test_something_else_leaves_the_form_as_it_is():
    done = validate(text="can I return it", slots={"requested_slot": "order_email"})
    assert done.slots == {"requested_slot": "order_email"}
    assert done.messages == []


def test_an_unknown_visitor_is_asked_for_the_address():
    ports = make_ports(customers=FakeCustomers(None))
    done = validate(ports=ports, beginning=True, entities={"order_number": "LL-10042"})
    assert done.slots["requested_slot"] == "order_email"


def test_the_action_tells_and_forgets():
    done = run("action_track_order", slots={"order_number": "LL-10042"})
    assert "is on its way with Northpost" in done.text
    assert done.slots == {"order_number": None, "order_email": None}
    assert done.buttons == []


def test_an_assumed_order_is_named_and_another_one_invited():
    slots = {"order_number": "LL-10042", "last_order_number": "LL-10042"}
    assumed = run("action_track_order", slots=slots)
    assert assumed.text.startswith("Your order LL-10042")
    assert assumed.text.endswith("If you meant another order, send me its number.")
    named = run("action_track_order", slots=slots, entities={"order_number": "LL-10042"})
    assert "another order" not in named.text


def test_a_late_order_offers_a_person():
    ports = make_ports(orders=FakeOrders(make_order(expected_on=make_order().placed_at)))
    done = run("action_track_order", ports=ports, slots={"order_number": "LL-10042"})
    assert "is late" in done.text
    assert done.buttons == ["/want_human"]


@pytest.mark.parametrize("number", [None, "LL-10077", "LL-99999"])
def test_the_action_does_not_trust_the_form(number: str | None):
    done = run("action_track_order", slots={"order_number": number})
    assert "I cannot show that order here" in done.text
    assert done.buttons == ["/want_human"]
    assert done.slots["pending_offer"] == "person"
