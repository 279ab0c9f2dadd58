"""Handing over, stopping, going back, and telling the outcome."""

from tests.actions.calls import run

TRACKING = {"form": "track_order_form", "values": {"order_number": "LL-10042"}, "asked": "x"}


def test_handing_over_passes_on_what_was_learned_and_says_nothing_itself():
    told = {"complaint_text": "It broke.", "order_number": "LL-10042"}
    done = run("action_hand_over", slots={"journey": {"form": "complaint_form", "values": told}})
    assert done.effects == [
        {
            "type": "open_handoff",
            "reason": "human_wanted",
            "brief": {
                "what_happened": "It broke.",
                "order_number": "LL-10042",
                "wanted": "complaint",
            },
        }
    ]
    assert done.said == []
    assert done.slots == {"requested_slot": None, "journey": None, "suspended_form": None}
    assert {"event": "active_loop", "name": None, "timestamp": None} in done.events


def test_handing_over_out_of_nowhere_has_an_empty_brief():
    done = run("action_hand_over")
    assert done.effects == [{"type": "open_handoff", "reason": "human_wanted", "brief": {}}]


def test_stop_ends_the_form_and_forgets_it():
    done = run("action_stop", form="track_order_form", slots={"journey": TRACKING})
    assert done.keys == ["stopped"]
    assert done.slots == {"requested_slot": None, "journey": None}


def test_stop_with_nothing_to_stop_says_so():
    assert run("action_stop").keys == ["nothing_to_stop"]


def test_stopping_the_second_journey_offers_the_first():
    done = run("action_stop", form="complaint_form", slots={"suspended_form": TRACKING})
    assert done.keys == ["stopped", "go_back_offer"]
    assert done.values("go_back_offer") == {"journey": {"key": "journey_track_order"}}
    assert done.slots["pending_offer"] == "go_back"


def test_yes_goes_back_into_the_journey_that_waits():
    done = run("action_go_back", intent="affirm", slots={"suspended_form": TRACKING})
    assert {"event": "followup", "name": "track_order_form", "timestamp": None} in done.events
    assert done.slots["journey"] == {**TRACKING, "coming_back": "resumed"}
    assert done.slots["suspended_form"] is None


def test_no_lets_it_go():
    done = run("action_go_back", intent="deny", slots={"suspended_form": TRACKING})
    assert done.keys == ["not_going_back"]
    assert done.slots["suspended_form"] is None


def test_a_correction_after_looking_something_up_runs_it_again():
    done = run("action_correct_previous", slots={"last_journey": TRACKING})
    assert {"event": "followup", "name": "track_order_form", "timestamp": None} in done.events
    assert done.slots["journey"]["coming_back"] == "corrected"


def test_a_correction_of_something_passed_on_needs_a_person_or_a_new_wish():
    done = run("action_correct_previous", slots={"last_journey": {"form": "complaint_form"}})
    assert done.keys == ["already_passed_on"]
    assert done.slots["pending_offer"] == "person"


def test_a_correction_of_nothing_asks_what_was_meant():
    assert run("action_correct_previous").keys == ["ask_what_was_meant"]


def test_the_outcome_is_told_in_the_persons_words():
    done = run("action_tell_outcome", slots={"human_outcome": "A new shade was sent"})
    assert done.keys == ["outcome_noted", "ask_settled"]
    assert done.values("outcome_noted") == {"outcome": "A new shade was sent."}
    assert done.slots["pending_offer"] == "settled"


def test_without_an_outcome_a_person_is_offered_and_nothing_invented():
    done = run("action_tell_outcome")
    assert done.keys == ["no_outcome"]
    assert done.slots["pending_offer"] == "person"
