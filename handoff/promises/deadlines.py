"""Turns "Friday", "in two working days" or "17:00" into a moment, in the desk's hours. Pure.

Called by handoff.promises.commitments and by the desk's quick choices.
"""

from datetime import UTC, date, datetime, time, timedelta

from handoff.workforce.hours import MIDNIGHT, OpeningHours

FRIDAY = 4
_DAY = timedelta(days=1)
_USUAL_END = 18 * 60
_WORKING_DAYS = range(FRIDAY + 1)
_FURTHEST = 366  # days; a desk that never works that long has no working days


def end_of_day(day: date, hours: OpeningHours) -> datetime:
    """Return when the working day ends; on a day nobody works, six in the evening."""
    ends = [span.end for span in hours.spans if span.day == day.weekday()]
    minutes = max(ends, default=_USUAL_END)
    if minutes == MIDNIGHT:
        return at_time(day + _DAY, time(0), hours)
    return at_time(day, time(minutes // 60, minutes % 60), hours)


def at_time(day: date, clock: time, hours: OpeningHours) -> datetime:
    """Return a time of day at the desk as a moment."""
    return datetime.combine(day, clock, hours.zone).astimezone(UTC)


def today(now: datetime, hours: OpeningHours) -> date:
    """Return which day it is at the desk."""
    return now.astimezone(hours.zone).date()


def next_weekday(weekday: int, now: datetime, hours: OpeningHours) -> date:
    """Return the coming day of that name: today as long as its working day lasts."""
    here = today(now, hours)
    day = here + _DAY * ((weekday - here.weekday()) % 7)
    return day if end_of_day(day, hours) > now else day + 7 * _DAY


def add_working_days(days: int, now: datetime, hours: OpeningHours) -> date:
    """Return the day on which so many working days after today have come."""
    day, left = today(now, hours), days
    for _ in range(_FURTHEST):
        if left <= 0:
            break
        day += _DAY
        left -= _is_working(day, hours)
    return day


def _is_working(day: date, hours: OpeningHours) -> bool:
    if day in hours.once or (day.month, day.day) in hours.yearly:
        return False
    return day.weekday() in ({span.day for span in hours.spans} or _WORKING_DAYS)
