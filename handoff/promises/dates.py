"""Reads the dates and times people write in a sentence, in English and German. Pure.

Called by handoff.promises.commitments. Sentences come in small letters.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handoff.promises.deadlines import (
    FRIDAY,
    add_working_days,
    at_time,
    end_of_day,
    next_weekday,
    today,
)
from handoff.workforce.hours import OpeningHours

_DAY = timedelta(days=1)
_WEEKDAYS = (
    ("monday", "montag"),
    ("tue(?:s(?:day)?)?", "dienstag"),
    ("wednesday", "mittwoch"),
    ("thu(?:rs(?:day)?)?", "donnerstag"),
    ("fri(?:day)?", "freitag"),
    ("saturday", "samstag|sonnabend"),
    ("sunday", "sonntag"),
)
_MONTHS = (
    *("jan(?:uary|uar)?", "feb(?:ruary|ruar)?", "mar(?:ch)?|märz", "apr(?:il)?", "may|mai"),
    *("june?|juni", "july?|juli", "aug(?:ust)?", "sept?(?:ember)?", "o[ck]t(?:ober)?"),
    *("nov(?:ember)?", "de[cz](?:ember)?"),
)
_NUMBERS: dict[str, float] = {
    **dict.fromkeys(("a", "an", "one", "eine", "einer", "einem", "eines"), 1),
    **dict.fromkeys(("half an", "einer halben"), 0.5),
    **{word: n for n, word in enumerate(("two", "three", "four", "five", "six"), 2)},
    **{word: n for n, word in enumerate(("zwei", "drei", "vier", "fünf", "sechs"), 2)},
    **dict.fromkeys(("seven", "sieben"), 7),
    **dict.fromkeys(("ten", "zehn"), 10),
    **dict.fromkeys(("fourteen", "vierzehn"), 14),
}
_UNITS = (
    ("min(?:ute)?s?|minuten", timedelta(minutes=1)),
    ("hours?|hrs?|stunden?", timedelta(hours=1)),
    ("weeks?|wochen?", timedelta(days=7)),
    ("months?|monate?n?s?", timedelta(days=30)),
    ("days?|tage?n?", timedelta(days=1)),
)
_LIMIT = (
    r"(?:by|until|till|before|within|no later than|at the latest|up to|"
    r"bis(?: zum| spätestens)?|spätestens|innerhalb(?: von)?|binnen|vor)"
)
_LEAD = (
    rf"(?:(?P<limit>{_LIMIT})\s+)?(?:(?:on|at|in|the|end of|this|am|um|den|dem|diesen|ende)\s+)*"
)
_MONTH = "|".join(f"(?P<m{n}>{names})" for n, names in enumerate(_MONTHS, 1))
_WEEKDAY = "|".join(f"(?P<w{n}>{'|'.join(names)})" for n, names in enumerate(_WEEKDAYS))
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|\b(?P<hour24>\d{1,2}):(?P<minute24>\d\d)\b|\b(?P<uhr>\d{1,2})(?:[.](?P<uhrm>\d\d))? uhr\b"
    r"|\b(?P<noon>noon|midday|mittag|this morning|tomorrow morning|morgen früh|vormittag)\b"
    r"|\b(?P<evening>tonight|evening|abend)\b"
)
_CLOCK_LIMIT = re.compile(rf"\b{_LIMIT}\s+(?:um\s+|at\s+)?$")
_Resolve = Callable[[re.Match[str], datetime, OpeningHours], date | datetime | None]


@dataclass(frozen=True)
class Deadline:
    """When something is due and where the sentence says so. `is_limit`: "by" or the like did."""

    due_at: datetime
    span: tuple[int, int]
    is_limit: bool


def find_deadline(sentence: str, now: datetime, hours: OpeningHours) -> Deadline | None:
    """Return the date of a sentence, one with a limit before others; None without any."""
    found = list(_list_days(sentence, now, hours))
    clock = _CLOCK.search(sentence)
    if not found:
        return _read_clock_alone(sentence, clock, now, hours) if clock else None
    match, when = next((each for each in found if each[0]["limit"]), found[0])
    span, is_limit = match.span(), bool(match["limit"])
    if isinstance(when, datetime):
        return Deadline(when, span, is_limit)
    told = _read_clock(clock) if clock else None
    if clock is None or told is None:
        return Deadline(_find_end(when, now, hours), span, is_limit)
    is_limit = is_limit or bool(_CLOCK_LIMIT.search(sentence[: clock.start()]))
    if clock.start() <= span[1] + len(" at um bis until "):
        span = (min(span[0], clock.start()), max(span[1], clock.end()))
    return Deadline(at_time(when, told, hours), span, is_limit)


def _list_days(
    sentence: str, now: datetime, hours: OpeningHours
) -> Iterator[tuple[re.Match[str], date | datetime]]:
    """Give what names a day or a span of time, where it stands in the sentence first."""
    matches = [
        (match, resolve) for pattern, resolve in _DAYS for match in pattern.finditer(sentence)
    ]
    for match, resolve in sorted(matches, key=lambda each: each[0].start()):
        when = resolve(match, now, hours)
        if when is not None:
            yield match, when


def _find_end(day: date, now: datetime, hours: OpeningHours) -> datetime:
    """Return the end of the working day; what is said in the evening for today ends at midnight."""
    end = end_of_day(day, hours)
    if end <= now and day == today(now, hours):
        return at_time(day, time(23, 59), hours)
    return end


def _read_clock_alone(
    sentence: str, clock: re.Match[str], now: datetime, hours: OpeningHours
) -> Deadline | None:
    told = _read_clock(clock)
    if told is None:
        return None
    limit = _CLOCK_LIMIT.search(sentence[: clock.start()])
    due_at = at_time(today(now, hours), told, hours)
    if due_at <= now:
        due_at = at_time(today(now, hours) + _DAY, told, hours)
    start = limit.start() if limit else clock.start()
    return Deadline(due_at, (start, clock.end()), limit is not None)


def _read_clock(match: re.Match[str]) -> time | None:
    if match["noon"]:
        return time(12)
    if match["evening"]:
        return time(20)
    hour = int(match["hour"] or match["hour24"] or match["uhr"])
    minute = int(match["minute"] or match["minute24"] or match["uhrm"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _resolve_near(match: re.Match[str], now: datetime, hours: OpeningHours) -> date:
    days = 0 if match["today"] else 2 if match["after"] else 1
    return today(now, hours) + _DAY * days


def _resolve_weekday(match: re.Match[str], now: datetime, hours: OpeningHours) -> date:
    weekday = next(n for n in range(7) if match[f"w{n}"])
    return next_weekday(weekday, now, hours)


def _resolve_week(match: re.Match[str], now: datetime, hours: OpeningHours) -> date:
    friday = next_weekday(FRIDAY, now, hours)
    return friday + 7 * _DAY if match["later"] else friday


def _resolve_span(
    match: re.Match[str], now: datetime, hours: OpeningHours
) -> date | datetime | None:
    count = _NUMBERS.get(match["count"]) or int(match["count"])
    if match["working"]:
        return add_working_days(math.ceil(count), now, hours)
    unit = next(length for name, length in _UNITS if re.fullmatch(name, match["unit"]))
    if unit < _DAY:
        return now + count * unit
    return today(now, hours) + count * unit


def _resolve_date(match: re.Match[str], now: datetime, hours: OpeningHours) -> date | None:
    names = match.groupdict()
    month = names.get("month") or next(n for n in range(1, 13) if names.get(f"m{n}"))
    here, year = today(now, hours), names.get("year")
    try:
        day = date(int(year or here.year), int(month), int(match["day"]))
        return day.replace(year=day.year + 1) if not year and day < here else day
    except ValueError:  # 31 November, or 29 February in another year
        return None


def _days(pattern: str, resolve: _Resolve) -> tuple[re.Pattern[str], _Resolve]:
    return re.compile(rf"\b{_LEAD}(?:{pattern})(?!\w)"), resolve


_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_DAYS: tuple[tuple[re.Pattern[str], _Resolve], ...] = (
    _days(
        r"(?P<after>day after tomorrow|übermorgen)|tomorrow|morgen"
        r"|(?P<today>today|tonight|heute|end of (?:the )?day)",
        _resolve_near,
    ),
    _days(rf"(?:next |coming |kommenden |nächsten )?(?:{_WEEKDAY})", _resolve_weekday),
    _days(
        r"(?P<later>(?:next|nächste[rn]?|kommende[rn]?) (?:week|woche))"
        r"|(?:this |the |der |dieser |diese )(?:week|woche)",
        _resolve_week,
    ),
    _days(
        rf"(?:in |within |innerhalb(?: von)? )?{_COUNT}\s+(?:(?P<working>(?:working|business) days?"
        rf"|(?:werk|arbeits)tag(?:s|es|e|en)?)|(?P<unit>{'|'.join(name for name, _ in _UNITS)}))",
        _resolve_span,
    ),
    _days(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?:{_MONTH}){_YEAR}", _resolve_date),
    _days(rf"(?:{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}", _resolve_date),
    _days(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _resolve_date),
    _days(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d)?", _resolve_date),
)
