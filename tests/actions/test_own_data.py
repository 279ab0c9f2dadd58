"""The customer's own data: seen by them alone, corrected after a yes, erased by people."""

from dataclasses import replace
from typing import Any

import pytest

from actions.ports import OfferView
from crm.care.schemas import ConsentView, IncidentView, ProfileSummary, RequestView
from tests.action_server import CITATION, NOW, FakeCustomers, FakeOrders, make_order, make_ports
from tests.actions.calls import Chat, run
from tests.fakes.care import SINCE, FakeCare

MAIL = "ines.marlow@example.org"


def correct(text: str, **entities: Any) -> Chat:
    chat = Chat("correct_data_form")
    chat.open(text, "correct_data", **entities)
    return chat


def test_a_name_is_changed_after_a_yes():
    chat = correct("my name is wrong")
    assert chat.outcome.keys == ["ask_right_display_name"]
    done = chat.say("it's Ines Marlowe", "nlu_fallback")
    assert done.values("ask_confirm_correction") == {
        "field": {"key": "option_name_inside"},
        "value": "Ines Marlowe",
    }
    chat.say("yes", "affirm")
    assert chat.complete().effects == [
        {"type": "correct_profile", "field": "display_name", "value": "Ines Marlowe"}
    ]


def test_a_name_told_with_the_wish_is_not_asked_for():
    chat = correct("you spelled it wrong, my name is Ines Marlowe")
    assert chat.outcome.keys == ["ask_confirm_correction"]


def test_a_telephone_number_is_changed_after_a_yes():
    chat = correct("new phone number", phone="+44 7700 900142")
    chat.say("yes", "affirm")
    (effect,) = chat.complete().effects
    assert (effect["field"], effect["value"]) == ("phone", "+44 7700 900142")


@pytest.mark.parametrize("text", ["12", "call me", "my new one"])
def test_what_is_no_telephone_number_is_refused(text: str):
    chat = correct("my phone number changed")
    assert chat.say(text, "give_contact").keys == ["not_a_phone", "ask_right_phone"]


def test_an_address_of_any_kind_goes_to_a_person():
    chat = correct("i need another e-mail in my account")
    assert chat.outcome.keys == ["ask_right_email"]
    chat.say("new@example.org", "give_email", email="new@example.org")
    chat.say("yes", "affirm")
    (effect,) = chat.complete().effects
    assert (effect["type"], effect["kind"]) == ("open_request", "correct_data")
    assert effect["details"] == {"field": "email", "value": "new@example.org"}


def test_a_no_to_the_summary_changes_nothing():
    chat = correct("my name is wrong")
    chat.say("Ines Marlowe", "nlu_fallback")
    chat.say("no", "deny")
    assert chat.complete().effects == []


@pytest.mark.parametrize(
    ("form", "intent", "kind"),
    [
        ("export_data_form", "export_data", "export_data"),
        ("forget_data_form", "forget_data", "forget_data"),
    ],
)
def test_a_copy_and_an_erasure_are_confirmed_and_passed_on(form: str, intent: str, kind: str):
    chat = Chat(form, customer_email=MAIL)
    assert chat.open("please", intent).asked == "confirmed"
    chat.say("yes", "affirm")
    (effect,) = chat.complete().effects
    assert (effect["kind"], effect["details"]) == (kind, {"email": MAIL})


def test_who_is_unknown_is_shown_nothing():
    done = run("action_see_data", ports=make_ports(customers=FakeCustomers(None)))
    assert done.keys == ["data_nobody"]


def test_a_guest_sees_that_there_is_nearly_nothing():
    done = run("action_see_data")
    assert done.keys == [
        "data_intro",
        "data_name",
        "data_no_contact",
        "data_messages",
        "data_no_orders",
        "data_newsletter_no",
        "data_kept",
    ]


