"""Keeps our sends under Telegram's limits, per chat and over all. Used by channel.

Each chat waits for itself: a chat that is full, or that Telegram told us to leave alone, never
delays another one.
"""

import asyncio
import time
from dataclasses import dataclass

from channels.base import RetryLaterError

_LONGEST_WAIT_S = 4.0
_MANY_CHATS = 10_000


@dataclass(frozen=True)
class Pace:
    """How fast: `per_second` on average, `burst` at once after a pause."""

    per_second: float
    burst: int


CHAT = Pace(per_second=1.0, burst=3)
GROUP = Pace(per_second=20 / 60, burst=3)
OVERALL = Pace(per_second=30.0, burst=15)


class Meter:
    """Hands out send times of one pace (the generic cell rate algorithm)."""

    def __init__(self, pace: Pace) -> None:
        self._interval = 1 / pace.per_second
        self._tolerance = self._interval * (pace.burst - 1)
        self.free_at = 0.0

    def delay(self, now: float) -> float:
        """Return how long the next send has to wait."""
        return max(0.0, self.free_at - self._tolerance - now)

    def reserve(self, now: float) -> float:
        """Take the next send time and return how long it is away."""
        wait = self.delay(now)
        self.free_at = max(self.free_at, now) + self._interval
        return wait

    def hold(self, until: float) -> None:
        """Let nothing pass before then, and no burst after it."""
        self.free_at = max(self.free_at, until + self._tolerance)


class Pacer:
    """The meters of every chat and the one over all, for one process."""

    def __init__(self, *, chat: Pace = CHAT, group: Pace = GROUP, overall: Pace = OVERALL) -> None:
        self._chat_pace = chat
        self._group_pace = group
        self._overall = Meter(overall)
        self._meters: dict[int, Meter] = {}

    async def wait_turn(self, chat_id: int) -> None:
        """Return when the chat may be sent to.

        Errors: RetryLaterError when that is so far off that waiting would waste a worker.
        """
        meter = self._find_meter(chat_id)
        wait = meter.delay(time.monotonic())
        if wait > _LONGEST_WAIT_S:
            raise RetryLaterError("The chat may not be written to yet.", retry_after=wait)
        await asyncio.sleep(meter.reserve(time.monotonic()))
        await asyncio.sleep(self._overall.reserve(time.monotonic()))

    def hold(self, chat_id: int, seconds: float) -> None:
        """Leave the chat alone for so long, as Telegram asked."""
        self._find_meter(chat_id).hold(time.monotonic() + seconds)

    def _find_meter(self, chat_id: int) -> Meter:
        if len(self._meters) > _MANY_CHATS:
            now = time.monotonic()
            self._meters = {key: m for key, m in self._meters.items() if m.free_at > now}
        pace = self._group_pace if chat_id < 0 else self._chat_pace
        return self._meters.setdefault(chat_id, Meter(pace))
