"""When people are at the desk: read from the settings, asked by moment, counted in. Pure.

Used by gateway.opening for what customers are told, and by handoff.sla for what was promised.

`OPENING_HOURS` is a list such as `mon-fri 09:00-12:30, mon-fri 13:00-18:00, sat 10:00-24:00`;
holidays are dates, `2026-12-28` once or `12-25` every year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kit.errors import InvalidInputError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
_LOOK_AHEAD = 370  # days; a year of holidays and then some
_LOOK_BACK = 31
_COUNTED_DAYS = 3660
_SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+(\d\d):(\d\d)-(\d\d):(\d\d)")
_HOLIDAY = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)")
_UTC = ZoneInfo("UTC")
_LEAP_YEAR = 2000  # knows 29 February


@dataclass(frozen=True, order=True)
class Span:
    """From one minute of a weekday (0 is Monday) until another; the end is not in it."""

    day: int
    start: int
    end: int


@dataclass(frozen=True)
class OpeningHours:
    """The week of a desk, and the days it is closed all the same. No spans: it is always open."""

    spans: tuple[Span, ...] = ()
    zone: ZoneInfo = _UTC
    once: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether people are there at this moment."""
        return not self.spans or any(start <= at < end for start, end in self._near(at, days=1))

    def find_opening(self, after: datetime) -> datetime | None:
        """Return when people are there next; None when they are, or not within a year."""
        if self.is_open(after):
            return None
        times = self._near(after, days=_LOOK_AHEAD)
        return next((start for start, _ in times if start > after), None)

    def find_closing(self, after: datetime) -> datetime | None:
        """Return until when people are there without a break; None when closed or always open."""
        closing = None
        for start, end in self._near(after, days=8):
            if (closing is None and start <= after < end) or start == closing:
                closing = end
        return closing if closing and closing - after < timedelta(days=7) else None

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Return when so much of the time people are there has gone by since `start`.

        What ends with the working day is due then, not on the next morning. A desk that is never
        open within ten years counts every hour. `duration` is not negative.
        """
        if duration <= timedelta(0) or not self.spans:
            return start + max(duration, timedelta(0))
        left = duration
        for opened, closed in self._after(start):
            if left <= closed - opened:
                return opened + left
            left -= closed - opened
        return start + duration

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """Return from when on so much of the time people are there goes by until `end`.

        What lies further back than a month is counted by the hour. `duration` is not negative.
        """
        if duration <= timedelta(0) or not self.spans:
            return end - max(duration, timedelta(0))
        left, open_times = duration, []
        for opened, closed in self._after(end - timedelta(days=_LOOK_BACK)):
            if opened >= end:
                break
            open_times.append((opened, min(closed, end)))
        for opened, closed in reversed(open_times):
            if left <= closed - opened:
                return closed - left
            left -= closed - opened
        return end - duration

    def count(self, start: datetime, end: datetime) -> timedelta:
        """Return for how much of the time from `start` to `end` people are there."""
        if end <= start:
            return timedelta(0)
        if not self.spans:
            return end - start
        total = timedelta(0)
        for opened, closed in self._after(start):
            if opened >= end:
                break
            total += min(closed, end) - opened
        return total

    def _after(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the open times from `start` on, the one it falls into cut at it, none twice.

        A time that clocks skip in spring is an hour later, where the next time may have begun.
        """
        counted = start
        for opened, closed in self._near(start, days=_COUNTED_DAYS):
            if closed > counted:
                yield max(opened, counted), closed
                counted = closed

    def _near(self, at: datetime, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Give the open times from the day before `at` on, in order."""
        today = at.astimezone(self.zone).date()
        for offset in range(-1, days + 1):
            day = today + timedelta(days=offset)
            if day in self.once or (day.month, day.day) in self.yearly:
                continue
            for span in self.spans:
                if span.day == day.weekday():
                    yield self._moment(day, span.start), self._moment(day, span.end)

    def _moment(self, day: date, minute: int) -> datetime:
        if minute == MIDNIGHT:
            day, minute = day + timedelta(days=1), 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)


def parse_opening_hours(hours: str, *, zone: str, holidays: str) -> OpeningHours:
    """Read the three settings. Raises InvalidInputError that names the setting and what is odd."""
    spans = sorted(span for part in _split(hours) for span in _parse_span(part))
    for one, other in pairwise(spans):
        if one.day == other.day and other.start < one.end:
            raise InvalidInputError(f"OPENING_HOURS: two times overlap on {DAYS[one.day]}.")
    found = [_parse_holiday(part) for part in _split(holidays)]
    return OpeningHours(
        spans=tuple(spans),
        zone=_parse_zone(zone),
        once=frozenset(day for day in found if isinstance(day, date)),
        yearly=frozenset(day for day in found if isinstance(day, tuple)),
    )


def _split(listed: str) -> list[str]:
    return [part.strip().lower() for part in listed.split(",") if part.strip()]


def _parse_span(part: str) -> Iterator[Span]:
    match = _SPAN.fullmatch(part)
    first, last, *clock = match.groups() if match else (None,) * 6
    last = last or first
    if first not in DAYS or last not in DAYS:
        raise InvalidInputError(
            f"OPENING_HOURS: '{part}' is not like 'mon-fri 09:00-18:00' (days: {', '.join(DAYS)})."
        )
    hour, minute, to_hour, to_minute = (int(number or 0) for number in clock)
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if max(minute, to_minute) > 59 or not start < end <= MIDNIGHT:
        raise InvalidInputError(
            f"OPENING_HOURS: '{part}' must begin before it ends, on one day, by 24:00."
        )
    begin = DAYS.index(first)
    for step in range((DAYS.index(last) - begin) % 7 + 1):
        yield Span((begin + step) % 7, start, end)


def _parse_holiday(part: str) -> date | tuple[int, int]:
    match = _HOLIDAY.fullmatch(part)
    try:
        year, month, day = match.groups() if match else ("", "", "")
        found = date(int(year or _LEAP_YEAR), int(month), int(day))
    except ValueError:
        raise InvalidInputError(
            f"OPENING_HOLIDAYS: '{part}' is no date like 2026-12-28, or 12-25 for every year."
        ) from None
    return found if year else (found.month, found.day)


def _parse_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            f"OPENING_TIME_ZONE: '{name}' is no time zone like Europe/Berlin."
        ) from None
