"""What kind of thing an item is, from its name: our articles have rules for each kind. Pure."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """The kinds our articles speak of."""

    LAMP = "lamp"
    TEXTILE = "textile"
    FURNITURE = "furniture"
    OTHER = "other"


_LAMP = re.compile(r"\b(?:lamp|pendant|lantern|chandelier|light|spot)s?\b", re.IGNORECASE)
_TEXTILE = re.compile(
    r"\b(?:cushion|throw|rug|curtain|blind|blanket|bedding|duvet|pillow|towel|linen|carpet|topper)"
    r"s?\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"\b(?:table|chair|stool|shelf|sideboard|bench|cabinet|desk|armchair|dresser|bookcase)s?\b",
    re.IGNORECASE,
)
_MADE_TO_MEASURE = re.compile(r"\b(?:made[- ]to[- ]measure|cut to size|custom)\b", re.IGNORECASE)
_HYGIENE = re.compile(r"\b(?:pillow|duvet|topper)s?\b", re.IGNORECASE)
_BULB = re.compile(r"\bbulbs?\b", re.IGNORECASE)
_GIFT_CARD = re.compile(r"\bgift card", re.IGNORECASE)

WARRANTY_YEARS = {Kind.LAMP: 3, Kind.TEXTILE: 2, Kind.FURNITURE: 5, Kind.OTHER: 2}


def kind_of(item: str) -> Kind:
    """Return the kind; a desk lamp is a lamp, a linen cushion a textile."""
    for kind, pattern in (
        (Kind.LAMP, _LAMP),
        (Kind.TEXTILE, _TEXTILE),
        (Kind.FURNITURE, _FURNITURE),
    ):
        if pattern.search(item) and not _BULB.search(item):
            return kind
    return Kind.OTHER


def is_made_to_measure(item: str) -> bool:
    return bool(_MADE_TO_MEASURE.search(item))


def is_sealed_good(item: str) -> bool:
    """Things that may come back only while their seal is whole."""
    return bool(_HYGIENE.search(item) or _BULB.search(item)) and kind_of(item) is not Kind.LAMP


def is_gift_card(item: str) -> bool:
    return bool(_GIFT_CARD.search(item))


def split_title(item: str) -> tuple[str, ...]:
    """Return the whole name as a phrase to listen for."""
    return (item.casefold(),)
