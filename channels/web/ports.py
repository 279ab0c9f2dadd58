"""What the web chat needs of the log: the shown part of a conversation, and when it changes.

The gateway implements Transcript; the router reads it. Nothing here knows how messages are stored.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from channels.base import OutboundButton


@dataclass(frozen=True)
class ShownMessage:
    """One message as the customer may see it. `author` is customer, bot, agent or system."""

    id: str
    seq: int
    author: str
    text: str
    buttons: tuple[OutboundButton, ...]
    links: tuple[tuple[str, str], ...]
    created_at: datetime


@dataclass(frozen=True)
class TranscriptPage:
    """Messages in the order of `seq`, whether an answer is being written, and who answers."""

    messages: tuple[ShownMessage, ...]
    typing: bool
    owner: str

    def end_after(self, seq: int) -> int:
        """Return where to read on, having begun past `seq`."""
        return self.messages[-1].seq if self.messages else seq


class Transcript(Protocol):
    """The conversation at an address, as its customer sees it: no notes, nothing discarded.

    It only grows at its end: a message never appears before one that could be read already.
    """

    async def read_after(self, address: str, seq: int, *, limit: int = 200) -> TranscriptPage:
        """Return the first `limit` messages past `seq`; an unknown address has none yet."""
        ...

    def watch(self, address: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Give an event that is set whenever something about the conversation changed.

        Also set it when changes may have been missed, after a lost connection for instance.
        """
        ...
