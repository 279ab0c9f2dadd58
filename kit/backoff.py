"""How long to wait before trying again. Used by turns, deliveries and pollers."""

import random


def backoff_delay(attempt: int, *, base: float, cap: float) -> float:
    """Return seconds to wait after the given failed attempt (1 is the first).

    Doubles from `base` up to `cap`, with equal jitter: half fixed, half random, so that retries
    of many conversations spread out (Brooker 2015, "Exponential backoff and jitter").
    """
    full = min(cap, base * 2.0 ** min(max(attempt, 1) - 1, 62))
    return full / 2 + random.uniform(0, full / 2)
