"""Shows dates, times, money, numbers and lists in the customer's locale. Pure; used by phrasing."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

# Where a language is at home when the customer's own locale names no territory it is written in.
_HOME = {"en": "GB", "de": "DE"}
_ZONES = {"GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon"}
_ZONE = "Europe/Berlin"
# A date this near needs no year.
_NEAR = timedelta(days=180)


@lru_cache(maxsize=256)
def find_locale(language: str, customer_locale: str) -> Locale:
    """Return the locale of a text in this language for a customer of that locale ("de-CH")."""
    territory = _territory_of(customer_locale)
    for name in (f"{language}_{territory}", f"{language}_{_HOME.get(language, '')}", language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")


def show_date(value: date, locale: Locale, *, today: date) -> str:
    """Return "25 November", with the year when it is far from today."""
    if abs(value - today) <= _NEAR:
        return format_skeleton("MMMMd", value, locale=locale)
    return format_date(value, format="long", locale=locale)


def show_time(value: datetime | time, locale: Locale) -> str:
    """Return a time of day, with its day when it is a moment; in the customer's usual zone."""
    if isinstance(value, time):
        return format_time(value, format="short", locale=locale)
    zone = ZoneInfo(_ZONES.get(locale.territory or "", _ZONE))
    local = value.astimezone(zone) if value.tzinfo else value
    return format_datetime(local, "d MMMM HH:mm", locale=locale)


def show_money(cents: int, currency: str, locale: Locale) -> str:
    """Return an amount the way the locale writes it."""
    return format_currency(cents / 100, currency, locale=locale)


def show_number(value: float, locale: Locale) -> str:
    """Return a number with the locale's separators."""
    return format_decimal(value, locale=locale)


def show_list(values: Sequence[str], locale: Locale) -> str:
    """Return "a, b and c"."""
    return format_list(list(values), locale=locale)


def _territory_of(customer_locale: str) -> str:
    try:
        return Locale.parse(customer_locale.replace("-", "_")).territory or ""
    except (UnknownLocaleError, ValueError, TypeError):
        return ""
