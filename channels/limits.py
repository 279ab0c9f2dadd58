"""How much one browser may ask for: token buckets and a cap on live connections. For channels.

Counted per process and in memory: a courtesy limit in front of the database, not a defence alone.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from channels.base import BusyError


class TooManyRequestsError(BusyError):
    """Too much in too short a time; welcome again after `retry_after` seconds."""

    status = 429


@dataclass(frozen=True)
class Rate:
    """So many a minute, and so many at once."""

    per_minute: float
    burst: int


class RateLimit:
    """One token bucket per key; full buckets are forgotten, so memory follows the traffic."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key: str) -> None:
        """Take one token of the key's bucket; TooManyRequestsError when it is empty."""
        now, per_second = self._clock(), self._rate.per_minute / 60
        level, at = self._buckets.get(key, (float(self._rate.burst), now))
        level = min(self._rate.burst, level + (now - at) * per_second)
        if level < 1:
            wait = int((1 - level) / per_second) + 1
            raise TooManyRequestsError("Too many requests; wait a moment.", retry_after=wait)
        self._buckets[key] = (level - 1, now)
        if len(self._buckets) > 10_000:
            self._forget_full(now - self._rate.burst / per_second)

    def _forget_full(self, before: float) -> None:
        self._buckets = {key: value for key, value in self._buckets.items() if value[1] > before}


class ConnectionLimit:
    """At most so many live connections per key, as many tabs as anybody keeps open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def require_room(self, key: str) -> None:
        """Raise TooManyRequestsError when the key has all the connections it may have."""
        if self._open[key] >= self._most:
            raise TooManyRequestsError("Too many open connections.", retry_after=30)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Count one connection while the block runs."""
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
