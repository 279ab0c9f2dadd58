"""Pictures for articles: recognised by their content, drawn anew without what cameras write along.

The studio uploads them; the help centre serves them through knowledge_base.public.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.ids import new_id
from kit.pictures import Drawn, PictureError, redraw
from knowledge_base.errors import ContentRefusedError, TooLargeError
from knowledge_base.models import ContentImage

LARGEST_IMAGE = 5_000_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ImageView:
    """A kept picture."""

    id: UUID
    media_type: str
    width: int
    height: int
    name: str

    @property
    def address(self) -> str:
        """Where the help centre serves it."""
        return f"/help/images/{self.id}"


async def store_image(session: AsyncSession, data: bytes, *, name: str, by: str) -> ImageView:
    """Keep a picture; the same one again is the one that is there. Raises ContentRefusedError."""
    if len(data) > LARGEST_IMAGE:
        raise TooLargeError("A picture may have 5 MB at most.")
    drawn = await asyncio.to_thread(_draw_anew, data)
    digest = hashlib.sha256(drawn.data).hexdigest()
    new = insert(ContentImage).values(
        id=new_id(),
        sha256=digest,
        media_type=drawn.media_type,
        width=drawn.width,
        height=drawn.height,
        name=name.replace("\x00", "")[:LONGEST_NAME],
        data=drawn.data,
        uploaded_by=by,
        created_at=utc_now(),
    )
    await session.execute(new.on_conflict_do_nothing(index_elements=["sha256"]))
    kept = select(
        ContentImage.id,
        ContentImage.media_type,
        ContentImage.width,
        ContentImage.height,
        ContentImage.name,
    ).where(ContentImage.sha256 == digest)
    return ImageView(*(await session.execute(kept)).one())


def _draw_anew(data: bytes) -> Drawn:
    try:
        return redraw(data)
    except PictureError as error:
        raise ContentRefusedError(error.message) from error
