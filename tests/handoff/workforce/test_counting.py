"""Counting the time people are there: over nights, holidays and clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handoff.workforce.hours import OpeningHours, parse_opening_hours

OFFICE = "mon-fri 09:00-17:00"
MINUTE = timedelta(minutes=1)
# Weeks with what is odd: breaks, midnight, spans that lie in the hour clocks skip or repeat.
WEEKS = (
    OFFICE,
    "mon-fri 09:00-12:30, mon-fri 13:00-18:00, sat 10:00-24:00, sun 00:00-02:00",
    "mon-sun 00:00-24:00",
    "sun 01:00-02:30, sun 02:30-02:45, sun 03:00-04:00",
    "tue 20:00-24:00",
    "",
)
ZONES = ("Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
HOLIDAYS = ("", "12-25, 12-26, 2026-12-28", "03-29, 10-25")

any_hours = st.builds(
    lambda week, zone, off: parse_opening_hours(week, zone=zone, holidays=off),
    st.sampled_from(WEEKS),
    st.sampled_from(ZONES),
    st.sampled_from(HOLIDAYS),
)
any_moment = st.datetimes(
    datetime(2026, 3, 1),  # noqa: DTZ001  Hypothesis wants it naive, zones beside it
    datetime(2027, 4, 1),  # noqa: DTZ001  likewise
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(second=0, microsecond=0))
any_minutes = st.integers(0, 3000).map(lambda number: number * MINUTE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours_of(week: str = OFFICE, zone: str = "Europe/Berlin", holidays: str = "") -> OpeningHours:
    return parse_opening_hours(week, zone=zone, holidays=holidays)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T16:30:00+01:00", 1, "2026-11-24T09:30:00+01:00"),
        ("2026-11-23T16:00:00+01:00", 1, "2026-11-23T17:00:00+01:00"),  # not the next morning
        ("2026-11-23T20:00:00+01:00", 1, "2026-11-24T10:00:00+01:00"),
        ("2026-11-27T16:30:00+01:00", 1, "2026-11-30T09:30:00+01:00"),  # over a weekend
        ("2026-11-23T10:00:00+01:00", 24, "2026-11-26T10:00:00+01:00"),
        ("2026-12-24T16:30:00+01:00", 1, "2026-12-29T09:30:00+01:00"),  # and three holidays
        ("2026-11-23T10:00:00+01:00", 0, "2026-11-23T10:00:00+01:00"),
    ],
)
def test_what_is_due_counts_the_time_people_are_there(start, hours, due):
    office = hours_of(holidays="12-25, 2026-12-28")
    assert office.add(at(start), timedelta(hours=hours)) == at(due)


def test_an_hour_that_clocks_skip_or_repeat_counts_as_what_it_is():
    night = hours_of("sun 01:00-04:00")
    spring, autumn = at("2026-03-29T00:00:00+01:00"), at("2026-10-25T00:00:00+02:00")
    day = timedelta(days=1)
    assert night.count(spring, spring + day) == timedelta(hours=2)
    assert night.count(autumn, autumn + day) == timedelta(hours=4)
    assert night.add(autumn, timedelta(hours=4)) == at("2026-10-25T04:00:00+01:00")


def test_a_desk_without_hours_is_always_there():
    start = at("2026-11-22T03:00:00+00:00")
    assert OpeningHours().add(start, timedelta(hours=30)) == start + timedelta(hours=30)
    assert OpeningHours().count(start, start + timedelta(hours=30)) == timedelta(hours=30)
    assert OpeningHours().count(start, start - MINUTE) == timedelta(0)


def test_a_desk_that_never_opens_counts_every_hour():
    every_day = ", ".join(
        f"{day:%m-%d}" for day in (at("2028-01-01") + timedelta(days=n) for n in range(366))
    )
    never = hours_of(holidays=every_day)
    start = at("2026-11-22T03:00:00+00:00")
    assert never.add(start, timedelta(hours=1)) == start + timedelta(hours=1)


@given(any_hours, any_moment, any_minutes)
@example(hours_of("sun 01:00-02:30, sun 03:00-04:00"), at("2026-03-28T23:00:00+00:00"), 90 * MINUTE)
def test_what_was_added_is_what_is_counted(hours, start, duration):
    due = hours.add(start, duration)
    assert due >= start
    assert hours.count(start, due) == duration
    assert duration == timedelta(0) or hours.count(due - MINUTE, due) == MINUTE


@given(any_hours, any_moment, any_minutes, any_minutes)
def test_adding_twice_is_adding_both(hours, start, one, other):
    assert hours.add(hours.add(start, one), other) == hours.add(start, one + other)


@given(any_hours, any_moment, any_minutes, any_minutes)
def test_counting_goes_on_where_it_stopped(hours, start, one, other):
    middle, end = start + one, start + one + other
    assert hours.count(start, middle) + hours.count(middle, end) == hours.count(start, end)


@given(any_hours, any_moment, st.integers(0, 600))
def test_it_is_what_looking_every_minute_gives(hours, start, minutes):
    seen = sum(hours.is_open(start + number * MINUTE) for number in range(minutes))
    assert hours.count(start, start + minutes * MINUTE) == seen * MINUTE
