"""Pictures for articles: recognised by their content, drawn anew without what cameras write along.

The studio uploads them; the help centre serves them through knowledge_base.public.
"""

import asyncio
import hashlib
import io
import warnings
from dataclasses import dataclass
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import utc_now
from kit.ids import new_id
from knowledge_base.errors import ContentRefusedError
from knowledge_base.models import ContentImage

LARGEST_IMAGE = 5_000_000
MOST_PIXELS = 40_000_000
LONGEST_NAME = 200
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}


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


@dataclass(frozen=True, slots=True)
class _Drawn:
    data: bytes
    media_type: str
    width: int
    height: int


async def store_image(session: AsyncSession, data: bytes, *, name: str, by: str) -> ImageView:
    """Keep a picture; the same one again is the one that is there. Raises ContentRefusedError."""
    if len(data) > LARGEST_IMAGE:
        raise ContentRefusedError("A picture may have 5 MB at most.")
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


def _draw_anew(data: bytes) -> _Drawn:
    """Decode and encode again: nothing but the pixels is left, turned as the camera meant."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=tuple(MEDIA_TYPES))
        kind = opened.format or ""
        if opened.width * opened.height > MOST_PIXELS:
            raise ContentRefusedError("A picture may have 40 million pixels at most.")
        if getattr(opened, "n_frames", 1) > 1:
            raise ContentRefusedError("A picture that moves is not taken.")
        turned = ImageOps.exif_transpose(opened)
        plain = turned.copy()
        plain.info = {key: turned.info[key] for key in ("transparency",) if key in turned.info}
        written = io.BytesIO()
        plain.save(written, format=kind)
    except ContentRefusedError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as cause:
        raise ContentRefusedError("A picture may have 40 million pixels at most.") from cause
    except UnidentifiedImageError as cause:
        raise ContentRefusedError("This is no PNG, JPEG, GIF or WebP picture.") from cause
    except Exception as cause:  # decoders of hostile bytes raise whatever they like
        raise ContentRefusedError("This picture cannot be read.") from cause
    return _Drawn(written.getvalue(), MEDIA_TYPES[kind], plain.width, plain.height)
