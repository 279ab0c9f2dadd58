"""Business connections: whose chats we may answer in, asked of Telegram and kept for a while.

Anybody can connect any bot to their own account, so only the owners the settings name are served.
Used by intake, which also brings changes, and by channel before it sends.
"""

import time
from dataclasses import dataclass

import telegram
from telegram import BusinessConnection

from channels.base import CustomerGoneError, RefusedMessageError, RetryLaterError
from channels.telegram.errors import translate_send_error
from kit.log import get_logger

_log = get_logger(__name__)
_KEPT_S = 300.0
_MANY = 1_000


@dataclass(frozen=True)
class _Known:
    """What Telegram last said of a connection."""

    owner: int
    enabled: bool
    can_reply: bool
    until: float


class Connections:
    """The business connections of the bot, as far as they concern us."""

    def __init__(self, bot: telegram.Bot, *, owners: frozenset[int] = frozenset()) -> None:
        self._bot = bot
        self._owners = owners
        self._known: dict[str, _Known] = {}

    def note(self, connection: BusinessConnection) -> None:
        """Keep what an update says of a connection: made, changed or ended."""
        rights = connection.rights
        if len(self._known) > _MANY:
            self._known.clear()
        self._known[connection.id] = _Known(
            owner=connection.user.id,
            enabled=connection.is_enabled,
            can_reply=bool(rights and rights.can_reply),
            until=time.monotonic() + _KEPT_S,
        )
        if connection.user.id not in self._owners:
            _log.warning("telegram.business_stranger", owner=connection.user.id)

    async def is_ours(self, connection_id: str) -> bool:
        """Say whether the connection was made by an account we serve.

        Errors: RetryLaterError when Telegram cannot be asked now.
        """
        known = await self._find(connection_id)
        return known is not None and known.owner in self._owners

    async def require_reply(self, connection_id: str) -> None:
        """Return when we may answer through the connection.

        Errors: CustomerGoneError when it has ended or is none of ours; RefusedMessageError when
        its owner gave us no right to reply; RetryLaterError.
        """
        known = await self._find(connection_id)
        if known is None or not known.enabled or known.owner not in self._owners:
            raise CustomerGoneError("The business connection has ended.")
        if not known.can_reply:
            raise RefusedMessageError("The business account does not let us reply.")

    def forget(self, connection_id: str) -> None:
        """Ask Telegram again next time: a send was refused."""
        self._known.pop(connection_id, None)

    async def _find(self, connection_id: str) -> _Known | None:
        known = self._known.get(connection_id)
        if known is not None and known.until > time.monotonic():
            return known
        try:
            self.note(await self._bot.get_business_connection(connection_id))
        except telegram.error.BadRequest:
            return None
        except Exception as error:  # whatever the library raises: asking can be repeated
            reason = translate_send_error(error)
            wait = getattr(reason, "retry_after", None)
            raise RetryLaterError(reason.message, retry_after=wait) from error
        return self._known.get(connection_id)
