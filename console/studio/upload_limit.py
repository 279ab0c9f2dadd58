"""Refuses uploads that are too large while they come, before a form parser keeps them."""

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowledge_base.importers.candidates import LARGEST_UPLOAD, MEGABYTE

_UPLOAD = re.compile(r"/_nicegui/client/[^/]+/upload/")
_FORM = 64 * 1024  # what a form needs besides its file
_REASON = f"A file may have {LARGEST_UPLOAD // MEGABYTE} MB at most."


class UploadLimit:
    """Stands before NiceGUI's uploads, which know no limit of their own."""

    def __init__(self, app: ASGIApp, most: int = LARGEST_UPLOAD) -> None:
        self._app = app
        self._most = most + _FORM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to what says that it is too large; cut off what only turns out to be."""
        if scope["type"] != "http" or not _UPLOAD.search(scope["path"]):
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > self._most:
            await PlainTextResponse(_REASON, status_code=413)(scope, receive, send)
            return
        size = 0

        async def receive_within() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return {"type": "http.disconnect"} if size > self._most else message

        await self._app(scope, receive_within, send)
