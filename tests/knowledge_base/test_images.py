"""Uploaded pictures: only real ones, without what the camera knew, each kept once."""

import io

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.errors import ContentRefusedError
from knowledge_base.images import LARGEST_IMAGE, store_image
from knowledge_base.models import ContentImage

ORIENTATION, MAKER = 0x0112, 0x010F


def draw(kind: str, *, size: tuple[int, int] = (4, 2), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, format=kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_is_known_by_its_content_and_kept_once(session: AsyncSession, kind: str):
    first = await store_image(session, draw(kind), name="a.svg", by="mara")
    again = await store_image(session, draw(kind), name="b.png", by="jonas")
    assert first == again
    assert first.media_type == f"image/{kind.lower()}"
    assert first.address == f"/help/images/{first.id}"
    assert (first.width, first.height) == (4, 2)


async def test_what_the_camera_wrote_along_is_gone_and_the_picture_upright(session: AsyncSession):
    facts = Image.Exif()
    facts[ORIENTATION], facts[MAKER] = 6, "secret camera"
    kept = await store_image(session, draw("JPEG", exif=facts), name="a.jpg", by="mara")
    data = (await session.execute(select(ContentImage.data))).scalar_one()
    assert b"secret camera" not in data
    assert not Image.open(io.BytesIO(data)).getexif()
    assert (kept.width, kept.height) == (2, 4)


async def test_what_hangs_on_behind_the_picture_is_not_kept(session: AsyncSession):
    await store_image(session, draw("PNG") + b"<script>hurt()</script>", name="a.png", by="mara")
    assert b"script" not in (await session.execute(select(ContentImage.data))).scalar_one()


def _moving() -> bytes:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, format="GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='hurt()'/>", "no PNG"),
        (b"", "no PNG"),
        (draw("JPEG", size=(200, 200))[:700], "cannot be read"),
        (b"\x00" * (LARGEST_IMAGE + 1), "5 MB"),
        (draw("PNG", size=(8000, 5001)), "40 million"),
        (_moving(), "moves"),
    ],
    ids=["svg", "empty", "cut off", "large", "wide", "moving"],
)
async def test_what_is_no_plain_picture_is_refused(session: AsyncSession, data: bytes, reason: str):
    with pytest.raises(ContentRefusedError, match=reason):
        await store_image(session, data, name="a", by="mara")
