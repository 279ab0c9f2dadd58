"""Telegram's sending limits, enforced when the fake is strict."""

import math
import time
from collections import defaultdict

from tests.fakes.telegram_api.records import ApiError


class Limits:
    """Per chat 1 a second, per group 20 a minute, 30 a second over all; short bursts pass."""

    def __init__(self, *, chat_burst: int = 5) -> None:
        self._chat_burst = chat_burst
        self._free_at: dict[int, float] = defaultdict(float)
        self._held: dict[int, float] = {}

    def take(self, chat: int) -> None:
        """Count one message; ApiError 429 when the chat or the bot is over its limit."""
        now = time.monotonic()
        interval, burst = (1.0, self._chat_burst) if chat > 0 else (3.0, 20)
        # Key 0 is no chat: it stands for all of them.
        waits = [
            self._held.get(chat, 0.0) - now,
            self._wait(chat, now, interval, burst),
            self._wait(0, now, 1 / 30, 30),
        ]
        if max(waits) > 0:
            raise flood(math.ceil(max(waits)))
        self._free_at[chat] = max(self._free_at[chat], now) + interval
        self._free_at[0] = max(self._free_at[0], now) + 1 / 30

    def hold(self, chat: int, seconds: float) -> None:
        """Refuse the chat for so long, as a real flood wait does."""
        self._held[chat] = time.monotonic() + seconds

    def _wait(self, key: int, now: float, interval: float, burst: int) -> float:
        return self._free_at[key] - interval * (burst - 1) - now - 1e-3


def flood(seconds: int) -> ApiError:
    """Return the answer to a flood."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
