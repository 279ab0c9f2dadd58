"""Shows customers that an answer is being written, on channels that can. Used by gateway.turn.

Most answers take a twentieth of a second: for them nothing is sent.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from channels.base import ShowsTyping
from channels.registry import Registry
from crm.models import Conversation
from kit.log import find_place, get_logger

_log = get_logger(__name__)

SHOWN_AFTER_S = 0.7
SHOWN_AGAIN_S = 4.5  # Telegram shows it for five seconds


class TypingSign:
    """Tells the platform while a turn takes long. What goes wrong with it never harms the turn."""

    def __init__(
        self,
        channels: Registry,
        *,
        after_s: float = SHOWN_AFTER_S,
        again_s: float = SHOWN_AGAIN_S,
    ) -> None:
        self._channels = channels
        self._after_s = after_s
        self._again_s = again_s

    @contextmanager
    def shown(self, conversation: Conversation) -> Iterator[None]:
        """Show it from soon after the beginning of the block until its end."""
        name, address = conversation.channel, conversation.address
        channel: object = self._channels.get_channel(name) if name in self._channels.names else None
        if not isinstance(channel, ShowsTyping):
            yield
            return
        showing = asyncio.create_task(self._show(channel, address))
        try:
            yield
        finally:
            showing.cancel()

    async def _show(self, channel: ShowsTyping, address: str) -> None:
        await asyncio.sleep(self._after_s)
        try:
            while True:
                await channel.show_typing(address)
                await asyncio.sleep(self._again_s)
        except Exception as error:  # a defect must not be heard of as a lost task
            _log.warning("typing.not_shown", where=find_place(error))
