"""The outgoing side of Telegram: renders, paces and sends. Called by gateway.delivery."""

import contextlib
from typing import Any

import telegram
from telegram.constants import ParseMode

from channels.base import Capabilities, OutboundMessage, RefusedMessageError, RetryLaterError
from channels.telegram.errors import is_unparsable, translate_send_error
from channels.telegram.identity import BotIdentity
from channels.telegram.pacing import Pacer
from channels.telegram.parse import CHANNEL
from channels.telegram.references import split_address
from channels.telegram.render import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_TEXT,
    TelegramPart,
    render_message,
)
from kit.errors import InvalidInputError
from kit.log import get_logger

_log = get_logger(__name__)
_NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)
_SHORT: dict[str, Any] = {"read_timeout": 5.0, "connect_timeout": 5.0, "pool_timeout": 1.0}


class TelegramChannel:
    """Sends to Telegram chats through python-telegram-bot's sender."""

    name = CHANNEL
    capabilities = Capabilities(
        max_text=MAX_TEXT,
        max_buttons=MAX_BUTTONS,
        max_button_title=MAX_BUTTON_TITLE,
        exact_once=False,
    )

    def __init__(
        self,
        bot: telegram.Bot,
        *,
        pacer: Pacer | None = None,
        identity: BotIdentity | None = None,
    ) -> None:
        self._bot = bot
        self._identity = identity
        self._pacer = pacer or Pacer()

    def render(self, message: OutboundMessage) -> list[TelegramPart]:
        """Return the parts to send, in order; the same message always gives the same parts."""
        return render_message(message)

    async def send(self, part: TelegramPart) -> str | None:
        """Send one part and return Telegram's message id.

        Errors: RetryLaterError, AmbiguousSendError, CustomerGoneError, RefusedMessageError and,
        below that, ChatMigratedError when a group moved.
        """
        chat_id, thread_id = _split(part.address)
        await self._pacer.wait_turn(chat_id)
        try:
            return await self._send(part, chat_id, thread_id)
        except Exception as error:  # whatever the library raises is one of the channel's errors
            translated = translate_send_error(error)
            if isinstance(translated, RetryLaterError) and translated.retry_after:
                self._pacer.hold(chat_id, translated.retry_after)
            raise translated from error

    def private_link(self, token: str) -> str | None:
        """Return the deep link to our private chat; None until we know our own username."""
        username = self._identity.username if self._identity else None
        return f"https://t.me/{username}?start={token}" if username else None

    async def private_address(self, account: str) -> str | None:  # noqa: ARG002  others can
        """Return None: a bot may not begin a conversation on Telegram."""
        return None

    async def answer_callback(self, callback_id: str) -> None:
        """Stop the pressed button's progress bar, if Telegram lets us."""
        with contextlib.suppress(telegram.error.TelegramError):
            await self._bot.answer_callback_query(callback_id, **_SHORT)

    async def _send(self, part: TelegramPart, chat_id: int, thread_id: int | None) -> str:
        settings: dict[str, Any] = {
            "message_thread_id": thread_id,
            "reply_markup": _keyboard(part),
            "link_preview_options": _NO_PREVIEW,
        }
        try:
            sent = await self._bot.send_message(
                chat_id, part.markup, parse_mode=ParseMode.HTML, **settings
            )
        except telegram.error.BadRequest as error:
            if not is_unparsable(error):
                raise
            _log.warning("telegram.markup_refused")
            sent = await self._bot.send_message(chat_id, part.plain, **settings)
        return str(sent.message_id)


def _split(address: str) -> tuple[int, int | None]:
    try:
        return split_address(address)
    except InvalidInputError as error:
        raise RefusedMessageError(error.message) from error


def _keyboard(part: TelegramPart) -> telegram.InlineKeyboardMarkup | None:
    if not part.rows:
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [telegram.InlineKeyboardButton(title, callback_data=token) for title, token in row]
            for row in part.rows
        ]
    )
