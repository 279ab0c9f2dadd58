"""Returns, exchanges, refunds, damage and warranty: the periods and exceptions of the articles."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crm.care.schemas import RefundView
from tests.action_server import NOW, FakeOrders, make_order, make_ports
from tests.actions.calls import Chat
from tests.fakes.care import FakeCare


def chat_about(form: str, *, days: int | None = 5, care: Any = None, **changes: Any) -> Chat:
    """A customer with one order, delivered some days ago."""
    delivered = None if days is None else NOW - timedelta(days=days)
    fields = {"status": "delivered", "delivered_at": delivered, "items": ("Linen cushion",)}
    order = make_order(**{**fields, **changes})
    return Chat(form, ports=make_ports(orders=FakeOrders(order), care=care or FakeCare()))


class TestReturning:
    def test_it_asks_why_and_registers_the_return_after_a_yes(self):
        chat = chat_about("return_form")
        assert chat.open("i want to send it back", "return_item").keys == ["ask_return_reason"]
        assert chat.press("unwanted").keys == ["ask_confirm_return"]
        chat.say("yes", "affirm")
        done = chat.complete()
        assert done.effects[0]["kind"] == "return"
        assert done.effects[0]["details"] == {
            "item": "Linen cushion",
            "reason": "unwanted",
            "hand_over": "label",
        }
        assert done.keys == ["return_done", "return_label", "return_costs"]

    @pytest.mark.parametrize("said", ["doesnt fit", "it doesn't fit", "it doesn’t fit me"])
    def test_a_negation_is_heard_with_and_without_its_apostrophe(self, said: str):
        chat = chat_about("return_form")
        chat.open("i want to send it back", "return_item")
        assert chat.say(said, "nlu_fallback").told["reason"] == "fit"

    def test_with_several_things_it_asks_which_and_everything_is_a_choice(self):
        chat = chat_about("return_form", items=("Linen cushion", "Wool rug"))
        asked = chat.open("i want to send something back", "return_item")
        assert asked.keys == ["ask_item_to_return"]
        assert chat.say("everything", "nlu_fallback").told["item"] == "everything"

    def test_an_item_that_sounds_like_a_correction_is_still_the_answer(self):
        chat = chat_about("return_form", items=("Linen cushion", "Fern desk lamp"))
        chat.open("i want to send something back", "return_item")
        assert chat.say("the desk lamp", "correct_previous").told["item"] == "Fern desk lamp"

    def test_a_reason_in_the_first_message_is_not_asked_again(self):
        chat = chat_about("return_form")
        done = chat.open("the cushion is too small, i want to return it", "return_item")
        assert done.told["reason"] == "fit"
        assert done.keys == ["ask_confirm_return"]

    @pytest.mark.parametrize(("days", "refused"), [(30, False), (31, True)])
    def test_there_are_thirty_days_from_delivery(self, days: int, refused: bool):
        chat = chat_about("return_form", days=days)
        chat.open("i want to send it back", "return_item")
        if refused:
            assert chat.complete().keys == ["return_too_late"]
        else:
            assert chat.outcome.asked == "reason"

    @pytest.mark.parametrize(
        ("status", "key"),
        [
            ("shipped", "return_not_yet"),
            ("processing", "return_not_yet"),
            ("returned", "return_already"),
            ("cancelled", "return_over"),
        ],
    )
    def test_other_states_say_what_is_possible(self, status: str, key: str):
        chat = chat_about("return_form", days=None, status=status)
        chat.open("i want to send it back", "return_item")
        assert chat.complete().keys == [key]

    @pytest.mark.parametrize(
        ("item", "reason", "key"),
        [
            ("Dune curtain, made to measure", "unwanted", "return_made_to_measure"),
            ("Gift card", "unwanted", "return_gift_card"),
        ],
    )
    def test_some_things_cannot_come_back(self, item: str, reason: str, key: str):
        chat = chat_about("return_form", items=(item,))
        chat.open("i want to send it back", "return_item")
        chat.press(reason)
        assert chat.complete().keys == [key]

    def test_faulty_things_always_can_and_free_of_charge(self):
        chat = chat_about("return_form", items=("Dune curtain, made to measure",))
        chat.open("i want to send it back", "return_item")
        chat.press("faulty")
        chat.say("yes", "affirm")
        assert chat.complete().keys == ["return_done", "return_label", "return_free"]

    @pytest.mark.parametrize(("answer", "key"), [("affirm", "return_unsealed"), ("deny", None)])
    def test_sealed_things_are_asked_about(self, answer: str, key: str | None):
        chat = chat_about("return_form", items=("Down pillow",))
        chat.open("i want to send it back", "return_item")
        assert chat.press("unwanted").keys == ["ask_unsealed"]
        chat.say("well", answer)
        assert (
            (chat.complete().keys == [key]) if key else chat.outcome.keys == ["ask_confirm_return"]
        )

    def test_furniture_is_collected(self):
        chat = chat_about("return_form", items=("Birch side table",))
        chat.open("i want to send it back", "return_item")
        chat.press("unwanted")
        chat.say("yes", "affirm")
        done = chat.complete()
        assert done.keys == ["return_done", "return_pick_up", "return_pick_up_cost"]

    def test_an_exchange_asks_for_the_other_one(self):
        chat = chat_about("return_form")
        assert chat.open("swap it please", "exchange_item").keys == ["ask_which_variant"]
        chat.say("the dark blue one", "nlu_fallback")
        chat.say("yes", "affirm")
        done = chat.complete()
        assert done.effects[0]["kind"] == "exchange"
        assert done.effects[0]["details"]["variant"] == "the dark blue one"

    def test_furniture_is_not_exchanged(self):
        chat = chat_about("return_form", items=("Birch side table",))
        chat.open("swap it please", "exchange_item")
        done = chat.complete()
        assert done.keys == ["exchange_no_furniture"]
        assert done.buttons[0].startswith("/return_item")


def refund(**changes: Any) -> FakeCare:
    fields: dict[str, Any] = {
        "order_number": "LL-10042",
        "amount_cents": 5800,
        "currency": "EUR",
        "method": "card",
        "state": "approved",
        "requested_at": NOW - timedelta(days=6),
        "expected_on": NOW + timedelta(days=3),
        "paid_at": None,
    }
    return FakeCare(refunds=(RefundView(**{**fields, **changes}),))


class TestRefunds:
    @pytest.mark.parametrize(
        ("changes", "keys"),
        [
            ({}, ["refund_approved_by", "refund_bank_days"]),
            ({"state": "expected"}, ["refund_expected_by", "refund_bank_days"]),
            ({"state": "expected", "expected_on": None}, ["refund_expected"]),
            ({"expected_on": NOW - timedelta(days=1)}, ["refund_late"]),
            ({"paid_at": NOW - timedelta(days=1)}, ["refund_paid", "refund_bank_days"]),
            ({"paid_at": NOW - timedelta(days=9)}, ["refund_paid"]),
        ],
    )
    def test_it_tells_how_far_the_money_is(self, changes: dict[str, Any], keys: list[str]):
        chat = chat_about("refund_status_form", status="returned", care=refund(**changes))
        chat.open("wheres my refund", "refund_status")
        done = chat.complete()
        assert done.keys == keys
        assert done.values(keys[0])["amount"] == {"money": 5800, "currency": "EUR"}

    @pytest.mark.parametrize(
        ("status", "key"),
        [
            ("cancelled", "refund_of_cancelled"),
            ("returned", "refund_of_returned"),
            ("delivered", "refund_none"),
        ],
    )
    def test_without_a_refund_the_state_of_the_order_tells(self, status: str, key: str):
        chat = chat_about("refund_status_form", status=status)
        chat.open("wheres my refund", "refund_status")
        assert chat.complete().keys == [key]


class TestDamage:
    def test_everything_in_the_first_message_is_used(self):
        chat = chat_about("damage_form", items=("Fern desk lamp", "Linen cushion"))
        text = "my fern desk lamp arrived broken, the shade has a long crack, i want a refund"
        chat.open(text, "report_damage")
        done = chat.complete()
        assert done.effects[0]["details"] == {
            "damage": "broken",
            "item": "Fern desk lamp",
            "what_happened": text,
            "wish": "refund",
        }
        assert done.keys == ["damage_broken_done", "damage_photos", "damage_safety"]

    def test_it_asks_step_by_step(self):
        chat = chat_about("damage_form")
        assert chat.open("something is off with my order", "report_damage").keys == [
            "ask_which_damage"
        ]
        assert chat.press("missing").keys == ["ask_damage_text"]
        chat.say("the zip and the filling", "nlu_fallback")
        assert chat.complete().keys == ["damage_missing_done"]

    def test_a_correction_replaces_the_kind(self):
        chat = chat_about("damage_form")
        chat.open("something is off with my order", "report_damage")
        chat.press("missing")
        done = chat.say("no i meant it is the wrong colour", "correct_previous")
        assert done.values("journey_corrected") == {"value": {"key": "option_wrong_item"}}
        assert done.told["damage"] == "wrong"

    def test_after_fourteen_days_the_warranty_is_the_way(self):
        chat = chat_about("damage_form", days=15)
        chat.open("it arrived broken", "report_damage")
        done = chat.complete()
        assert done.keys == ["damage_too_late"]
        assert done.buttons[0] == '/warranty_claim{"order_number": "LL-10042"}'


class TestWarranty:
    def test_a_claim_is_taken_with_the_customers_words(self):
        chat = chat_about("warranty_form", days=400, items=("Fern desk lamp",))
        assert chat.open("my lamp flickers", "warranty_claim").keys == ["ask_fault"]
        chat.say("it flickers and then goes dark", "warranty_claim")
        done = chat.complete()
        assert done.effects[0]["kind"] == "warranty"
        assert done.keys == ["warranty_done", "warranty_next"]

    @pytest.mark.parametrize(
        ("item", "years", "holds"),
        [
            ("Fern desk lamp", 3, True),
            ("Fern desk lamp", 4, False),
            ("Linen cushion", 2, True),
            ("Linen cushion", 3, False),
            ("Birch side table", 5, True),
        ],
    )
    def test_the_years_depend_on_the_kind_of_thing(self, item: str, years: int, holds: bool):
        delivered = datetime(NOW.year - years, NOW.month, NOW.day, 13, tzinfo=NOW.tzinfo)
        chat = chat_about("warranty_form", items=(item,), delivered_at=delivered)
        chat.open("it failed", "warranty_claim")
        if holds:
            assert chat.outcome.asked == "fault"
        else:
            assert chat.complete().keys == ["warranty_over", "warranty_repair"]

    def test_bulbs_are_not_covered(self):
        chat = chat_about("warranty_form", items=("Plum dimmable bulb",))
        chat.open("it failed", "warranty_claim")
        assert chat.complete().keys == ["warranty_no_bulbs"]

    def test_what_has_not_come_has_no_warranty_yet(self):
        chat = chat_about("warranty_form", days=None, status="shipped")
        chat.open("it failed", "warranty_claim")
        assert chat.complete().keys == ["warranty_not_delivered"]
