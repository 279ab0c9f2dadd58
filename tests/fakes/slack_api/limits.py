"""Slack's limits on calls, enforced when the fake paces: one message a second in a channel."""

import math
import time
from collections import defaultdict

from tests.fakes.slack_api.records import SlackError


class Limits:
    """Buckets by key; short bursts pass. A held key refuses whatever the bucket says."""

    def __init__(self, *, channel_burst: int = 3) -> None:
        self._channel_burst = channel_burst
        self._free_at: dict[str, float] = defaultdict(float)
        self._held: dict[str, float] = {}

    def take_post(self, team: str, channel: str) -> None:
        """Count one message; SlackError ratelimited when the channel is over its second."""
        self.take(f"post:{team}:{channel}", 1.0, self._channel_burst)

    def take(self, key: str, interval: float, burst: int) -> None:
        """Count one call against a bucket."""
        now = time.monotonic()
        wait = max(
            self._held.get(key, 0.0) - now,
            self._free_at[key] - interval * (burst - 1) - now - 1e-3,
        )
        if wait > 0:
            raise ratelimited(math.ceil(wait))
        self._free_at[key] = max(self._free_at[key], now) + interval

    def hold_post(self, team: str, channel: str, seconds: float) -> None:
        """Refuse the channel for so long."""
        self._held[f"post:{team}:{channel}"] = time.monotonic() + seconds

    def check_held(self, team: str, channel: str) -> None:
        """Refuse while the channel is held, also when the fake does not pace."""
        wait = self._held.get(f"post:{team}:{channel}", 0.0) - time.monotonic()
        if wait > 0:
            raise ratelimited(math.ceil(wait))


def ratelimited(seconds: int) -> SlackError:
    """Return Slack's 429."""
    return SlackError("ratelimited", status=429, retry_after=seconds)
