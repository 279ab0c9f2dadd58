"""Tracking an order: who may see which order, and what is said about it."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from tests.action_server import (
    FOREIGN_ORDER,
    NOW,
    FakeCustomers,
    FakeOrders,
    make_order,
    make_ports,
)
from tests.actions.calls import Chat, Outcome

FORM = "track_order_form"
WHERE = "where is my order"


@pytest.fixture
def chat() -> Chat:
    return Chat(FORM)


def stranger(**slots: Any) -> Chat:
    """Somebody without a profile."""
    return Chat(FORM, ports=make_ports(customers=FakeCustomers(None)), **slots)


def track(**changes: Any) -> Outcome:
    """Ask for the only order, changed."""
    chat = Chat(FORM, ports=make_ports(orders=FakeOrders(make_order(**changes))))
    chat.open("where is LL-10042", "track_order", order_number="LL-10042")
    return chat.complete()


def test_an_own_order_needs_no_address(chat: Chat):
    done = chat.open("where is ll10042", "track_order", order_number="ll10042")
    assert done.told == {"order_number": "LL-10042"}
    assert done.asked is None


def test_without_a_number_the_only_open_order_is_meant(chat: Chat):
    assert chat.open(WHERE, "track_order").told == {"order_number": "LL-10042"}


def test_the_latest_order_of_the_profile_is_meant_when_no_list_is_known():
    orders = FakeOrders(make_order())
    orders.find_orders_of = none_of  # type: ignore[method-assign]  # an adapter without a list
    chat = Chat(FORM, ports=make_ports(orders=orders), last_order_number="LL-10042")
    assert chat.open(WHERE, "track_order").told == {"order_number": "LL-10042"}


async def none_of(customer_id: str) -> tuple[Any, ...]:
    return ()


def test_several_open_orders_become_buttons_and_can_be_chosen_in_many_ways():
    orders = FakeOrders(make_order(), make_order("LL-10050", items=("Wool rug",)))
    for choose in (
        lambda chat: chat.press("LL-10050"),
        lambda chat: chat.say("the wool rug please", "ask_question"),
        lambda chat: chat.say("LL-10050", "give_order_number", order_number="LL-10050"),
        lambda chat: chat.say("the second one", "pick_option"),
    ):
        chat = Chat(FORM, ports=make_ports(orders=orders))
        asked = chat.open(WHERE, "track_order")
        assert asked.keys == ["ask_which_order"]
        assert asked.buttons == [
            '/pick_option{"option": "LL-10042"}',
            '/pick_option{"option": "LL-10050"}',
        ]
        assert choose(chat).told == {"order_number": "LL-10050"}


def test_when_everything_has_arrived_the_latest_order_is_meant():
    old = make_order("LL-10001", status="delivered", placed_at=NOW - timedelta(days=90))
    orders = FakeOrders(old, make_order(status="delivered"))
    chat = Chat(FORM, ports=make_ports(orders=orders))
    assert chat.open(WHERE, "track_order").told == {"order_number": "LL-10042"}


def test_what_an_abandoned_form_was_told_is_forgotten():
    kept = {"form": FORM, "values": {"order_number": "LL-10077", "order_email": "x@y.example"}}
    chat = stranger(journey=kept)
    done = chat.open(WHERE, "track_order")
    assert done.told == {}
    assert done.asked == "order_number"


@pytest.mark.parametrize("number", ["LL-10077", "LL-99999"])
def test_unknown_and_foreign_orders_are_asked_for_and_refused_with_the_same_words(
    chat: Chat, number: str
):
    asked = chat.open(f"where is {number}", "track_order", order_number=number)
    assert asked.keys == ["ask_order_email"]
    refused = chat.say("wrong@mail.example", "give_email", email="wrong@mail.example")
    assert refused.keys == ["order_no_match", "ask_which_order"]
    assert refused.slots["order_tries"] == 1.0
    assert refused.told == {}


def test_a_wrong_pair_in_one_message_counts_as_well(chat: Chat):
    text = "where is LL-10077, my mail is wrong@mail.example"
    done = chat.open(text, "track_order", order_number="LL-10077", email="wrong@mail.example")
    assert done.keys[0] == "order_no_match"
    assert done.slots["order_tries"] == 1.0


def test_the_right_address_opens_an_order_that_is_not_on_the_profile(chat: Chat):
    chat.open("where is LL-10077", "track_order", order_number="LL-10077")
    chat.say("JONAS@post.example", "give_email", email="JONAS@post.example")
    assert chat.complete().values("order_on_its_way_with")["order"] == "LL-10077"


def test_an_order_with_the_profiles_own_address_needs_no_question():
    chat = stranger(customer_email="jonas@post.example")
    done = chat.open("where is LL-10077", "track_order", order_number="LL-10077")
    assert done.asked is None


def test_the_third_wrong_pair_ends_it_with_a_person():
    chat = Chat(FORM, order_tries=2.0)
    chat.open("where is LL-10077", "track_order", order_number="LL-10077")
    done = chat.say("wrong@mail.example", "give_email", email="wrong@mail.example")
    assert done.slots["order_tries"] == 3.0
    assert done.asked is None
    told = chat.complete()
    assert told.keys == ["order_not_shown"]
    assert told.buttons == ["/want_human"]
    assert told.slots["pending_offer"] == "person"


@pytest.mark.parametrize("intent", ["give_order_number", "correct_previous", "track_order"])
def test_after_a_typing_error_in_the_address_the_same_number_is_taken_again(intent: str):
    chat = stranger()
    chat.open("track order LL-10077", "track_order", order_number="LL-10077")
    assert chat.say("oskar@mail.example", "give_email", email="oskar@mail.example").asked == (
        "order_number"
    )
    again = chat.say("ah sorry typo. LL-10077", intent, order_number="LL-10077")
    assert again.asked == "order_email"


def test_after_three_wrong_pairs_even_the_right_one_is_not_taken():
    chat = Chat(FORM, order_tries=3.0)
    done = chat.open(
        "LL-10077 jonas@post.example",
        "track_order",
        order_number="LL-10077",
        email="jonas@post.example",
    )
    assert done.asked is None
    assert chat.complete().keys == ["order_not_shown"]


def test_after_three_wrong_pairs_an_own_order_is_still_told():
    chat = Chat(FORM, order_tries=3.0)
    chat.open("where is LL-10042", "track_order", order_number="LL-10042")
    assert "order_on_its_way_with" in chat.complete().keys


@pytest.mark.parametrize("intent", ["want_human", "stop"])
def test_leaving_is_not_taken_for_an_answer(intent: str):
    chat = stranger()
    chat.open(WHERE, "track_order")
    done = chat.say("a person for LL-10042", intent, order_number="LL-10042")
    assert done.slots == {"requested_slot": "order_number"}


@pytest.mark.parametrize("intent", ["ask_question", "greet", "return_item", "ask_case_outcome"])
def test_something_else_goes_to_a_rule_and_the_question_is_asked_again(intent: str):
    chat = stranger()
    chat.open(WHERE, "track_order")
    done = chat.say("something else", intent)
    assert done.slots == {"requested_slot": "order_number"}
    assert done.messages == []
    again = chat.resume("something else", intent)
    assert again.keys == ["ask_order_number"]
    assert again.asked == "order_number"


def test_no_number_at_hand_is_told_where_it_stands():
    chat = stranger()
    chat.open(WHERE, "track_order")
    assert chat.say("no", "deny").keys == ["where_order_number_is", "ask_order_number"]


def test_yes_to_a_person_offered_in_between_is_for_the_rule():
    chat = stranger(pending_offer="person")
    chat.open(WHERE, "track_order")
    assert chat.say("yes", "affirm").slots == {"requested_slot": "order_number"}


def test_three_answers_that_are_no_number_end_it():
    chat = stranger()
    chat.open(WHERE, "track_order")
    assert chat.say("asdf").keys == ["not_an_order_number", "ask_order_number"]
    chat.say("qwertz")
    chat.say("12345678", "give_contact")
    done = chat.complete()
    assert done.keys == ["journey_given_up"]
    assert done.buttons == ["/want_human"]


def test_another_number_while_the_address_is_asked_replaces_the_first(chat: Chat):
    chat.open("where is LL-10077", "track_order", order_number="LL-10077")
    done = chat.say("sorry, LL-10042", "give_order_number", order_number="LL-10042")
    assert done.values("journey_corrected") == {"value": "LL-10042: Reading lamp Alba"}
    assert done.told == {"order_number": "LL-10042"}


def test_the_other_order_is_found_after_the_first_was_told():
    orders = FakeOrders(make_order(), make_order("LL-10043", status="delivered"))
    chat = Chat(FORM, ports=make_ports(orders=orders))
    chat.open(WHERE, "track_order")
    chat.complete()
    chat.slots["journey"] = {**chat.slots["last_journey"], "coming_back": "corrected"}
    done = chat.open("no, the other order", "correct_previous")
    assert done.keys == ["journey_take_back"]
    assert done.told == {"order_number": "LL-10043"}


def test_an_unknown_visitor_is_asked_for_the_address():
    chat = stranger()
    asked = chat.open("where is LL-10042", "track_order", order_number="LL-10042")
    assert asked.keys == ["ask_order_email"]


def test_a_late_order_says_so_and_offers_a_person():
    done = track(expected_on=NOW - timedelta(days=1))
    assert "order_late" in done.keys
    assert done.buttons == ["/want_human"]


def test_an_order_on_its_way_says_with_whom_and_until_when(chat: Chat):
    chat.open(WHERE, "track_order")
    done = chat.complete()
    assert done.keys == [
        *("order_on_its_way_with", "order_tracking_with", "order_expected", "another_order")
    ]
    assert done.values("order_expected") == {"day": {"date": "2026-11-24"}}
    assert done.values("order_on_its_way_with")["items"] == ["Reading lamp Alba", "Linen cushion"]


def test_a_named_order_invites_no_other(chat: Chat):
    chat.open("where is LL-10042", "track_order", order_number="LL-10042")
    done = Chat(FORM, ports=chat.ports, **chat.slots)
    assert done.complete().keys[0] == "order_on_its_way_with"


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        ("packed", ["order_packed"]),
        ("processing", ["order_received"]),
        ("cancelled", ["order_cancelled"]),
        ("customs_hold", ["order_other", "order_tracking_with"]),
    ],
)
def test_every_state_is_told_and_nothing_invented(status: str, keys: list[str]):
    assert track(status=status, expected_on=None).keys[: len(keys)] == keys


def test_a_delivered_order_is_not_expected_any_more():
    done = track(status="delivered", delivered_at=NOW - timedelta(days=2), expected_on=NOW)
    assert done.values("order_delivered_on")["delivered"] == {"date": "2026-11-20"}
    assert not {"order_expected", "order_late"} & set(done.keys)


def test_a_long_order_names_three_items():
    done = track(items=("a", "b", "c", "d", "e"))
    assert done.values("order_on_its_way_with")["items"] == ["a", "b", "c", "…"]


@pytest.mark.parametrize("number", [None, "LL-10077", "LL-99999"])
def test_the_ending_does_not_trust_the_form(number: str | None):
    values = {"order_number": number} if number else {}
    kept = {"form": FORM, "values": values, "end": "complete" if number else None}
    chat = Chat(FORM, journey=kept, requested_slot=None)
    done = chat.complete()
    assert done.keys == ["order_not_shown"]
    assert done.slots["journey"] is None


def test_the_customer_is_known_in_the_very_first_turn_of_an_episode():
    """Its row is not committed yet, so only the gateway's slot can say who is there."""
    chat = stranger(customer_id="customer-1")
    assert chat.open(WHERE, "track_order").told == {"order_number": "LL-10042"}


class TestTheOrderThatWasJustSpokenOf:
    """What comes after is about the order that was told a moment ago."""

    told = MappingProxyType(
        {"values": {"order_number": "LL-10077", "order_email": FOREIGN_ORDER.email}}
    )

    def test_it_is_meant_and_its_address_is_not_asked_again(self):
        begun = stranger(last_journey=dict(self.told)).open("and when does it come", "track_order")
        assert begun.told["order_number"] == "LL-10077"
        assert begun.asked is None

    def test_another_number_in_the_message_is_meant_instead(self):
        begun = stranger(last_journey=dict(self.told)).open("and LL-10042?", "track_order")
        assert begun.asked == "order_email"

    def test_without_the_right_address_it_stays_hidden(self):
        told = {"values": {"order_number": "LL-10077", "order_email": "guess@mail.example"}}
        assert (
            stranger(last_journey=told).open("where is it", "track_order").asked == "order_number"
        )
