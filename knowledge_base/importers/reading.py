"""A file on disk becomes a stream of what is in it: one document, a ZIP of many, or an export.

Called by the gateway and the studio, which hand the stream to knowledge_base.importers.running.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZipFile

from kit.errors import InvalidInputError, NotFoundError
from knowledge_base.importers import restoring
from knowledge_base.importers.archives import Member, list_members, open_archive, unpack
from knowledge_base.importers.candidates import (
    LARGEST_UPLOAD,
    MEGABYTE,
    Candidate,
    Problem,
    UnreadableError,
)
from knowledge_base.importers.restoring import History, Picture, Synonyms
from knowledge_base.importers.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Expected:
    """How many documents are still to come, as far as can be known now."""

    documents: int


Item = Candidate | Problem | Expected | History | Picture | Synonyms
Items = AsyncGenerator[Item, None]


class UploadTooLargeError(InvalidInputError):
    """The file is larger than what is taken; it was not read to its end."""

    status = 413

    def __init__(self) -> None:
        super().__init__(f"A file may have {LARGEST_UPLOAD // MEGABYTE} MB at most.")


async def keep_upload(chunks: AsyncIterable[bytes], path: Path) -> None:
    """Write a stream to disk as it comes. Raises UploadTooLargeError at the first byte too many."""
    size = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_UPLOAD:
                raise UploadTooLargeError
            await asyncio.to_thread(file.write, chunk)


async def read_path(path: Path, sandbox: Sandbox, *, name: str = "") -> Items:
    """Read a file, or every file of a folder. Raises UploadTooLargeError."""
    files = await asyncio.to_thread(_list_files, path)
    if files is not None:
        yield Expected(len(files))
        for file in files:
            async for item in _read_file(file, sandbox, file.relative_to(path).as_posix()):
                yield item
    else:
        async for item in _read_file(path, sandbox, name or path.name):
            yield item


async def read_bytes(data: bytes, name: str, sandbox: Sandbox) -> Items:
    """Read what is in memory already; for tests and small uploads."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        await asyncio.to_thread(path.write_bytes, data)
        async for item in _read_file(path, sandbox, name):
            yield item


def _list_files(path: Path) -> list[Path] | None:
    """Every file of a folder; None for a file. Raises NotFoundError."""
    if not path.exists():
        raise NotFoundError(f"There is no file or folder {path}.")
    return [file for file in sorted(path.rglob("*")) if _is_ours(file)] if path.is_dir() else None


def _is_ours(file: Path) -> bool:
    """No links: one could lead out of the folder."""
    return file.is_file() and not file.is_symlink() and not file.name.startswith(".")


async def _read_file(path: Path, sandbox: Sandbox, name: str) -> Items:
    with await asyncio.to_thread(path.open, "rb") as file:
        if file.seek(0, 2) > LARGEST_UPLOAD:
            raise UploadTooLargeError
        file.seek(0)
        if file.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
            try:
                archive = await asyncio.to_thread(open_archive, file)
            except UnreadableError as error:
                yield Problem(name, str(error))
                return
            if "[Content_Types].xml" not in archive.namelist():
                async for item in _read_archive(archive, sandbox, name):
                    yield item
                return
        async for item in _read_document(await asyncio.to_thread(_all_of, file), name, sandbox):
            yield item


async def _read_archive(archive: ZipFile, sandbox: Sandbox, name: str) -> Items:
    if restoring.is_export(archive):
        for kept in await asyncio.to_thread(restoring.list_kept, archive):
            yield kept if isinstance(kept, Problem) else await asyncio.to_thread(kept)
        return
    members = list(list_members(archive))
    yield Expected(len(members))
    if not members:
        yield Problem(name, "The archive is empty.")
    for member in members:
        if isinstance(member, Problem):
            yield member
            continue
        async for item in _read_member(archive, member, sandbox):
            yield item


async def _read_member(archive: ZipFile, member: Member, sandbox: Sandbox) -> Items:
    try:
        data = await asyncio.to_thread(unpack, archive, member)
    except UnreadableError as error:
        yield Problem(member.name, str(error))
        return
    async for item in _read_document(data, member.name, sandbox):
        yield item


async def _read_document(data: bytes, name: str, sandbox: Sandbox) -> Items:
    reading = await sandbox.read(data, name)
    for candidate in reading.candidates:
        yield candidate
    for problem in reading.problems:
        yield problem


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
