"""Keeps our sends under Telegram's limits, per chat and over all. Used by channel.

Nobody waits here: who has to is given a time and sent away with RetryLaterError, so that a full
chat takes neither a delivery worker nor a share of what all chats may send together. Whoever comes
back at that time finds it kept. A chat that Telegram told us to leave alone starts anew after it.
"""

import asyncio
import time
from dataclasses import dataclass

from channels.base import RetryLaterError

# Shorter than this is not worth another look at the database.
_PATIENCE_S = 0.05
_KEPT_S = 60.0
_MANY = 10_000


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
        """Let nothing pass before then, and no burst after it; forget the times handed out."""
        self.free_at = until + self._tolerance


@dataclass(frozen=True)
class _Ticket:
    """A send time that was handed out; `overall` once the meter over all has granted it too."""

    chat_id: int
    due: float
    overall: bool = False


class Pacer:
    """The meters of every chat and the one over all, for one process."""

    def __init__(self, *, chat: Pace = CHAT, group: Pace = GROUP, overall: Pace = OVERALL) -> None:
        self._chat_pace = chat
        self._group_pace = group
        self._overall = Meter(overall)
        self._meters: dict[int, Meter] = {}
        self._tickets: dict[str, _Ticket] = {}

    async def wait_turn(self, chat_id: int, *, sender: str = "") -> None:
        """Return when the chat may be sent to.

        `sender` tells apart who sends to it, one message after another: conversations that share
        a group each keep the time they were given. Errors: RetryLaterError until that time.
        """
        now = time.monotonic()
        key = sender or str(chat_id)
        ticket = self._tickets.pop(key, None)
        if ticket is None or ticket.chat_id != chat_id or ticket.due < now - _KEPT_S:
            ticket = _Ticket(chat_id, now + self._find_meter(chat_id).reserve(now))
        await self._pass(key, ticket)
        if not ticket.overall:  # taken only now: a chat that waits must not keep others from it
            now = time.monotonic()
            granted = _Ticket(chat_id, now + self._overall.reserve(now), overall=True)
            await self._pass(key, granted)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Leave the chat alone for so long, as Telegram asked; times handed out are void."""
        self._find_meter(chat_id).hold(time.monotonic() + seconds)
        self._tickets = {key: t for key, t in self._tickets.items() if t.chat_id != chat_id}

    def is_held(self, chat_id: int) -> bool:
        """Say whether a message to the chat would have to wait."""
        meter = self._meters.get(chat_id)
        return meter is not None and meter.delay(time.monotonic()) > 0

    async def _pass(self, key: str, ticket: _Ticket) -> None:
        wait = ticket.due - time.monotonic()
        if wait <= 0:
            return
        if wait <= _PATIENCE_S:
            await asyncio.sleep(wait)
            return
        self._keep(key, ticket)
        raise RetryLaterError("The chat may not be written to yet.", retry_after=wait)

    def _keep(self, key: str, ticket: _Ticket) -> None:
        if len(self._tickets) > _MANY:
            old = time.monotonic() - _KEPT_S
            self._tickets = {key: t for key, t in self._tickets.items() if t.due > old}
        self._tickets[key] = ticket

    def _find_meter(self, chat_id: int) -> Meter:
        if len(self._meters) > _MANY:
            now = time.monotonic()
            self._meters = {key: m for key, m in self._meters.items() if m.free_at > now}
        pace = self._group_pace if chat_id < 0 else self._chat_pace
        return self._meters.setdefault(chat_id, Meter(pace))
