"""What channels are given: where they run, and what they may ask of the rest of the product.

The gateway implements the protocols here; nothing in a channel knows how messages are stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import FastAPI

from channels.base import Accept, Capabilities, Channel, OutboundButton
from kit.database import Database
from kit.errors import InvalidInputError
from kit.listener import Listener
from kit.settings import Settings

# Gives the beginning of a message about an article, None when there is no such article.
FindDraft = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True)
class ShownFile:
    """A file of a message. `state` is waiting, stored, refused or gone."""

    name: str
    kind: str
    size: int | None
    state: str


@dataclass(frozen=True)
class ShownMessage:
    """One message as the customer may see it. `author` is customer, bot, agent or system.

    `images` are (what they show, address) pairs.
    """

    id: str
    seq: int
    author: str
    text: str
    buttons: tuple[OutboundButton, ...]
    links: tuple[tuple[str, str], ...]
    created_at: datetime
    images: tuple[tuple[str, str], ...] = ()
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class TranscriptPage:
    """Messages in the order of `seq`, whether an answer is being written, and who answers."""

    messages: tuple[ShownMessage, ...]
    typing: bool
    owner: str

    def end_after(self, seq: int) -> int:
        """Return where to read on, having begun past `seq`."""
        return self.messages[-1].seq if self.messages else seq


class Transcript(Protocol):
    """The conversation at an address, as its customer sees it: no notes, nothing discarded.

    It only grows at its end: a message never appears before one that could be read already.
    """

    async def read_after(self, address: str, seq: int, *, limit: int = 200) -> TranscriptPage:
        """Return the first `limit` messages past `seq`; an unknown address has none yet."""
        ...

    def watch(self, address: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Give an event that is set whenever something about the conversation changed.

        Also set it when changes may have been missed, after a lost connection for instance.
        """
        ...


class RefusedFileError(InvalidInputError):
    """A file is not taken. The message is a sentence for the sender.

    `reason` is the same in a word: empty, too_large, kind, damaged or too_many.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Files(Protocol):
    """Takes files of channels whose customers send the bytes before the message."""

    async def keep(
        self,
        data: bytes,
        *,
        channel: str,
        account: str,
        name: str | None = None,
        media_type: str | None = None,
    ) -> str:
        """Keep a file for a day and return the reference to put into an event's Attachment.

        The reference works once, and for this account of this channel alone. Name and media type
        are claims; what the file is, its content says. Errors: RefusedFileError.
        """
        ...


@dataclass(frozen=True)
class OwnDataSection:
    """What the customer can see of themselves on one subject: (label, value) lines, in words."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Preference:
    """Something the customer may switch: `key` is for `set_preference`, the rest for them."""

    key: str
    label: str
    on: bool
    explanation: str = ""


@dataclass(frozen=True)
class OwnDataView:
    """Everything a customer can see and set of themselves, in their language."""

    sections: tuple[OwnDataSection, ...]
    preferences: tuple[Preference, ...]


class UnknownPreferenceError(InvalidInputError):
    """There is no such preference."""


class OwnData(Protocol):
    """Shows the owner of an account what we hold of them, and takes their preferences.

    Ask only for an account the platform has just vouched for, and show it to that account alone.
    """

    async def read(self, channel: str, account: str) -> OwnDataView | None:
        """Return what we hold; None for an account that has never written to us."""
        ...

    async def set_preference(self, channel: str, account: str, *, key: str, on: bool) -> None:
        """Note the customer's yes or no, which counts from now on.

        Errors: UnknownPreferenceError; NotFoundError for an account that never wrote to us.
        """
        ...


@dataclass(frozen=True)
class OpeningView:
    """Whether people are at the desk, and how long a newcomer waits for one.

    `week` has (weekday from Monday 0, first minute, end minute) in `time_zone`; empty: always open.
    `wait_minutes` is None when nobody is there or too little happened lately to tell.
    """

    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    time_zone: str
    week: tuple[tuple[int, int, int], ...]
    wait_minutes: int | None


class Opening(Protocol):
    """When people answer."""

    async def read(self) -> OpeningView:
        """Return how it is now; cheap enough to be asked often."""
        ...


class Receipts(Protocol):
    """Takes what a platform says became of our messages."""

    async def note(
        self, channel: str, address: str, message_id: str, *, status: str, at: datetime
    ) -> bool:
        """Note that a message was delivered, read or failed; False: unknown, or nothing new."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What a channel is built with; each channel's `install` takes what it needs of it.

    `accept_always` is `accept` for platforms that drop what is refused a few times: it never raises
    BusyError, however much is waiting.
    """

    settings: Settings
    database: Database
    listener: Listener
    accept: Accept
    transcript: Transcript
    find_draft: FindDraft | None = None
    files: Files | None = None
    opening: Opening | None = None
    own_data: OwnData | None = None
    accept_always: Accept | None = None
    receipts: Receipts | None = None


class Installed(Protocol):
    """A channel that is switched on, as the process runs it. Made by a channel's `install`."""

    @property
    def channel(self) -> Channel:
        """The outgoing side."""
        ...

    def mount(self, app: FastAPI) -> None:
        """Add the channel's routes and middleware, if it has any."""
        ...

    async def start(self) -> None:
        """Begin what runs in the background; must not wait for the platform."""
        ...

    async def stop(self) -> None:
        """End it and close connections."""
        ...


class Install(Protocol):
    """How a channel is built from the settings; in the `install` module of its package."""

    def __call__(self, around: Surroundings) -> Installed | None:
        """Return the channel, or None when the settings leave it off.

        Errors: AppError with a clear sentence when it is switched on and cannot work.
        """
        ...


@dataclass(frozen=True)
class ChannelKind:
    """A channel as gateway.channels lists it: its name, what it can show, how it is switched on."""

    name: str
    capabilities: Capabilities
    install: Install
