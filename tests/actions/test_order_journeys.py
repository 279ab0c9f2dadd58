"""Cancelling, changing, redirecting and missing an order: what the rules allow, and when."""

from datetime import timedelta
from typing import Any

import pytest

from actions.request_numbers import mint_request_number
from tests.action_server import NOW, FakeOrders, make_order, make_ports
from tests.actions.calls import Chat

NUMBER = mint_request_number("message-1")


def chat_about(form: str, *orders: dict[str, Any]) -> Chat:
    """A customer with these orders; LL-10042 and on."""
    made = [make_order(f"LL-{10042 + i}", **changes) for i, changes in enumerate(orders)]
    return Chat(form, ports=make_ports(orders=FakeOrders(*made)))


def request_of(chat: Chat) -> dict[str, Any]:
    effect = chat.complete().effects[0]
    assert effect["type"] == "open_request"
    assert effect["number"] == NUMBER
    return effect


class TestCancelling:
    def test_a_received_order_is_cancelled_after_a_yes(self):
        chat = chat_about("cancel_order_form", {"status": "processing"})
        asked = chat.open("cancel my order", "cancel_order")
        assert asked.keys == ["ask_confirm_cancel"]
        assert asked.buttons == ["/affirm", "/deny"]
        chat.say("yes please", "affirm")
        effect = request_of(chat)
        assert (effect["kind"], effect["order_number"]) == ("cancel_order", "LL-10042")
        assert chat.outcome.values("cancel_done") == {"number": NUMBER, "order": "LL-10042"}

    def test_no_leaves_everything_as_it_is(self):
        chat = chat_about("cancel_order_form", {"status": "processing"})
        chat.open("cancel my order", "cancel_order")
        chat.say("no", "deny")
        done = chat.complete()
        assert done.keys == ["journey_declined"]
        assert done.effects == []

    def test_the_other_order_is_taken_instead(self):
        chat = chat_about("cancel_order_form", {"status": "processing"}, {"status": "processing"})
        chat.open("cancel order LL-10042", "cancel_order", order_number="LL-10042")
        done = chat.say("no, the other order", "deny")
        assert done.keys == ["journey_take_back", "ask_confirm_cancel"]
        assert done.values("ask_confirm_cancel")["order"] == "LL-10043"

    def test_another_number_in_the_confirmation_replaces_the_first(self):
        chat = chat_about("cancel_order_form", {"status": "processing"}, {"status": "processing"})
        chat.open("cancel order LL-10042", "cancel_order", order_number="LL-10042")
        done = chat.say("no i mean LL-10043", "correct_previous", order_number="LL-10043")
        assert done.keys == ["journey_corrected", "ask_confirm_cancel"]
        assert done.told == {"order_number": "LL-10043"}

    @pytest.mark.parametrize(
        ("status", "key", "buttons"),
        [
            ("packed", "cancel_too_late", ["/want_human"]),
            ("shipped", "cancel_too_late", ["/want_human"]),
            (
                "delivered",
                "cancel_delivered",
                ['/return_item{"order_number": "LL-10042"}', "/want_human"],
            ),
            ("cancelled", "cancel_already", []),
            ("refunded", "cancel_over", ["/want_human"]),
        ],
    )
    def test_later_it_says_so_and_what_is_possible_instead(
        self, status: str, key: str, buttons: list[str]
    ):
        chat = chat_about("cancel_order_form", {"status": status})
        chat.open("cancel my order", "cancel_order")
        done = chat.complete()
        assert done.keys == [key]
        assert done.buttons == buttons
        assert done.effects == []

    @pytest.mark.parametrize(("hours", "refused"), [(3, False), (5, True)])
    def test_made_to_measure_goes_into_production_after_four_hours(self, hours: int, refused: bool):
        made = {
            "status": "processing",
            "items": ("Dune curtain, made to measure",),
            "placed_at": NOW - timedelta(hours=hours),
        }
        chat = chat_about("cancel_order_form", made)
        done = chat.open("cancel my order", "cancel_order")
        assert (done.end == "refused") is refused

    def test_a_foreign_order_is_not_even_confirmed(self):
        chat = Chat("cancel_order_form")
        asked = chat.open("cancel LL-10077", "cancel_order", order_number="LL-10077")
        assert asked.keys == ["ask_order_email"]

    def test_three_times_neither_yes_nor_no_ends_it(self):
        chat = chat_about("cancel_order_form", {"status": "processing"})
        chat.open("cancel my order", "cancel_order")
        assert chat.say("blue").keys == ["say_yes_or_no", "ask_confirm_cancel"]
        chat.say("green")
        chat.say("red")
        assert chat.complete().keys == ["journey_given_up"]


