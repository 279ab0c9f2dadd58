"""How far back working time reaches, for alarms before a date."""

from datetime import datetime, timedelta

import pytest

from handoff.workforce.hours import parse_opening_hours

WEEK = parse_opening_hours(
    "mon-fri 09:00-12:00, mon-fri 13:00-17:00", zone="Europe/Berlin", holidays="2026-11-26"
)
ALWAYS = parse_opening_hours("", zone="Europe/Berlin", holidays="")


def at(text):
    return datetime.fromisoformat(f"2026-{text}+01:00")


@pytest.mark.parametrize(
    ("end", "minutes", "expected"),
    [
        ("11-24T16:00", 120, "11-24T14:00"),
        ("11-24T14:00", 120, "11-24T11:00"),  # over noon
        ("11-24T09:30", 60, "11-23T16:30"),
        ("11-23T09:00", 120, "11-20T15:00"),  # over the weekend
        ("11-22T12:00", 120, "11-20T15:00"),  # due when nobody works
        ("11-27T10:00", 120, "11-25T16:00"),  # over a holiday
        ("11-24T16:00", 0, "11-24T16:00"),
    ],
)
def test_working_time_is_counted_back(end, minutes, expected):
    duration = timedelta(minutes=minutes)
    start = WEEK.subtract(at(end), duration)
    assert start == at(expected)
    assert WEEK.count(start, at(end)) == duration


def test_a_desk_that_is_always_open_counts_every_minute():
    assert ALWAYS.subtract(at("11-23T01:00"), timedelta(hours=2)) == at("11-22T23:00")


def test_what_the_month_before_cannot_hold_is_counted_by_the_hour():
    assert WEEK.subtract(at("11-24T16:00"), timedelta(days=40)) == at("10-15T16:00")
