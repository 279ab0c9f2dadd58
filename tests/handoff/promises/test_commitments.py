"""Commitments in what people write: which are found, for when, and what is none."""

from datetime import datetime

import pytest

from handoff.promises.commitments import find_commitment
from handoff.workforce.hours import parse_opening_hours

ALWAYS = parse_opening_hours("", zone="Europe/Berlin", holidays="")
WEEK = parse_opening_hours("mon-fri 09:00-17:00", zone="Europe/Berlin", holidays="2026-11-26")
TUESDAY = datetime.fromisoformat("2026-11-24T10:30:00+01:00")


def due(text, now=TUESDAY, hours=ALWAYS, **more):
    """Return when it is due, as a clock at the desk shows it."""
    found = find_commitment(text, now, hours, **more)
    return found and found.due_at.astimezone(hours.zone).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("We will send a new shade, it arrives by Friday.", "Fri 27 18:00"),
        ("I'll call you tomorrow.", "Wed 25 18:00"),
        ("I will call you tomorrow morning", "Wed 25 12:00"),
        ("I'll get back to you today by 5 pm.", "Tue 24 17:00"),
        ("You have it until 17:30.", "Tue 24 17:30"),
        ("You have it by 9am", "Wed 25 09:00"),
        ("We will call by Thursday 3.30 p.m.", "Thu 26 15:30"),
        ("Hello Nell.\nThe refund takes up to three days.", "Fri 27 18:00"),
        ("It will be there within 24 hours.", "Wed 25 10:30"),
        ("I will write to you in an hour", "Tue 24 11:30"),
        ("I will write to you in half an hour", "Tue 24 11:00"),
        ("I will call next Friday.", "Fri 27 18:00"),
        ("We'll look into it this week", "Fri 27 18:00"),
        ("We refund it within two working days", "Thu 26 18:00"),
        ("You will get it by the end of the week.", "Fri 27 18:00"),
        ("We'll fix this next week.", "Fri 04 18:00"),
        ("We deliver by 3rd of December.", "Thu 03 18:00"),
        ("It will arrive on December 3, 2026 at noon.", "Thu 03 12:00"),
        ("You will have it by 2026-12-01.", "Tue 01 18:00"),
        ("I will answer tonight", "Tue 24 20:00"),
        ("We’ll look at it by Tuesday.", "Tue 24 18:00"),
        ("Wir schicken Ihnen bis Freitag einen neuen Schirm.", "Fri 27 18:00"),
        ("Ich melde mich morgen bis 17 Uhr bei Ihnen.", "Wed 25 17:00"),
        ("Sie erhalten das Geld innerhalb von drei Werktagen.", "Fri 27 18:00"),
        ("Das Paket kommt spätestens am 27. November.", "Fri 27 18:00"),
        ("Wir klären das bis zum 30.11.", "Mon 30 18:00"),
        ("Ich rufe Sie übermorgen um 10:15 an.", "Thu 26 10:15"),
        ("Wir melden uns in zwei Stunden.", "Tue 24 12:30"),
        ("Ich erledige es bis Ende der Woche.", "Fri 27 18:00"),
        ("Ich melde mich heute Abend.", "Tue 24 20:00"),
    ],
)
def test_a_commitment_has_a_date(said, expected):
    assert due(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "Can you be there on Friday?",
        "Please send us a photo by Friday.",
        "We cannot deliver by Friday.",
        "You wrote to us on Monday.",
        "We will write to you about the day.",
        "Bitte antworten Sie bis Freitag.",
        "Das schaffen wir nicht bis Freitag.",
        "I will look into it.",
        "Thank you for your patience.",
        "You bought the lamp by 31 November.",
        "Order LL-10042 costs 12.50 EUR and will be good.",
        "I sat in the sun and will come back.",
        "You may read more on the first page.",
        "We sent it by 2025-12-01.",
        "",
    ],
)
def test_everything_else_commits_to_nothing(said):
    assert due(said) is None


def test_days_end_with_the_desk_and_holidays_are_no_working_days():
    assert due("You have it by Friday.", hours=WEEK) == "Fri 27 17:00"
    assert due("We refund within two working days.", hours=WEEK) == "Fri 27 17:00"


def test_what_is_said_after_the_working_day_is_for_later():
    evening = TUESDAY.replace(hour=19)
    assert due("We will do it today.", evening) == "Tue 24 23:59"
    assert due("We will do it by Tuesday.", evening) == "Tue 01 18:00"


def test_the_sentence_and_the_words_for_the_date_are_told():
    found = find_commitment("Sorry! It arrives by Friday, 5 pm. Bye.", TUESDAY, ALWAYS)
    assert found is not None
    assert (found.words, found.phrase) == ("It arrives by Friday, 5 pm.", "by Friday, 5 pm")


def test_a_limit_goes_before_another_date():
    assert due("You ordered on Monday and it comes by Friday.") == "Fri 27 18:00"


def test_where_nobody_looks_only_what_we_do_counts():
    assert due("Your bank needs up to three days.", ours_only=True) is None
    assert due("You have 30 days to hand it in.", ours_only=True) is None
    assert due("We refund within five days after the return has come.", ours_only=True) is None
    assert due("You get the copy within one month at the latest.", ours_only=True) == "Thu 24 18:00"
    assert due("You get an answer within one working day.", ours_only=True) == "Wed 25 18:00"
    assert due("Wir antworten innerhalb eines Werktags.", ours_only=True) == "Wed 25 18:00"
