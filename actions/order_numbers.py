"""Reads order numbers the way people type them. Pure."""

import re

_NUMBER = re.compile(r"^#?\s*(?:ll)?\s*[-\u2013\u2014_]?\s*(\d{5})$", re.IGNORECASE)


def parse_order_number(text: str) -> str | None:
    """Return `LL-10042` for "#LL-10042", "ll10042", "LL 10042" or "10042"; None for others."""
    found = _NUMBER.match(text.strip())
    return f"LL-{found.group(1)}" if found else None
