"""Finds order numbers, amounts of money, e-mail addresses and phone numbers. Used by `entities`.

Every pattern is bounded and starts at a word's edge: no message can make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import phonenumbers

from addons.entity_spans import Span

MOST_CANDIDATES = 8
_ORDER_WORD = (
    r"(?:order|orders|number|nummer|no|nr|bestellung|bestellnummer|auftrag|auftragsnummer"
    r"|is|its|it's|it\u2019s|ist)"
)
_ORDER_NUMBERS = (
    # The shop's own form; people write O for 0.
    re.compile(
        r"(?<![\w'\u2019-])(?:#\s?)?ll\s{0,2}[-\u2013\u2014_.:]?\s{0,2}([\do]{5})(?!\w)", re.I
    ),
    re.compile(r"(?<![\w#&])#\s?(\d{5})(?!\w)"),
    # A bare number only after a word that announces it, or as the whole beginning of a message;
    # "10115 Berlin" is an address.
    re.compile(
        rf"(?<!\w){_ORDER_WORD}\.?\s{{0,2}}[:#]?\s{{0,2}}(?P<bare>(\d{{5}}))(?![\w-]|[.,]\d)", re.I
    ),
    re.compile(r"^\s{0,9}(?P<bare>(\d{5}))(?![\w-]|[.,]\d|\s+[A-ZÄÖÜ][a-zäöü])"),
)
_EMAIL = re.compile(
    r"(?<![\w.%+'-])([\w.%+'-]{1,64})(?:@|\s?[(\[]at[)\]]\s?)"
    r"([\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,24})(?![\w-]|@)",
    re.I,
)
_NUMBER = r"\d{1,3}(?:[.,'\u2019\u00a0 ]\d{3}){1,3}(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?(?:,-)?"
_CURRENCIES = {
    "EUR": r"€|eur|euros?",
    "GBP": r"£|gbp|pounds?|quid|pfund",
    "CHF": r"chf|sfr|franken|francs?",
    "NOK": r"nok|kr|kroner|kronen",
    "USD": r"\$|usd|dollars?",
}
_ANY = "|".join(_CURRENCIES.values())
_BEFORE = re.compile(rf"(?<![^\W\d_])({_ANY})\s?({_NUMBER})(?![\w]|[.,]\d)", re.I)
_AFTER = re.compile(rf"(?<![\w.,#-])({_NUMBER})\s?({_ANY})(?!\w)", re.I)
_PHONE = re.compile(r"(?<![\w+@.,€£$-])(?:\+|\()?\d[\d ()/.\u2011-]{5,22}\d(?!\w)")
_ABOUT_PHONES = re.compile(
    r"(?:phone|call|ring|number|mobile|cell|tel|telefon|handy|nummer|ruf|reach|text me|whatsapp)"
    r"[^\d\n]{0,25}$",
    re.I,
)


def find_order_numbers(text: str) -> Iterator[Span]:
    """Yield order numbers as `LL-10042`."""
    for pattern in _ORDER_NUMBERS:
        for match in pattern.finditer(text):
            digits = match.group(1).lower().replace("o", "0")
            bare = "bare" in pattern.groupindex
            start, end = match.span("bare") if bare else match.span()
            yield Span("order_number", f"LL-{int(digits):05d}", start, end)


def find_emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses in lower case; "(at)" is understood."""
    for match in _EMAIL.finditer(text):
        name = match.group(1).strip(".'")
        if name:
            start = match.start() + match.group(1).index(name)
            yield Span("email", f"{name}@{match.group(2)}".lower(), start, match.end())


def find_amounts(text: str) -> Iterator[Span]:
    """Yield amounts of money in cents, as `4990 EUR`."""
    for pattern, number, currency in ((_BEFORE, 2, 1), (_AFTER, 1, 2)):
        for match in pattern.finditer(text):
            value = f"{_cents(match.group(number))} {_currency(match.group(currency))}"
            yield Span("amount", value, match.start(), match.end())


def _cents(number: str) -> int:
    whole, _, cents = _split_cents(number.removesuffix(",-"))
    return int("".join(re.findall(r"\d", whole))) * 100 + int((cents + "00")[:2])


def _split_cents(number: str) -> tuple[str, str, str]:
    """Part "1.249,5" into euros and cents; three digits behind a mark are no cents."""
    match = re.search(r"[.,](\d{1,2})$", number)
    return (number[: match.start()], ",", match.group(1)) if match else (number, "", "")


def _currency(name: str) -> str:
    return next(
        code for code, names in _CURRENCIES.items() if re.fullmatch(names, name, re.IGNORECASE)
    )


def find_phones(text: str, language: str = "en") -> Iterator[Span]:
    """Yield phone numbers as E.164; a local one without area code stays as typed."""
    for match in islice(_PHONE.finditer(text), MOST_CANDIDATES):
        typed = match.group()
        meant = typed.strip() == text.strip(" .!?\n") or bool(
            _ABOUT_PHONES.search(text[max(0, match.start() - 40) : match.start()])
        )
        value = _as_e164(typed, language=language, meant=meant)
        if value:
            yield Span("phone", value, match.start(), match.end())


def _as_e164(typed: str, *, language: str, meant: bool) -> str | None:
    plain = re.sub(r"^00", "+", typed.replace("(0)", ""))
    if plain.startswith("+"):
        return _parse_phone(plain, None)
    national = plain.lstrip("(").startswith("0")
    if not national and not meant:
        return None
    regions = ("DE", "AT", "CH", "GB") if language == "de" else ("GB", "DE", "IE", "FR")
    if national:
        proven = (_parse_phone(plain, region, proven=True) for region in regions)
        return next(filter(None, proven), _parse_phone(plain, regions[0]) if meant else None)
    # A local number shows it by its groups; "12345678" or "32.13.2026" may be anything.
    grouped = re.fullmatch(r"\d{2,5}(?:[ -]\d{2,6}){1,4}", plain)
    return plain if grouped and 7 <= len(re.sub(r"\D", "", plain)) <= 15 else None


def _parse_phone(typed: str, region: str | None, *, proven: bool = False) -> str | None:
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    if proven and not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
