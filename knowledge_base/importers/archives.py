"""Opens ZIP files without being blown up: counts and sizes are checked before anything unpacks.

Called by formats (a DOCX is one) and knowledge_base.importers.reading.
"""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from knowledge_base.importers.candidates import (
    LARGEST_DOCUMENT,
    MEGABYTE,
    Problem,
    UnreadableError,
)

MOST_MEMBERS = 5_000
LARGEST_TOTAL = 400 * MEGABYTE
HIGHEST_RATIO = 200
_LARGEST_DIRECTORY = 2 * MEGABYTE
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive, still packed."""

    name: str
    info: zipfile.ZipInfo


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Return the archive. Raises UnreadableError when it is damaged or a bomb."""
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as cause:
        raise UnreadableError("The archive is damaged.") from cause
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"The archive has more than {MOST_MEMBERS} files.")
    if sum(member.file_size for member in members) > LARGEST_TOTAL:
        raise UnreadableError(f"Unpacked it would exceed {LARGEST_TOTAL // MEGABYTE} MB.")
    return archive


def list_members(archive: zipfile.ZipFile) -> Iterator[Member | Problem]:
    """Every file that may be read, and a problem for each that may not."""
    seen: set[str] = set()
    for info in archive.infolist():
        if info.is_dir() or _is_leftover(info.filename):
            continue
        reason = _find_fault(info)
        if info.filename in seen:
            reason = "The archive has two files of this name."
        seen.add(info.filename)
        yield Problem(info.filename[:300], reason) if reason else Member(info.filename, info)


def unpack(archive: zipfile.ZipFile, member: Member) -> bytes:
    """Return a member's bytes, never more than it said. Raises UnreadableError."""
    try:
        with archive.open(member.info) as opened:
            data = opened.read(LARGEST_DOCUMENT + 1)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as cause:
        raise UnreadableError("It is damaged inside the archive.") from cause
    except Exception as cause:
        # Each compression raises its own: zlib.error, lzma.LZMAError and others.
        raise UnreadableError("It cannot be unpacked.") from cause
    if len(data) > LARGEST_DOCUMENT:
        raise UnreadableError(f"It is larger than {LARGEST_DOCUMENT // MEGABYTE} MB.")
    return data


def _find_fault(info: zipfile.ZipInfo) -> str | None:
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return "Its name leads out of the archive."
    if info.flag_bits & 0x1:
        return "It is encrypted."
    if info.file_size > LARGEST_DOCUMENT:
        return f"It is larger than {LARGEST_DOCUMENT // MEGABYTE} MB."
    if info.file_size > MEGABYTE and info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        return "It is a zip bomb: it would unpack to many times its size."
    return None


def _is_leftover(name: str) -> bool:
    """What systems leave in archives: nobody means to import it."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1] in {"Thumbs.db", "desktop.ini", ".DS_Store"}


def _check_directory(file: IO[bytes]) -> None:
    """The list of files is read whole into memory: look at its size before."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 66_000))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise UnreadableError("The archive is damaged: its list of files is missing.")
    if _LOCATOR in tail[:at]:
        raise UnreadableError("Archives of the ZIP64 kind are not taken.")
    if int(struct.unpack_from("<L", tail, at + 12)[0]) > _LARGEST_DIRECTORY:
        raise UnreadableError(f"The archive has more than {MOST_MEMBERS} files.")
    file.seek(0)
