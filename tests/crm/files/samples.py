"""Small files of every kind, made here."""

import io
import zipfile

from PIL import Image


def picture(kind: str = "PNG", *, size: tuple[int, int] = (4, 2), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, format=kind, **options)
    return written.getvalue()


def moving_picture() -> bytes:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, format="GIF", save_all=True, append_images=frames[1:], duration=200)
    return written.getvalue()


def archive(*entries: tuple[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for name, text in entries:
            opened.writestr(name, text)
    return written.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
VOICE = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead\x01\x01"
FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
DOCX = archive(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>"))
MACROS = archive(("[Content_Types].xml", "<Types/>"), ("word/vbaProject.bin", "x"))
ODT = archive(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<o/>"))
