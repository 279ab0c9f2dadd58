"""A small stand-in for the gateway: intake, log, files and desk in memory; a bot on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from channels.base import Accepted, EventKind, InboundEvent, OutboundButton
from channels.ports import (
    OpeningView,
    RefusedFileError,
    ShownFile,
    ShownMessage,
    TranscriptPage,
)
from kit.ids import new_id, new_token


class FakeTranscript:
    """The log of every conversation; one sequence over all of them, as in the database."""

    def __init__(self) -> None:
        self.messages: dict[str, list[ShownMessage]] = {}
        self.typing: set[str] = set()
        self.owners: dict[str, str] = {}
        self.seq = 0
        self.watchers: dict[str, set[asyncio.Event]] = {}
        self.fails = False

    def say(
        self,
        address: str,
        text: str,
        *,
        author: str = "bot",
        buttons: tuple[tuple[str, str], ...] = (),
        links: tuple[tuple[str, str], ...] = (),
        images: tuple[tuple[str, str], ...] = (),
        files: tuple[ShownFile, ...] = (),
    ) -> ShownMessage:
        """Commit a message and wake whoever watches."""
        self.seq += 1
        message = ShownMessage(
            id=str(new_id()),
            seq=self.seq,
            author=author,
            text=text,
            buttons=tuple(OutboundButton(title, token) for title, token in buttons),
            links=links,
            created_at=datetime.now(UTC),
            images=images,
            files=files,
        )
        self.messages.setdefault(address, []).append(message)
        self.wake(address)
        return message

    def set_typing(self, address: str, typing: bool) -> None:
        """Begin or end writing an answer."""
        (self.typing.add if typing else self.typing.discard)(address)
        self.wake(address)

    def set_owner(self, address: str, owner: str) -> None:
        """Hand the conversation to somebody else."""
        self.owners[address] = owner
        self.wake(address)

    def wake(self, address: str) -> None:
        """Set the event of everybody who watches the address."""
        for event in self.watchers.get(address, ()):
            event.set()

    async def read_after(self, address: str, seq: int, *, limit: int = 200) -> TranscriptPage:
        """As the port says."""
        if self.fails:
            raise ConnectionError("the database is away")
        found = [one for one in self.messages.get(address, []) if one.seq > seq][:limit]
        owner = self.owners.get(address, "bot")
        return TranscriptPage(tuple(found), address in self.typing, owner)

    @asynccontextmanager
    async def watch(self, address: str) -> AsyncIterator[asyncio.Event]:
        """As the port says."""
        event = asyncio.Event()
        watchers = self.watchers.setdefault(address, set())
        watchers.add(event)
        try:
            yield event
        finally:
            watchers.discard(event)


@dataclass
class FakeAccept:
    """Intake that stores each key once and shows it in the transcript."""

    transcript: FakeTranscript
    files: "FakeFiles"
    events: list[InboundEvent] = field(default_factory=list)
    calls: int = 0
    seen: list[InboundEvent] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    error: Exception | None = None
    loses_answers: int = 0

    async def __call__(self, event: InboundEvent) -> Accepted:
        """As the port says; `loses_answers` stores but fails to tell so, that many times."""
        self.calls += 1
        self.seen.append(event)
        if self.error is not None:
            raise self.error
        if event.key in self.known:
            return Accepted(self.known[event.key], duplicate=True)
        self.events.append(event)
        pressed = event.kind is EventKind.BUTTON
        text = self.titles.get(event.text, event.text) if pressed else event.text
        kept = (self.files.take(one.reference, event.sender.account) for one in event.attachments)
        shown = self.transcript.say(event.address, text, author="customer", files=tuple(kept))
        self.known[event.key] = shown.id
        if self.loses_answers:
            self.loses_answers -= 1
            raise ConnectionError("the answer was lost on its way")
        return Accepted(shown.id, duplicate=False)


@dataclass
class FakeFiles:
    """Keeps files of accounts; refuses what begins with MZ, as programs do."""

    kept: dict[str, tuple[str, ShownFile, bytes]] = field(default_factory=dict)
    claims: list[str | None] = field(default_factory=list)
    error: Exception | None = None
    hold: asyncio.Event | None = None

    async def keep(
        self,
        data: bytes,
        *,
        channel: str,
        account: str,
        name: str | None = None,
        media_type: str | None = None,
    ) -> str:
        """As the port says; waits while there is a `hold`."""
        assert channel == "web"
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        if not data or data.startswith(b"MZ"):
            reason = "kind" if data else "empty"
            raise RefusedFileError("We do not take this.", reason=reason)
        kind = "photo" if data.startswith(b"\x89PNG") else "document"
        reference = new_token()
        shown = ShownFile(name or "file", kind, len(data), "stored")
        self.kept[reference] = (account, shown, data)
        self.claims.append(media_type)
        return reference

    def take(self, reference: str, account: str) -> ShownFile:
        """Return a file of the account's own; anything else there never was."""
        owner, shown, _ = self.kept.get(reference, ("", None, b""))
        return shown if shown and owner == account else ShownFile("", "document", None, "gone")


ALWAYS_OPEN = OpeningView(True, None, None, "Europe/Berlin", (), None)


@dataclass
class FakeOpening:
    """A desk that is open at any time, until a test says otherwise."""

    view: OpeningView = ALWAYS_OPEN
    asked: int = 0

    async def read(self) -> OpeningView:
        """As the port says."""
        self.asked += 1
        return self.view