class TestChanging:
    def test_an_item_is_taken_out_after_a_yes(self):
        chat = chat_about("change_order_form", {"status": "processing"})
        chat.open("please remove the linen cushion", "change_order")
        asked = (
            chat.say("the linen cushion", "nlu_fallback") if chat.outcome.asked == "item" else None
        )
        assert asked is None or asked.keys == ["ask_confirm_change"]
        assert chat.outcome.values("ask_confirm_change")["item"] == "Linen cushion"
        chat.say("yes", "affirm")
        assert request_of(chat)["details"] == {"remove": "Linen cushion"}

    def test_without_a_change_it_is_asked_with_buttons(self):
        chat = chat_about("change_order_form", {"status": "processing"})
        done = chat.open("i need to change my order", "change_order")
        assert done.keys == ["ask_which_change"]
        assert len(done.buttons) == 3

    @pytest.mark.parametrize("option", ["swap", "add"])
    def test_nothing_is_swapped_or_added_but_the_way_is_told(self, option: str):
        chat = chat_about("change_order_form", {"status": "processing"})
        chat.open("i need to change my order", "change_order")
        chat.press(option)
        done = chat.complete()
        assert done.keys == ["change_order_again"]
        assert done.buttons[0] == '/cancel_order{"order_number": "LL-10042"}'

    def test_a_packed_order_cannot_be_changed(self):
        chat = chat_about("change_order_form", {"status": "packed"})
        chat.open("i need to change my order", "change_order")
        assert chat.complete().keys == ["change_too_late"]

    def test_three_choices_that_are_none_end_it(self):
        chat = chat_about("change_order_form", {"status": "processing"})
        chat.open("i need to change my order", "change_order")
        for _ in range(3):
            chat.say("purple hippo")
        assert chat.complete().keys == ["journey_given_up"]


class TestRedirecting:
    def test_the_new_address_is_repeated_before_it_is_passed_on(self):
        chat = chat_about("change_address_form", {"status": "processing"})
        assert chat.open("i moved house", "change_address").keys == ["ask_new_address"]
        asked = chat.say("12 Rose Lane, 1012 AB Amsterdam", "give_contact")
        assert asked.values("ask_confirm_address")["address"] == "12 Rose Lane, 1012 AB Amsterdam"
        chat.say("yes", "affirm")
        assert request_of(chat)["details"] == {"address": "12 Rose Lane, 1012 AB Amsterdam"}

    def test_a_correction_without_a_value_asks_for_the_address_again(self):
        chat = chat_about("change_address_form", {"status": "processing"})
        chat.open("i moved house", "change_address")
        chat.say("12 Rose Lane, 1012 AB Amsterdam", "give_contact")
        done = chat.say("no thats the wrong one", "correct_previous")
        assert done.keys == ["journey_take_back", "ask_new_address"]

    def test_half_an_address_is_not_enough(self):
        chat = chat_about("change_address_form", {"status": "processing"})
        chat.open("i moved house", "change_address")
        assert chat.say("Amsterdam", "give_contact").keys[0] == "address_incomplete"

    @pytest.mark.parametrize("status", ["packed", "shipped"])
    def test_once_packed_only_the_carrier_can_help(self, status: str):
        chat = chat_about("change_address_form", {"status": status})
        chat.open("i moved house", "change_address")
        assert chat.complete().keys == ["address_too_late"]


class TestMissing:
    def test_a_late_parcel_is_searched_for_after_three_working_days(self):
        late = {"status": "shipped", "expected_on": NOW - timedelta(days=7)}
        chat = chat_about("parcel_missing_form", late)
        assert chat.open("my parcel is lost", "parcel_missing").keys == ["ask_confirm_search"]
        chat.say("yes", "affirm")
        assert request_of(chat)["kind"] == "search_parcel"
        assert chat.outcome.keys == ["missing_search_late"]

    def test_before_that_it_asks_for_patience_and_names_the_day(self):
        # 22 November 2026 is a Sunday; promised for Friday, three working days end on Wednesday.
        late = {"status": "shipped", "expected_on": NOW - timedelta(days=2)}
        chat = chat_about("parcel_missing_form", late)
        chat.open("my parcel is lost", "parcel_missing")
        done = chat.complete()
        assert done.values("missing_wait")["until"] == {"date": "2026-11-25"}
        assert done.effects == []

    def test_a_delivered_one_is_searched_for_when_they_have_looked(self):
        here = {"status": "delivered", "delivered_at": NOW - timedelta(days=2)}
        chat = chat_about("parcel_missing_form", here)
        assert chat.open("says delivered, nothing here", "parcel_missing").keys == [
            "ask_looked_around"
        ]
        chat.say("yes everywhere", "affirm")
        assert request_of(chat)["kind"] == "search_parcel"

    def test_who_has_not_looked_is_asked_to(self):
        here = {"status": "delivered", "delivered_at": NOW - timedelta(days=2)}
        chat = chat_about("parcel_missing_form", here)
        chat.open("says delivered, nothing here", "parcel_missing")
        chat.say("not yet", "deny")
        assert chat.complete().keys == ["missing_look_first"]

    def test_after_fourteen_days_a_person_must_look(self):
        here = {"status": "delivered", "delivered_at": NOW - timedelta(days=15)}
        chat = chat_about("parcel_missing_form", here)
        chat.open("says delivered, nothing here", "parcel_missing")
        done = chat.complete()
        assert done.keys == ["missing_too_late"]
        assert done.slots["pending_offer"] == "person"

    def test_what_was_never_sent_is_not_lost(self):
        chat = chat_about("parcel_missing_form", {"status": "processing"})
        chat.open("my parcel is lost", "parcel_missing")
        assert chat.complete().keys == ["missing_not_sent"]


def test_a_request_number_is_always_the_same_for_the_same_message():
    assert NUMBER == mint_request_number("message-1") != mint_request_number("message-2")
    assert len(NUMBER) == 9
