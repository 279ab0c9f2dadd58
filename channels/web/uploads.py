"""Takes files of the web chat, before the message they belong to. Included by web.router.

The body is the file itself; what it is, its content says. Where it is kept, nobody here knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from channels.limits import ConnectionLimit, RateLimit, TooManyRequestsError
from channels.ports import Files, RefusedFileError
from channels.web.schemas import CAPABILITIES, UploadedOut
from kit.errors import AppError, NotFoundError

LONGEST_UPLOAD_S = 180.0
_AT_ONCE = 6  # files of the largest size held in memory
_PER_SESSION = 2
_BODY_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class TooSlowError(AppError):
    """The file did not arrive in time."""

    status = 408


@dataclass(frozen=True)
class Uploads:
    """What the route works with."""

    files: Files | None
    get_address: Callable[[str], Awaitable[str]]
    rate: RateLimit
    longest_s: float = LONGEST_UPLOAD_S
    own: ConnectionLimit = field(default_factory=lambda: ConnectionLimit(_PER_SESSION))
    everybody: ConnectionLimit = field(default_factory=lambda: ConnectionLimit(_AT_ONCE))

    @contextmanager
    def hold(self, address: str) -> Iterator[None]:
        """Count one upload while the block runs. Raises TooManyRequestsError."""
        self.rate.spend(address)
        self.own.require_room(address)
        self.everybody.require_room("")
        with self.own.hold(address), self.everybody.hold(""):
            yield


def add_uploads(router: APIRouter, uploads: Uploads) -> None:
    """Add the route."""

    @router.post("/files", status_code=201, response_model=UploadedOut, openapi_extra=_BODY_SCHEMA)
    async def upload_file(
        request: Request,
        authorization: Annotated[str, Header()] = "",
        x_file_name: Annotated[str, Header(description="Name, percent-encoded UTF-8.")] = "",
        content_type: Annotated[str, Header()] = "",
    ) -> Response:
        """Keep a file for a day; the answer's `file` goes into the message it belongs to."""
        address = await uploads.get_address(authorization)
        if uploads.files is None:
            raise NotFoundError("This chat takes no files.")
        try:
            with uploads.hold(address):
                reference = await uploads.files.keep(
                    await _read_file(request, longest_s=uploads.longest_s),
                    channel="web",
                    account=address,
                    name=unquote(x_file_name[:2000], errors="replace") or None,
                    media_type=content_type.partition(";")[0].strip()[:100] or None,
                )
        except RefusedFileError as error:
            return _refuse(error)
        return JSONResponse(UploadedOut(file=reference).model_dump(), status_code=201)


async def _read_file(request: Request, *, longest_s: float) -> bytes:
    """Read the body, but no more of it than a file may have. Raises TooSlowError."""
    most = CAPABILITIES.max_file
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(longest_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large()
    except TimeoutError:
        raise TooSlowError("The file took too long to arrive.") from None
    return bytes(body)


def _too_large() -> RefusedFileError:
    megabytes = CAPABILITIES.max_file // (1024 * 1024)
    return RefusedFileError(f"A file may have {megabytes} MB at most.", reason="too_large")


def _refuse(error: RefusedFileError) -> JSONResponse:
    """Say why in a sentence, and in a word that the widget puts into its own language."""
    status = {"too_large": 413, "too_many": TooManyRequestsError.status}.get(error.reason, 422)
    return JSONResponse({"detail": error.message, "reason": error.reason}, status)
