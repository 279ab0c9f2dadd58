"""Reads hostile files in a process of its own, with little memory and little time.

`Sandbox` is the parent's side; `python -m knowledge_base.importers.sandbox` the child's. A file
that makes the child hang or swell costs the child; the next file gets a new one.
"""

import asyncio
import contextlib
import json
import os
import resource
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from knowledge_base.importers.candidates import (
    MEGABYTE,
    Candidate,
    Problem,
    Reading,
    UnreadableError,
)

_ROOT = Path(__file__).parents[2]
_MEMORY = 1024 * MEGABYTE
_LARGEST_ANSWER = 64 * MEGABYTE
_HEADER = struct.Struct(">II")
_LENGTH = struct.Struct(">I")
# Neither passwords nor addresses of ours are in the child's reach.
_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")


class Sandbox:
    """A child process that reads one file at a time. Use it in `async with`."""

    def __init__(self, *, seconds: float = 60.0, memory: int = _MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._end()

    async def read(self, data: bytes, name: str, *, address: str | None = None) -> Reading:
        """Return what the file gives; whatever it does to its reader is a problem in words."""
        try:
            answer = await asyncio.wait_for(self._ask(data, name, address), self._seconds)
        except TimeoutError:
            await self._end()
            return _refused(name, f"Reading it took more than {self._seconds:.0f} seconds.")
        except (OSError, EOFError, ValueError):
            await self._end()
            return _refused(name, "Reading it took too much memory, or broke its reader.")
        except BaseException:
            await self._end()  # whoever asks next must not get this file's answer
            raise
        return Reading(
            tuple(Candidate(**each) for each in answer["candidates"]),
            tuple(Problem(**each) for each in answer["problems"]),
        )

    async def _ask(self, data: bytes, name: str, address: str | None) -> dict[str, Any]:
        child = await self._start()
        if child.stdin is None or child.stdout is None:
            raise EOFError
        about = json.dumps({"name": name, "address": address}).encode()
        child.stdin.write(_HEADER.pack(len(about), len(data)) + about)
        child.stdin.write(data)
        await child.stdin.drain()
        (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
        if length > _LARGEST_ANSWER:
            raise ValueError("too large")
        answer: dict[str, Any] = json.loads(await child.stdout.readexactly(length))
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", __name__, str(self._memory)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=_ROOT,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
            )
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _refused(name: str, reason: str) -> Reading:
    return Reading(problems=(Problem(name, reason),))


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """The child: read files until the parent closes the pipe."""
    while header := requests.read(_HEADER.size):
        about_length, length = _HEADER.unpack(header)
        about = json.loads(requests.read(about_length))
        made = json.dumps(asdict(_read(requests.read(length), **about)), default=str).encode()
        answers.write(_LENGTH.pack(len(made)) + made)
        answers.flush()


def _read(data: bytes, name: str, address: str | None) -> Reading:
    from knowledge_base.importers.formats import read  # noqa: PLC0415  the child only

    try:
        return read(data, name, address=address)
    except UnreadableError as error:
        return _refused(name, str(error))
    except MemoryError:
        return _refused(name, "Reading it took too much memory.")
    except Exception as error:
        # The readers are other people's code before hostile bytes: anything may come out.
        return _refused(name, f"It is damaged ({type(error).__name__}).")


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints spoils no answer
    _serve(sys.stdin.buffer, channel)
