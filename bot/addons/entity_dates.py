"""Finds dates, English and German, day before month, relative to the day of the message.

Used by `entities`. Strict patterns say what is a date; dateparser reads the written-out ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from dateparser.date import DateDataParser

from addons.entity_spans import Span

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|januar|jänner|februar|märz|maerz|mai|juni|juli|oktober|dezember"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:20\d\d)"
_WRITTEN = (
    re.compile(
        rf"(?<![\w.,-])({_DAY})(?:st|nd|rd|th|\.)?\s{{0,2}}(?:of\s)?({_MONTH})\b\.?"
        rf"(?:,?\s{{0,2}}({_YEAR})\b)?",
        re.I,
    ),
    re.compile(
        rf"(?<!\w)({_MONTH})\.?\s{{0,2}}({_DAY})(?:st|nd|rd|th)?\b(?![.,:]\d)"
        rf"(?:,?\s{{0,2}}({_YEAR})\b)?",
        re.I,
    ),
)
_ISO = re.compile(r"(?<![\w.-])(20\d\d)-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])(?![\w-])")
_FULL = re.compile(rf"(?<![\w.,/-])({_DAY})([./-])(0?[1-9]|1[0-2])\2(20\d\d|\d\d)(?![\w/-])")
# Without a year a dotted date ends with a dot or follows a word like "am"; "2/10" may be a rating.
_SHORT = re.compile(
    rf"(?<![\w.,/-])(?P<cue>(?:on|by|until|till|since|from|am|vom|bis|seit|ab|zum)\s(?:the\s)?)?"
    rf"(?P<when>(?P<day>{_DAY})(?P<mark>[./])(?P<month>0?[1-9]|1[0-2])(?P<dot>\.)?)(?![\w/€£$%]|[.,]\d)",
    re.I,
)
_WEEKDAYS = (
    ("monday", "mon", "montag"),
    ("tuesday", "tue", "tues", "dienstag"),
    ("wednesday", "weds", "mittwoch"),
    ("thursday", "thu", "thurs", "donnerstag"),
    ("friday", "fri", "freitag"),
    ("saturday", "samstag", "sonnabend"),
    ("sunday", "sonntag"),
)
_WEEKDAY_OF = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_WEEKDAY = re.compile(
    r"(?<!\w)(?:(?P<way>next|last|this|past|coming|nächste[rn]?|letzte[rn]?|diese[rn]?|kommende[rn]?)\s)?"
    rf"(?P<day>{'|'.join(sorted(_WEEKDAY_OF, key=len, reverse=True))})(?!\w)",
    re.I,
)
_OFFSETS = {
    "day after tomorrow": 2,
    "day before yesterday": -2,
    "übermorgen": 2,
    "vorgestern": -2,
    "tomorrow": 1,
    "tmrw": 1,
    "tomorow": 1,
    "tommorow": 1,
    "tommorrow": 1,
    "yesterday": -1,
    "gestern": -1,
    "today": 0,
    "heute": 0,
}
# German "morgen" is also the morning, as in "guten Morgen" and "heute Morgen".
_NEAR = re.compile(
    rf"(?<!\w)(?:{'|'.join(_OFFSETS)}|(?<!guten )(?<!heute )(?<!good )morgen)(?!\w)", re.I
)
_SPAN = re.compile(
    r"(?<!\w)(?:(?P<in>in|vor)\s)?(?P<n>\d{1,3}|one|two|three|four|six|zwei|drei|vier)\s"
    r"(?P<unit>days?|weeks?|wks?|tage?n?|wochen?)(?:\s(?P<ago>ago))?(?!\w)",
    re.I,
)
_COUNTS = {
    "one": 1,
    **dict.fromkeys(("two", "zwei"), 2),
    **dict.fromkeys(("three", "drei"), 3),
    **dict.fromkeys(("four", "vier"), 4),
    "six": 6,
}
# What has happened lies behind: "it arrived on Friday".
_HAPPENED = re.compile(
    r"(?:arrived|came|delivered|bought|ordered|received|got|paid|sent|returned|called|asked|spoke|wrote|told|said|reported|was|were|since"
    r"|seit|kam|kamen|war|bekommen|gekauft|bestellt|geliefert|bezahlt|letzte[rn]?|hatte|habe)"
    r"\b[^.!?\n]{0,30}$",
    re.I,
)


def find_dates(text: str, today: date) -> Iterator[Span]:
    """Yield dates as ISO; without a year the one nearest to `today` is meant."""
    yield from _find_written(text, today)
    yield from _find_numeric(text, today)
    yield from _find_relative(text, today)


def warm_up() -> None:
    """Let dateparser load its languages before the first customer waits for it."""
    for words in ("3 march 2000", "3 märz 2000"):
        read_written(words)


@lru_cache(maxsize=1)
def _reader() -> DateDataParser:
    return DateDataParser(languages=["en", "de"], settings={"DATE_ORDER": "DMY"})


@lru_cache(maxsize=2048)
def read_written(words: str) -> date | None:
    """Return the date of "3 march 2000"; None when there is no such day."""
    found = _reader().get_date_data(words).date_obj
    return found.date() if found else None


def _find_written(text: str, today: date) -> Iterator[Span]:
    for order, pattern in enumerate(_WRITTEN):
        for match in pattern.finditer(text):
            day, month = (match.group(1), match.group(2))[:: -1 if order else 1]
            # 2000 is a leap year, so every day of every year can be read.
            found = read_written(f"{int(day)} {month.lower()} 2000")
            if found:
                year = int(match.group(3)) if match.group(3) else None
                yield from _span(match, _on(found.day, found.month, year, today))


def _find_numeric(text: str, today: date) -> Iterator[Span]:
    for match in _ISO.finditer(text):
        year, month, day = (int(each) for each in match.groups())
        yield from _span(match, _on(day, month, year, today))
    for match in _FULL.finditer(text):
        year = int(match.group(4)) % 100 + 2000
        yield from _span(match, _on(int(match.group(1)), int(match.group(3)), year, today))
    for match in _SHORT.finditer(text):
        if _is_a_short_date(match, text):
            found = _on(int(match["day"]), int(match["month"]), None, today)
            yield from _span(match, found, group="when")


def _is_a_short_date(match: re.Match[str], text: str) -> bool:
    if match["cue"]:
        return True
    if match["mark"] == ".":
        return bool(match["dot"])
    alone = match["when"] == text.strip(" .!?\n")
    return alone and int(match["day"]) > 10 and match["when"] != "24/7"


def _find_relative(text: str, today: date) -> Iterator[Span]:
    for match in _NEAR.finditer(text):
        yield from _span(match, today + timedelta(_OFFSETS.get(match.group().lower(), 1)))
    for match in _WEEKDAY.finditer(text):
        yield from _span(match, _weekday(match, text, today))
    for match in _SPAN.finditer(text):
        if bool(match["in"]) != bool(match["ago"]):
            yield from _span(match, today + timedelta(_days(match)))


def _days(match: re.Match[str]) -> int:
    count = match["n"].lower()
    days = int(count) if count.isdigit() else _COUNTS[count]
    days *= 7 if match["unit"].lower().startswith("w") else 1
    return -days if match["ago"] or match["in"].lower() == "vor" else days


def _weekday(match: re.Match[str], text: str, today: date) -> date:
    ahead = (_WEEKDAY_OF[match["day"].lower()] - today.weekday()) % 7 or 7
    way = (match["way"] or "").lower()
    before = text[max(0, match.start() - 60) : match.start()]
    back = way.startswith(("last", "past", "letzt")) or (not way and _HAPPENED.search(before))
    return today + timedelta(ahead - 7 if back and ahead < 7 else -7 if back else ahead)


def _on(day: int, month: int, year: int | None, today: date) -> date | None:
    years = (year,) if year else (today.year - 1, today.year, today.year + 1)
    days = []
    for each in years:
        try:
            days.append(date(each, month, day))
        except ValueError:  # 29 February in most years
            continue
    return min(days, key=lambda each: abs(each - today), default=None)


def _span(match: re.Match[str], found: date | None, group: str | int = 0) -> Iterator[Span]:
    if found:
        yield Span("date", found.isoformat(), match.start(group), match.end(group))
