"""Files on Slack: asked for by id, fetched with our token. Used by channel."""

import httpx
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from channels.base import (
    AmbiguousSendError,
    CustomerGoneError,
    RefusedMessageError,
    RetryLaterError,
)
from channels.slack.errors import translate_error

_GONE = frozenset({400, 403, 404, 410})
_SLACK = ".slack.com"


async def fetch_file(client: AsyncWebClient, token: str, file: str, *, limit: int) -> bytes:
    """Return a file's bytes.

    Errors: RefusedMessageError when it is too large, gone, elsewhere or never was; RetryLaterError.
    """
    try:
        told = (await client.files_info(token=token, file=file))["file"]
    except Exception as error:  # whatever the library raises
        meant = translate_error(error)
        if isinstance(meant, AmbiguousSendError | CustomerGoneError):
            meant = RetryLaterError(meant.message)  # asking can always be repeated
        raise meant from error
    if int(told.get("size") or 0) > limit:
        raise RefusedMessageError("The file is too large.")
    url = str(told.get("url_private_download") or told.get("url_private") or "")
    if not _is_slacks(url, client.base_url):
        raise RefusedMessageError("The file is not kept by Slack.")
    try:
        return await _download(url, token, limit)
    except httpx.HTTPError as error:
        # From None: the exception holds the request, and that the token.
        raise RetryLaterError(f"No file from Slack ({type(error).__name__}).") from None


def _is_slacks(url: str, api: str) -> bool:
    """Say whether our token may be shown to this address."""
    given, ours = URL(url), URL(api)
    if given.host is None:
        return False
    return given.origin() == ours.origin() or (
        given.scheme == "https" and given.host.endswith(_SLACK)
    )


async def _download(url: str, token: str, limit: int) -> bytes:
    data = bytearray()
    timeout = httpx.Timeout(30.0, connect=5.0)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(timeout=timeout, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        # A token without the right, or a file gone, is sent to the page for signing in.
        if answer.status_code in _GONE or answer.is_redirect:
            raise RefusedMessageError("Slack does not give this file.")
        if answer.status_code != httpx.codes.OK:
            raise RetryLaterError(f"Slack answered with {answer.status_code}.")
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) > limit:
                raise RefusedMessageError("The file is too large.")
    return bytes(data)
