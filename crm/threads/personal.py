"""Finds personal data that has a form of its own in a message others can read. Pure.

Used for what customers type in public (they are told) and for what we would say (it is refused).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of personal data, in the order in which they are looked for."""

    EMAIL = "email"
    IBAN = "iban"
    ORDER = "order"
    CARD = "card"
    ADDRESS = "address"
    PHONE = "phone"


@dataclass(frozen=True)
class Found:
    """Where in the text what kind of personal data is."""

    kind: Kind
    start: int
    end: int


_STREET_EN = (
    r"street|road|avenue|lane|drive|close|court|square|terrace|gardens?|crescent|grove|mews"
    r"|st|rd|ave|ln"
)
_STREET_DE = r"stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|damm|ufer|chaussee|ring|stieg"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.EMAIL, re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
    (
        Kind.IBAN,
        re.compile(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?\b", re.I),
    ),
    (Kind.ORDER, re.compile(r"\bll\s?[-\u2013_]?\s?\d{5}\b", re.I)),
    (Kind.CARD, re.compile(r"(?<!\w)\d(?:[ -]?\d){15,18}(?!\w)")),
    (
        Kind.ADDRESS,
        re.compile(
            rf"\b\d{{1,4}}[a-z]?,? (?:[^\W\d_][\w'’-]* ){{1,3}}(?:{_STREET_EN})\b"
            rf"|\b[^\W\d_][\wäöüß-]*?(?:{_STREET_DE}) ?\d{{1,4}} ?[a-z]?\b"
            rf"|\b[^\W\d_][\w-]* (?:{_STREET_DE}) \d{{1,4}} ?[a-z]?\b",
            re.I,
        ),
    ),
    # Post codes: British, German and Austrian or Swiss before a place's capital letter.
    (
        Kind.ADDRESS,
        re.compile(
            r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
            r"|\b(?:D-|A-|CH-)?\d{5} [A-ZÄÖÜ][a-zäöüß]{2,}"
            r"|\b(?:A-|CH-)\d{4} [A-ZÄÖÜ][a-zäöüß]{2,}"
        ),
    ),
    (Kind.PHONE, re.compile(r"(?<!\w)(?:\+|00)?\(?\d(?:[\s()/.-]{0,2}\d){7,14}(?!\w)")),
)
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})(?:[ T,]+\d{1,2}:\d{2})?(?!\d)"
)
# What we publish ourselves is nobody's personal data.
_OURS = re.compile(r"@(?:[\w-]+\.)*lumen-?(?:and-?)?loom\.\w+$", re.I)
_LABELS = {
    Kind.EMAIL: "e-mail address",
    Kind.IBAN: "bank account",
    Kind.ORDER: "order number",
    Kind.CARD: "card number",
    Kind.ADDRESS: "address",
    Kind.PHONE: "telephone number",
}


def find_personal(text: str) -> tuple[Found, ...]:
    """Return the personal data in the text, in order; none of them overlap."""
    taken = [(match.start(), match.end()) for match in _DATE.finditer(text)]
    found: list[Found] = []
    for kind, match in _search(text):
        start, end = match.span()
        if any(start < last and first < end for first, last in taken):
            continue
        taken.append((start, end))
        if kind is not Kind.EMAIL or not _OURS.search(match[0]):
            found.append(Found(kind, start, end))
    return tuple(sorted(found, key=lambda one: one.start))


def hide_personal(text: str) -> str:
    """Return the text with a label in place of all personal data that has a form."""
    plain = drop_invisible(text)
    for found in reversed(find_personal(plain)):
        plain = f"{plain[: found.start]}[{_LABELS[found.kind]}]{plain[found.end :]}"
    return plain


def name_kind(kind: Kind) -> str:
    """Return the kind in words."""
    return _LABELS[kind]


def drop_invisible(text: str) -> str:
    """Return the text as a reader sees it: no invisible characters, no look-alike forms."""
    shown = unicodedata.normalize("NFKC", text)
    return "".join(one for one in shown if unicodedata.category(one) != "Cf")


def _search(text: str) -> Iterator[tuple[Kind, re.Match[str]]]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield kind, match
