"""What happens to one update, however it came: parse, accept, tell what to do. Used by webhook
and polling.

An update from the verified sender that we cannot read is taken, logged by its id and forgotten:
refusing it would make Telegram repeat it for a day and hold up everything that customer writes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from channels.base import Accept, BusyError, EventKind, InboundEvent, RetryLaterError
from channels.telegram.business import Connections
from channels.telegram.identity import BotIdentity
from channels.telegram.parse import parse_update, read_update, read_update_id
from kit.errors import AppError, InvalidInputError
from kit.log import get_logger

_log = get_logger(__name__)
_TRY_AGAIN_S = 2
_SERVER_FAULT = 500
_MOST_AT_ONCE = 200

OnCallback = Callable[[str], Awaitable[None]]


class Intake:
    """Takes updates in: each is stored, ignored on purpose or given back to Telegram."""

    def __init__(
        self,
        *,
        bot: BotIdentity,
        accept: Accept,
        on_callback: OnCallback | None = None,
        on_moved: Callable[[str, str], None] | None = None,
        connections: Connections | None = None,
    ) -> None:
        self._bot = bot
        self._accept = accept
        self._on_callback = on_callback
        self._on_moved = on_moved
        self._connections = connections
        self._callbacks: set[asyncio.Task[None]] = set()

    async def take(self, data: Any) -> None:
        """Store what the update says. Once this returns Telegram may forget the update.

        Errors: InvalidInputError when this is no update at all; BusyError when it was not stored
        and has to come again.
        """
        update_id = read_update_id(data)
        try:
            self._note_connection(data)
            events = parse_update(data, self._bot)
        except InvalidInputError as error:
            _log.warning("telegram.update_unreadable", update_id=update_id, reason=error.message)
            return
        for event in events:
            await self._take_event(event, update_id)

    async def _take_event(self, event: InboundEvent, update_id: int) -> None:
        if not await self._is_ours(event.raw.get("connection"), update_id):
            return
        try:
            await self._accept(event)
        except BusyError:
            raise
        except Exception as error:  # nothing was stored: Telegram has to keep the update
            self._settle_failure(error, update_id)
            return
        if event.kind is EventKind.MOVED and self._on_moved is not None:
            self._on_moved(event.address, event.argument)
        self._answer(event.raw.get("callback_id"))

    def _note_connection(self, data: Any) -> None:
        """Keep what the update says of a business connection, which nobody else needs."""
        if self._connections is None or data.get("business_connection") is None:
            return
        try:
            connection = read_update(data).business_connection
        except Exception as error:  # the library trusts its input
            raise InvalidInputError(f"No connection ({type(error).__name__}).") from error
        if connection is not None:
            self._connections.note(connection)

    async def _is_ours(self, connection: str | None, update_id: int) -> bool:
        """Say whether to listen: strangers' business chats are none of our business."""
        if connection is None:
            return True
        if self._connections is None:
            return False
        try:
            ours = await self._connections.is_ours(connection)
        except RetryLaterError as error:
            wait = max(1, round(error.retry_after or _TRY_AGAIN_S))
            raise BusyError("The connection is not known yet.", retry_after=wait) from error
        if not ours:
            _log.warning("telegram.business_ignored", update_id=update_id)
        return ours

    def _settle_failure(self, error: Exception, update_id: int) -> None:
        """Ask for the update again, unless it was refused for good."""
        name = type(error).__name__  # its words may hold the customer's
        if isinstance(error, AppError) and error.status < _SERVER_FAULT:
            _log.warning("telegram.event_refused", update_id=update_id, error=name)
            return
        _log.error("telegram.accept_failed", update_id=update_id, error=name)
        raise BusyError("The update was not stored.", retry_after=_TRY_AGAIN_S) from error

    def _answer(self, callback_id: str | None) -> None:
        """Have the button's progress bar stopped without keeping Telegram waiting."""
        if callback_id is None or self._on_callback is None:
            return
        if len(self._callbacks) >= _MOST_AT_ONCE:  # a courtesy, not worth an endless queue
            return
        task = asyncio.ensure_future(self._on_callback(callback_id))
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)
