"""Reads order numbers the way people type them. Pure."""

import re

_NUMBER = re.compile(r"^#?\s*(?:ll)?\s*[-\u2013\u2014_]?\s*(\d{5})$", re.IGNORECASE)
_INSIDE = re.compile(r"(?<![\w-])#?ll\s?[-\u2013\u2014_]?\s?(\d{5})(?!\d)", re.IGNORECASE)


def parse_order_number(text: str) -> str | None:
    """Return `LL-10042` for "#LL-10042", "ll10042", "LL 10042" or "10042"; None for others."""
    found = _NUMBER.match(text.strip().rstrip(".!"))
    return f"LL-{found.group(1)}" if found else None


def find_order_number(text: str) -> str | None:
    """Return the last order number inside a longer text."""
    found = _INSIDE.findall(text)
    return f"LL-{found[-1]}" if found else parse_order_number(text)
