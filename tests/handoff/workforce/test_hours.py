"""When people are at the desk: what the settings say, over nights, holidays and clock changes."""

from datetime import date, datetime, timedelta

import pytest

from handoff.workforce.hours import OpeningHours, parse_opening_hours
from kit.errors import InvalidInputError

WEEK = "mon-fri 09:00-12:30, mon-fri 13:00-18:00, sat 10:00-24:00, sun 00:00-02:00"


def at(text: str) -> datetime:
    """Return a moment written with its offset."""
    return datetime.fromisoformat(text)


def hours_of(hours: str = WEEK, zone: str = "Europe/Berlin", holidays: str = "") -> OpeningHours:
    """Read hours."""
    return parse_opening_hours(hours, zone=zone, holidays=holidays)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59+01:00", False),
        ("2026-11-23T09:00:00+01:00", True),
        ("2026-11-23T12:30:00+01:00", False),
        ("2026-11-23T08:00:00+00:00", True),  # nine o'clock in Berlin
        ("2026-11-28T23:59:59+01:00", True),
        ("2026-11-29T01:59:59+01:00", True),
        ("2026-11-29T02:00:00+01:00", False),
    ],
)
def test_a_moment_is_open_or_not(moment, is_open):
    assert hours_of().is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T12:45:00+01:00", "2026-11-23T13:00:00+01:00"),
        ("2026-11-23T20:00:00+01:00", "2026-11-24T09:00:00+01:00"),
        ("2026-11-29T03:00:00+01:00", "2026-11-30T09:00:00+01:00"),
        ("2026-12-24T19:00:00+01:00", "2026-12-28T09:00:00+01:00"),  # over three days off
    ],
)
def test_the_next_opening_skips_nights_and_holidays(moment, opens):
    hours = hours_of(holidays="12-25, 12-26, 2026-12-27")
    assert hours.find_opening(at(moment)) == at(opens)


def test_a_yearly_holiday_comes_again_and_a_single_one_does_not():
    hours = hours_of(holidays="12-24, 2026-12-28")
    assert not hours.is_open(at("2026-12-28T10:00:00+01:00"))
    assert hours.is_open(at("2027-12-28T10:00:00+01:00"))
    assert not hours.is_open(at("2027-12-24T10:00:00+01:00"))


def test_closing_runs_on_over_midnight_when_there_is_no_break():
    closing = hours_of().find_closing(at("2026-11-28T22:00:00+01:00"))
    assert closing == at("2026-11-29T02:00:00+01:00")


def test_always_open_has_neither_opening_nor_closing():
    always = hours_of("mon-sun 00:00-24:00")
    moment = at("2026-11-23T04:00:00+01:00")
    for hours in (OpeningHours(), always):
        assert hours.is_open(moment)
        assert hours.find_opening(moment) is None
        assert hours.find_closing(moment) is None


def test_nine_in_the_morning_stays_nine_when_the_clocks_change():
    hours = hours_of("mon-sun 09:00-10:00")
    assert hours.is_open(at("2027-03-27T08:30:00+00:00"))  # the last day of winter time
    assert not hours.is_open(at("2027-03-28T08:30:00+00:00"))
    assert hours.is_open(at("2027-03-28T07:30:00+00:00"))


def test_a_day_at_the_far_end_of_the_week_and_round_its_corner():
    hours = hours_of("sat-mon 10:00-11:00")
    days = [day for day in range(23, 30) if hours.is_open(at(f"2026-11-{day}T10:30:00+01:00"))]
    assert days == [23, 28, 29]


def test_closed_for_good_is_said_rather_than_guessed():
    first = date(2000, 1, 1)
    every_day = [first + timedelta(days=number) for number in range(366)]
    hours = hours_of(holidays=", ".join(day.strftime("%m-%d") for day in every_day))
    assert hours.find_opening(at("2026-11-23T09:30:00+01:00")) is None


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"hours": "monday 9-5"}, "OPENING_HOURS: 'monday 9-5'"),
        ({"hours": "mon 09:00-09:00"}, "must begin before it ends"),
        ({"hours": "mon 22:00-02:00"}, "must begin before it ends"),
        ({"hours": "mon 09:00-24:01"}, "must begin before it ends"),
        ({"hours": "mon 09:60-10:00"}, "must begin before it ends"),
        ({"hours": "moo 09:00-10:00"}, "OPENING_HOURS: 'moo"),
        ({"hours": "mon-fri 09:00-18:00, wed 17:00-19:00"}, "overlap on wed"),
        ({"zone": "Mars/Olympus"}, "OPENING_TIME_ZONE: 'Mars/Olympus'"),
        ({"zone": "../etc/passwd"}, "OPENING_TIME_ZONE"),
        ({"zone": ""}, "OPENING_TIME_ZONE"),
        ({"holidays": "25.12."}, "OPENING_HOLIDAYS: '25.12.'"),
        ({"holidays": "2026-02-29"}, "OPENING_HOLIDAYS: '2026-02-29'"),
        ({"holidays": "13-01"}, "OPENING_HOLIDAYS: '13-01'"),
    ],
)
def test_what_cannot_be_read_is_named(settings, named):
    with pytest.raises(InvalidInputError) as refused:
        hours_of(**settings)
    assert named in refused.value.message
