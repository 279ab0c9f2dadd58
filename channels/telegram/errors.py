"""Telegram's failures in our words. Raised by setup and webhook at start, by channel when sending.

StartRefusedError       AppError: the channel is not configured safely; the app must not start
ChatMigratedError       RefusedMessageError: the group has a new address, carried in `address`
"""

import datetime as dt

import httpx
from telegram import error as telegram

from channels.base import (
    AmbiguousSendError,
    ChannelError,
    CustomerGoneError,
    RefusedMessageError,
    RetryLaterError,
)
from kit.errors import AppError

# Sending failed before a byte of the request left: repeating is safe.
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    RuntimeError,  # the HTTP client is closed: the app is shutting down
)
_GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "group chat was deactivated",
    "business_connection_invalid",
    "business connection not found",
)
_UNLOADABLE = (
    "failed to get http url content",
    "wrong file identifier/http url specified",
    "wrong remote file identifier specified",
    "wrong type of the web page content",
    "webpage_curl_failed",
    "webpage_media_empty",
    "photo_invalid_dimensions",
    "image_process_failed",
)


class StartRefusedError(AppError):
    """The Telegram channel is not configured safely enough to start."""


class ChatMigratedError(RefusedMessageError):
    """The group became a supergroup; it is reached at `address` from now on."""

    def __init__(self, address: str) -> None:
        super().__init__("The group moved to a new address.")
        self.address = address


def translate_send_error(error: Exception) -> ChannelError:
    """Return what a failed sendMessage means for the delivery."""
    if isinstance(error, telegram.BadRequest):
        return _translate_refusal(error)
    if isinstance(error, telegram.ChatMigrated):
        return ChatMigratedError(str(error.new_chat_id))
    if isinstance(error, telegram.Forbidden):
        return CustomerGoneError("The customer blocked the bot or left.")
    if isinstance(error, telegram.RetryAfter):
        return RetryLaterError("Telegram asks to wait.", retry_after=_seconds(error))
    if isinstance(error, (telegram.InvalidToken, telegram.Conflict)):
        return RetryLaterError("Telegram refuses the bot's token for now.")
    return _translate_failure(error)


def is_unparsable(error: Exception) -> bool:
    """Say whether Telegram refused the message's markup (its text may still be fine)."""
    return isinstance(error, telegram.BadRequest) and "parse entities" in error.message.lower()


def is_unloadable(error: Exception) -> bool:
    """Say whether Telegram could not show the picture at an address (a link to it still works)."""
    if not isinstance(error, telegram.BadRequest):
        return False
    return any(sign in error.message.lower() for sign in _UNLOADABLE)


def _translate_refusal(error: telegram.BadRequest) -> ChannelError:
    reason = error.message.lower()
    if any(sign in reason for sign in _GONE):
        return CustomerGoneError("The chat does not exist any more or is closed to the bot.")
    return RefusedMessageError(f"Telegram refused the message: {error.message}")


def _translate_failure(error: Exception) -> ChannelError:
    if isinstance(error.__cause__, _NOTHING_SENT):
        return RetryLaterError("Telegram was not reached.")
    # A 5xx may come from a proxy in front of a server that has delivered already.
    cause = type(error.__cause__ or error).__name__
    return AmbiguousSendError(f"No clear answer from Telegram ({cause}).")


def _seconds(error: telegram.RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