def test_a_customer_sees_everything_in_short():
    profile = ProfileSummary(
        "Ines Marlow",
        MAIL,
        "+44 7700 900142",
        "retention",
        SINCE,
        order_numbers=tuple(f"LL-1000{n}" for n in range(7)),
        requests=(RequestView("RQ-7KM2QX", "invoice", None, {}, "open", NOW),),
        consents=(ConsentView("newsletter", granted=True, wording="w", given_at=NOW),),
        ratings=2,
        files=3,
        source="spring-sale",
    )
    done = run("action_see_data", ports=make_ports(care=FakeCare(profile=profile)))
    assert len(done.values("data_orders")["orders"]) == 6
    assert done.values("data_requests") == {"requests": ["RQ-7KM2QX"]}
    assert done.values("data_files") == {"count": 3}
    assert done.values("data_source") == {"source": "spring-sale"}
    assert {"data_email", "data_phone", "data_ratings", "data_newsletter_yes"} <= set(done.keys)
    assert done.buttons == ["/correct_data", "/export_data", "/forget_data", "/link_accounts"]


def test_stopping_messages_is_done_at_once_and_says_what_still_comes():
    done = run("action_stop_messages", intent="stop_messages")
    assert done.keys == ["messages_stopped", "messages_that_stay"]
    assert [(each["purpose"], each["granted"]) for each in done.effects] == [
        ("newsletter", False),
        ("service_messages", False),
    ]


def test_without_an_incident_nothing_is_claimed():
    assert run("action_service_status").keys == ["status_nothing_known", "status_where"]


def test_an_open_incident_is_told_in_the_customers_language():
    summary = {"en": "Cards fail.", "de": "Karten gehen nicht."}
    ports = make_ports(care=FakeCare(incidents=(IncidentView("payments", summary, NOW, None),)))
    done = run("action_service_status", ports=ports, slots={"language": "de"})
    assert done.said[1] == {"quote": "Karten gehen nicht."}
    assert done.keys == ["status_incidents", "status_since", "status_where"]


@pytest.mark.parametrize(
    ("stage", "keys", "buttons"),
    [
        ("acquisition", ["advice_lead", "advice_person"], ["/want_human"]),
        ("retention", ["advice_lead_owned", "advice_person"], ["/want_human"]),
        ("termination", ["advice_lead"], []),
    ],
)
def test_advice_is_given_as_the_relationship_stands(
    stage: str, keys: list[str], buttons: list[str]
):
    ports = make_ports(orders=FakeOrders(make_order(delivered_at=NOW)))
    done = run(
        "action_product_advice",
        ports=ports,
        text="which lamp can I send back if it is too dark",
        intent="product_advice",
        slots={"relationship_stage": stage},
    )
    assert (done.keys, done.buttons) == (keys, buttons)


def test_asked_too_little_it_asks_what_it_is_for():
    done = run("action_product_advice", text="need a lamp", intent="product_advice")
    assert done.keys == ["ask_advice_purpose"]
    assert done.buttons[-1] == "/want_human"


class Guides:
    """Always has one more guide; for the holdout it is only to be kept."""

    def __init__(self, *, holdout: bool = False, article_id: str = "another") -> None:
        self._view = OfferView(
            replace(CITATION, article_id=article_id, title="Hang a lamp"), "They asked.", holdout
        )

    async def find_offer(self, customer_id: str, *, language: str) -> OfferView:
        return self._view


def advise(guides: Guides, **slots: str):
    return run(
        "action_product_advice",
        ports=make_ports(offers=guides),
        text="which lamp can I send back if it is too dark",
        intent="product_advice",
        slots={"relationship_stage": "acquisition", **slots},
    )


def test_one_further_guide_is_named_and_kept():
    done = advise(Guides())
    assert done.values("advice_also") == {"title": "Hang a lamp"}
    assert [each["holdout"] for each in done.effects] == [False]
    cited = [m["custom"]["citations"] for m in done.messages if "citations" in m["custom"]]
    assert [each["title"] for each in cited[0]] == [CITATION.title, "Hang a lamp"]


def test_the_holdout_gets_the_answer_and_no_further_guide():
    done = advise(Guides(holdout=True))
    assert "advice_lead" in done.keys
    assert "advice_also" not in done.keys
    assert [(each["type"], each["holdout"]) for each in done.effects] == [("record_offer", True)]


def test_nothing_further_for_who_is_upset_or_has_just_read_it():
    assert advise(Guides(), mood="upset").effects == []
    assert advise(Guides(article_id=CITATION.article_id)).effects == []
