"""Files on Telegram: found in messages on the way in, fetched through getFile. Used by parse and
channel.
"""

from typing import Any

import httpx
import telegram
from telegram import Message

from channels.base import Attachment, RefusedMessageError, RetryLaterError
from channels.telegram.content import clean
from channels.telegram.errors import translate_send_error

MAX_FILE = 20 * 1024 * 1024  # getFile serves no larger ones
_MAX_NAME = 256
_ABSURD = 2**40
_KINDS = {
    "voice": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "audio": "audio",
    "document": "document",
}
_GONE = frozenset({400, 403, 404, 410})


def find_attachments(message: Message) -> tuple[Attachment, ...]:
    """Return the file of a message, of a photo its largest size. A message has one at most."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (_describe(largest, "photo"),)
    for name, kind in _KINDS.items():
        if (file := getattr(message, name)) is not None:
            return (_describe(file, kind),)
    return ()


async def fetch_file(bot: telegram.Bot, file_id: str, *, limit: int) -> bytes:
    """Return a file's bytes.

    Errors: RefusedMessageError when it is too large, gone or never was; RetryLaterError.
    """
    try:
        file = await bot.get_file(file_id)
    except Exception as error:  # whatever the library raises
        raise _translate(error) from error
    if (file.file_size or 0) > limit:
        raise RefusedMessageError("The file is too large.")
    if not file.file_path or not file.file_path.startswith(("https://", "http://")):
        raise RefusedMessageError("Telegram has no such file any more.")
    try:
        return await _download(file.file_path, limit)
    except httpx.HTTPError as error:
        # From None: the address holds the bot's token and must not reach a log.
        raise RetryLaterError(f"No file from Telegram ({type(error).__name__}).") from None


async def _download(url: str, limit: int) -> bytes:
    data = bytearray()
    timeout = httpx.Timeout(30.0, connect=5.0)
    async with httpx.AsyncClient(timeout=timeout) as client, client.stream("GET", url) as answer:
        if answer.status_code in _GONE:
            raise RefusedMessageError("Telegram has no such file any more.")
        if answer.status_code != httpx.codes.OK:
            raise RetryLaterError(f"Telegram answered with {answer.status_code}.")
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) > limit:
                raise RefusedMessageError("The file is too large.")
    return bytes(data)


def _describe(file: Any, kind: str) -> Attachment:
    size = file.file_size
    return Attachment(
        kind=kind,
        reference=clean(file.file_id),
        name=_shorten(getattr(file, "file_name", None)),
        media_type=_shorten(getattr(file, "mime_type", None)),
        size=size if type(size) is int and 0 <= size < _ABSURD else None,
    )


def _shorten(text: str | None) -> str | None:
    return None if text is None else clean(text)[:_MAX_NAME] or None


def _translate(error: Exception) -> Exception:
    """Return what a failed getFile means; asking for a file can always be repeated."""
    meant = translate_send_error(error)
    if isinstance(error, telegram.error.BadRequest | telegram.error.Forbidden):
        return RefusedMessageError("Telegram does not give this file.")
    if isinstance(meant, RetryLaterError | RefusedMessageError):
        return meant
    return RetryLaterError(meant.message)
