"""The one clock: aware UTC now. Everything that stamps a time calls this, so tests can move it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)
