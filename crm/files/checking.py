"""Checks a file before it is kept. Called by gateway.files, outside of any transaction."""

import asyncio
import hashlib
from dataclasses import dataclass, replace

from crm.files.errors import FileRefusedError, Reason
from crm.files.kinds import recognise, tidy_name
from kit.pictures import PictureError, redraw


@dataclass(frozen=True)
class Bytes:
    """A file that was checked: what it is, and its bytes as they are kept."""

    kind: str
    media_type: str
    name: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of what is kept."""
        return hashlib.sha256(self.data).hexdigest()


async def check(data: bytes, *, name: str | None, claimed: str | None) -> Bytes:
    """Recognise a file, off the loop; pictures are drawn anew, without what cameras write along.

    `claimed` is the kind or media type the sender said; it decides only between kinds of sound.
    Raises FileRefusedError.
    """
    return await asyncio.to_thread(_check, data, name, claimed or "")


def _check(data: bytes, name: str | None, claimed: str) -> Bytes:
    what = recognise(data)
    if what.kind == "audio" and claimed == "voice":
        what = replace(what, kind="voice")
    if what.media_type == "video/webm" and claimed.startswith(("voice", "audio")):
        what = replace(what, kind="voice", media_type="audio/webm")
    if what.kind == "photo":
        try:
            data = redraw(data, moving=True).data
        except PictureError as error:
            raise FileRefusedError(Reason.DAMAGED, error.message) from error
    return Bytes(what.kind, what.media_type, tidy_name(name or what.kind, what.ending), data)
