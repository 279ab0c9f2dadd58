"""The outgoing side of Telegram: renders, paces and sends. Called by gateway.delivery."""

import contextlib
from collections.abc import Callable
from typing import Any

import telegram
from telegram.constants import ChatAction, ParseMode

from channels.base import (
    Capabilities,
    ChannelError,
    CustomerGoneError,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.telegram.business import Connections
from channels.telegram.errors import (
    ChatMigratedError,
    is_unloadable,
    is_unparsable,
    translate_send_error,
)
from channels.telegram.files import MAX_FILE, fetch_file
from channels.telegram.identity import BotIdentity
from channels.telegram.notices import CHANNEL
from channels.telegram.pacing import Pacer
from channels.telegram.references import Place, read_place
from channels.telegram.render import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_TEXT,
    TelegramPart,
    link_picture,
    render_message,
)
from kit.errors import InvalidInputError
from kit.log import get_logger

_log = get_logger(__name__)
_NO_PREVIEW = telegram.LinkPreviewOptions(is_disabled=True)
_SHORT: dict[str, Any] = {"read_timeout": 5.0, "connect_timeout": 5.0, "pool_timeout": 1.0}
_MANY_MOVES = 10_000


class TelegramChannel:
    """Sends to Telegram chats through python-telegram-bot's sender."""

    name = CHANNEL
    capabilities = Capabilities(
        max_text=MAX_TEXT,
        max_buttons=MAX_BUTTONS,
        max_button_title=MAX_BUTTON_TITLE,
        exact_once=False,
        images=True,
        max_file=MAX_FILE,
        edits=True,
        deletions=True,
        public=True,
    )

    def __init__(
        self,
        bot: telegram.Bot,
        *,
        pacer: Pacer | None = None,
        identity: BotIdentity | None = None,
        connections: Connections | None = None,
        on_moved: Callable[[int, int], None] | None = None,
    ) -> None:
        self._bot = bot
        self._identity = identity
        self._pacer = pacer or Pacer()
        self._connections = connections
        self._on_moved = on_moved
        self._moved: dict[int, int] = {}

    def render(self, message: OutboundMessage) -> list[TelegramPart]:
        """Return the parts to send, in order; the same message always gives the same parts."""
        return render_message(message)

    async def send(self, part: TelegramPart) -> str | None:
        """Send one part and return Telegram's message id. A group that moved is followed.

        Errors: RetryLaterError, AmbiguousSendError, CustomerGoneError, RefusedMessageError.
        """
        place = self._find_place(part.address)
        if place.connection is not None:
            await self._require_reply(place.connection)
        try:
            return await self._send_paced(part, place)
        except ChatMigratedError as moved:
            self._note_move(place.chat, moved)
            return await self._send_paced(part, self._find_place(part.address))

    async def fetch(self, reference: str, *, limit: int) -> bytes:
        """Return the bytes of a file a customer sent.

        Errors: RetryLaterError; RefusedMessageError when it is gone, too large or never was.
        """
        return await fetch_file(self._bot, reference, limit=limit)

    def private_link(self, token: str) -> str | None:
        """Return the deep link to our private chat; None until we know our own username."""
        username = self._identity.username if self._identity else None
        return f"https://t.me/{username}?start={token}" if username else None

    async def private_address(self, account: str) -> str | None:  # noqa: ARG002  others can
        """Return None: a bot may not begin a conversation on Telegram."""
        return None

    def follow(self, old: str, new: str) -> None:
        """Send to `new` what is addressed to the group `old`, which moved there."""
        if len(self._moved) > _MANY_MOVES:  # Telegram tells again at the next send
            self._moved.clear()
        self._moved[int(old)] = int(new)

    async def show_typing(self, address: str) -> None:
        """Show "typing" for five seconds, if Telegram lets us and does not ask us to wait."""
        place = self._find_place(address)
        if self._pacer.is_held(place.chat):
            return
        how = {"message_thread_id": place.topic, **_on_behalf(place), **_SHORT}
        with contextlib.suppress(telegram.error.TelegramError):
            await self._bot.send_chat_action(place.chat, ChatAction.TYPING, **how)

    async def answer_callback(self, callback_id: str) -> None:
        """Stop the pressed button's progress bar, if Telegram lets us."""
        with contextlib.suppress(telegram.error.TelegramError):
            await self._bot.answer_callback_query(callback_id, **_SHORT)

    def _find_place(self, address: str) -> Place:
        try:
            place = read_place(address)
        except InvalidInputError as error:
            raise RefusedMessageError(error.message) from error
        if place.chat not in self._moved:
            return place
        return Place(self._moved[place.chat], moved=True)  # the old group had no topics

    async def _require_reply(self, connection: str) -> None:
        if self._connections is None:
            raise CustomerGoneError("Business chats are not served.")
        await self._connections.require_reply(connection)

    def _note_move(self, old: int, moved: ChatMigratedError) -> None:
        self.follow(str(old), moved.address)
        if self._on_moved is not None:
            self._on_moved(old, int(moved.address))

    async def _send_paced(self, part: TelegramPart, place: Place) -> str:
        await self._pacer.wait_turn(place.chat, sender=part.address)
        try:
            return await self._send(part, place)
        except Exception as error:  # whatever the library raises is one of the channel's errors
            raise self._learn(translate_send_error(error), place) from error

    def _learn(self, error: ChannelError, place: Place) -> ChannelError:
        """Remember what a failed send says of the chat or the connection; return the error."""
        if isinstance(error, RetryLaterError) and error.retry_after:
            self._pacer.hold(place.chat, error.retry_after)
        if place.connection and self._connections and not isinstance(error, RetryLaterError):
            self._connections.forget(place.connection)
        return error

    async def _send(self, part: TelegramPart, place: Place) -> str:
        try:
            return await self._post(part, place, part.markup, parse_mode=ParseMode.HTML)
        except telegram.error.BadRequest as error:
            if part.photo is not None and is_unloadable(error):
                _log.warning("telegram.picture_refused")
                return await self._send(link_picture(part), place)
            if not is_unparsable(error):
                raise
            _log.warning("telegram.markup_refused")
            return await self._post(part, place, part.plain)

    async def _post(self, part: TelegramPart, place: Place, text: str, **how: Any) -> str:
        how |= {"reply_markup": _keyboard(part), "reply_parameters": _reply(part, place)}
        how |= {"message_thread_id": place.topic, **_on_behalf(place)}
        if part.photo is not None:
            sent = await self._bot.send_photo(place.chat, part.photo, caption=text, **how)
        else:
            sent = await self._bot.send_message(
                place.chat, text, link_preview_options=_NO_PREVIEW, **how
            )
        return str(sent.message_id)


def _on_behalf(place: Place) -> dict[str, Any]:
    return {} if place.connection is None else {"business_connection_id": place.connection}


def _reply(part: TelegramPart, place: Place) -> telegram.ReplyParameters | None:
    if part.reply_to is None or place.moved:
        return None
    return telegram.ReplyParameters(part.reply_to, allow_sending_without_reply=True)


def _keyboard(part: TelegramPart) -> telegram.InlineKeyboardMarkup | None:
    if not part.rows:
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [telegram.InlineKeyboardButton(title, callback_data=token) for title, token in row]
            for row in part.rows
        ]
    )
