"""One clock's arithmetic: working time only, standing while the customer is awaited."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handoff.sla.clock import Clock
from handoff.workforce.hours import OpeningHours, parse_opening_hours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = parse_opening_hours(
    "mon-fri 09:00-17:00", zone="Europe/Berlin", holidays="2026-12-28, 12-25"
)
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 23, tzinfo=BERLIN)

moments = st.integers(0, 350 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
spans = st.timedeltas(timedelta(0), timedelta(days=12))
targets = st.timedeltas(timedelta(minutes=1), timedelta(days=3))
offices = st.sampled_from((OpeningHours(), OFFICE))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the week of Monday 23 March 2026 in Berlin; clocks change on Sunday."""
    return (MONDAY + timedelta(days=day)).replace(hour=hour, minute=minute)


def test_an_hour_from_half_past_four_is_due_at_half_past_nine_the_next_working_day():
    assert Clock(HOUR).run(at(0, 16, 30)).find_due(OFFICE) == at(1, 9, 30)
    assert Clock(HOUR).run(at(4, 16, 30)).find_due(OFFICE) == at(7, 9, 30)  # over the time change


def test_a_clock_that_stands_is_due_never_and_goes_on_where_it_stood():
    clock = Clock(2 * HOUR).run(at(0, 10)).stand(at(0, 10, 30), OFFICE)
    assert clock.find_due(OFFICE) is None
    assert clock.find_warning(OFFICE) is None
    assert clock.find_used(at(3, 12), OFFICE) == HOUR / 2
    assert clock.run(at(1, 16)).find_due(OFFICE) == at(2, 9, 30)


def test_warns_when_three_quarters_are_used():
    assert Clock(4 * HOUR).run(at(0, 9)).find_warning(OFFICE) == at(0, 12)


def test_what_is_overdue_stays_due_when_it_was_resumed():
    late = Clock(HOUR).run(at(0, 9)).stand(at(0, 11), OFFICE).run(at(0, 15))
    assert late.find_due(OFFICE) == at(0, 15)


def test_a_more_urgent_reason_counts_from_now_and_a_milder_one_changes_nothing():
    clock = Clock(4 * HOUR).run(at(0, 9))
    assert clock.tighten(HOUR / 2, at(0, 10), OFFICE).find_due(OFFICE) == at(0, 10, 30)
    assert clock.tighten(4 * HOUR, at(0, 10), OFFICE).find_due(OFFICE) == at(0, 13)


@given(moments, targets, offices)
def test_due_is_exactly_when_the_target_is_used(start, target, hours):
    clock = Clock(target).run(start)
    due = clock.find_due(hours)
    assert due is not None
    assert clock.find_used(due, hours) == target
    assert clock.find_used(due - timedelta(seconds=1), hours) < target


@given(moments, targets, st.lists(st.tuples(spans, spans), max_size=5), offices)
def test_only_the_running_times_count_however_often_it_stands(start, target, turns, hours):
    clock, now, worked = Clock(target), start, timedelta(0)
    for runs, stands in turns:
        clock = clock.run(now).stand(now + runs, hours)
        worked += hours.count(now, now + runs)
        now += runs + stands
    assert clock.find_used(now, hours) == worked
    due = clock.run(now).find_due(hours)
    assert due == hours.add(now, max(target - worked, timedelta(0)))


@given(moments, targets, targets, spans, offices)
def test_tightening_is_never_later_than_before_nor_than_asked(start, target, asked, after, hours):
    clock, now = Clock(target).run(start), start + after
    before, tight = clock.find_due(hours), clock.tighten(asked, now, hours).find_due(hours)
    assert before is not None
    assert tight is not None
    assert tight <= before
    assert tight <= hours.add(now, asked)


@given(moments, targets, offices)
def test_running_twice_and_standing_twice_change_nothing(start, target, hours):
    once = Clock(target).run(start)
    assert once.run(start + HOUR) == once
    stood = once.stand(start + HOUR, hours)
    assert stood.stand(start + 2 * HOUR, hours) == stood
