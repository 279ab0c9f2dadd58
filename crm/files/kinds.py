"""What a file is, told by its content alone, and which files are taken. Pure.

Only what a desk can make use of: pictures, sound, film, PDF, office documents without macros, and
plain text. Programs, web pages and archives are refused, whatever their names say.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from crm.files.errors import FileRefusedError, Reason

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_NAME = 120
_MOST_ENTRIES = 5_000
_REFUSED = (
    "We take pictures, sound, films, PDF, text and office documents without macros;"
    " this file is none of them."
)
_AT_START: tuple[tuple[bytes, str, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "photo", "image/png", "png"),
    (b"\xff\xd8\xff", "photo", "image/jpeg", "jpg"),
    (b"GIF87a", "photo", "image/gif", "gif"),
    (b"GIF89a", "photo", "image/gif", "gif"),
    (b"ID3", "audio", "audio/mpeg", "mp3"),
    (b"\xff\xfb", "audio", "audio/mpeg", "mp3"),
    (b"\xff\xf3", "audio", "audio/mpeg", "mp3"),
    (b"\xff\xf2", "audio", "audio/mpeg", "mp3"),
    (b"\xff\xf1", "audio", "audio/aac", "aac"),
    (b"\xff\xf9", "audio", "audio/aac", "aac"),
    (b"fLaC", "audio", "audio/flac", "flac"),
    (b"#!AMR", "audio", "audio/amr", "amr"),
    (b"%PDF-", "document", "application/pdf", "pdf"),
)
_BRANDS = {
    b"M4A ": ("audio", "audio/mp4", "m4a"),
    b"M4B ": ("audio", "audio/mp4", "m4a"),
    b"qt  ": ("video", "video/quicktime", "mov"),
    b"heic": ("document", "image/heic", "heic"),
    b"heix": ("document", "image/heic", "heic"),
    b"mif1": ("document", "image/heic", "heic"),
    b"avif": ("document", "image/avif", "avif"),
}
_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
_OPEN_OFFICE = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_TEXT_NAMES = frozenset({"txt", "csv", "log", "md", "json", "ics", "vcf"})
_ALIKE = {"jpeg": "jpg", "jpe": "jpg", "oga": "ogg", "opus": "ogg", "heif": "heic", "m4v": "mp4"}
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_NO_NAME = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff"<>:|?*%]')


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the bytes are: photo, audio, video or document, the media type, the name's ending."""

    kind: str
    media_type: str
    ending: str


def recognise(data: bytes, *, largest: int = LARGEST_FILE) -> Recognised:
    """Return what the bytes are. Raises FileRefusedError when they are nothing we take."""
    if not data:
        raise FileRefusedError(Reason.EMPTY, "This file is empty.")
    if len(data) > largest:
        megabytes = largest // (1024 * 1024)
        raise FileRefusedError(Reason.TOO_LARGE, f"A file may have {megabytes} MB at most.")
    found = _find_media(data) or _find_document(data)
    if found is None:
        raise FileRefusedError(Reason.KIND, _REFUSED)
    return found


def tidy_name(name: str | None, ending: str) -> str:
    """Return a name that is safe to show and to save, and ends as its content does."""
    last = re.split(r"[/\\]", name or "")[-1].encode("utf-8", "replace").decode()
    stem, _, given = _NO_NAME.sub("", last).strip(" .").rpartition(".")
    given = given.lower()
    is_text = ending == "txt" and given in _TEXT_NAMES
    if not stem or not (is_text or _ALIKE.get(given, given) == ending):
        stem, given = ".".join(filter(None, (stem, given))), ending
    return f"{stem[: LONGEST_NAME - 6].strip(' .') or 'file'}.{given}"


def _find_media(data: bytes) -> Recognised | None:
    for beginning, kind, media_type, ending in _AT_START:
        if data.startswith(beginning):
            return Recognised(kind, media_type, ending)
    if data[:4] == b"RIFF":
        riff = {
            b"WEBP": Recognised("photo", "image/webp", "webp"),
            b"WAVE": Recognised("audio", "audio/wav", "wav"),
        }
        return riff.get(data[8:12])
    if data[:4] == b"OggS":
        is_sound = b"OpusHead" in data[:64] or b"\x01vorbis" in data[:64]
        return Recognised("audio", "audio/ogg", "ogg") if is_sound else None
    if data[4:8] == b"ftyp":
        return Recognised(*_BRANDS.get(data[8:12], ("video", "video/mp4", "mp4")))
    if data[:4] == b"\x1aE\xdf\xa3" and b"webm" in data[:64]:
        return Recognised("video", "video/webm", "webm")
    return None


def _find_document(data: bytes) -> Recognised | None:
    if data[:4] == b"PK\x03\x04":
        return _find_office(data)
    return Recognised("document", "text/plain", "txt") if _is_plain_text(data) else None


def _find_office(data: bytes) -> Recognised | None:
    """Return which office document a zip archive is; None for macros and any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES or any("vbaproject" in name.lower() for name in names):
                return None
            if "[Content_Types].xml" in names:
                for folder, (media_type, ending) in _OFFICE.items():
                    if any(name.startswith(folder) for name in names):
                        return Recognised("document", media_type, ending)
            if names[0] == "mimetype" and not any(name.startswith("Basic/") for name in names):
                with archive.open("mimetype") as entry:
                    said = entry.read(100).strip()
                if said in _OPEN_OFFICE:
                    return Recognised("document", said.decode(), _OPEN_OFFICE[said])
    except Exception as cause:  # an archive made to hurt raises whatever it likes
        raise FileRefusedError(Reason.DAMAGED, "This file cannot be read.") from cause
    return None


def _is_plain_text(data: bytes) -> bool:
    """Say whether it is text, and no script or web page."""
    if _NO_TEXT.search(data):
        return False
    try:
        beginning = data.decode("utf-8").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        return False
    return not beginning.startswith(("<", "#!", "{\\rtf"))
