"""Pictures from outside, drawn anew: nothing but their pixels is left. Pillow does the decoding.

Used by knowledge_base.images and crm.files.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from kit.errors import InvalidInputError

MOST_PIXELS = 40_000_000
MOST_MOVING_PIXELS = 120_000_000
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}


class PictureError(InvalidInputError):
    """This is no picture we show, or it is broken."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it was encoded again."""

    data: bytes
    media_type: str
    width: int
    height: int


def redraw(data: bytes, *, moving: bool = False) -> Drawn:
    """Decode and encode again, turned as the camera meant it. Blocking. Raises PictureError.

    `moving`: a picture of several frames is taken too, with all of them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=tuple(MEDIA_TYPES))
        frames = getattr(opened, "n_frames", 1)
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureError("A picture may have 40 million pixels at most.")
        if frames > 1 and not moving:
            raise PictureError("A picture that moves is not taken.")
        if opened.width * opened.height * frames > MOST_MOVING_PIXELS:
            raise PictureError("A moving picture may have 120 million pixels at most.")
        return _encode_moving(opened) if frames > 1 else _encode(opened)
    except PictureError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as cause:
        raise PictureError("A picture may have 40 million pixels at most.") from cause
    except UnidentifiedImageError as cause:
        raise PictureError("This is no PNG, JPEG, GIF or WebP picture.") from cause
    except Exception as cause:  # decoders of hostile bytes raise whatever they like
        raise PictureError("This picture cannot be read.") from cause


def _encode(opened: Image.Image) -> Drawn:
    kind = opened.format or ""
    turned = ImageOps.exif_transpose(opened)
    plain = turned.copy()
    plain.info = {key: turned.info[key] for key in ("transparency",) if key in turned.info}
    written = io.BytesIO()
    plain.save(written, format=kind)
    return Drawn(written.getvalue(), MEDIA_TYPES[kind], plain.width, plain.height)


def _encode_moving(opened: Image.Image) -> Drawn:
    """Write every frame again. A JPEG of several pictures (as some phones make) is its first."""
    kind = opened.format or ""
    if kind not in ("GIF", "PNG", "WEBP"):
        opened.seek(0)
        return _encode(opened)
    lasts: list[int] = []
    frames: list[Image.Image] = []
    for frame in ImageSequence.Iterator(opened):
        lasts.append(int(frame.info.get("duration", 100)))
        frames.append(frame.convert("RGBA"))
    for frame in frames:
        frame.info = {}
    written = io.BytesIO()
    frames[0].save(
        written, format=kind, save_all=True, append_images=frames[1:], duration=lasts, loop=0
    )
    return Drawn(written.getvalue(), MEDIA_TYPES[kind], opened.width, opened.height)
