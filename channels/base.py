"""What every channel speaks: the event that comes in, the message that goes out, what it can show.

The gateway talks to channels through these types only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from kit.errors import AppError


class EventKind(StrEnum):
    """What the customer did. Those in `NOTICES` change what is stored and are never a turn."""

    TEXT = "text"
    BUTTON = "button"
    COMMAND = "command"
    MEDIA = "media"
    EDIT = "edit"
    DELETE = "delete"
    GONE = "gone"
    BACK = "back"
    MOVED = "moved"


NOTICES = frozenset(
    {EventKind.EDIT, EventKind.DELETE, EventKind.GONE, EventKind.BACK, EventKind.MOVED}
)


class Audience(StrEnum):
    """Who reads along at an address."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True)
class Sender:
    """The account an event came from, as the platform vouches for it.

    `verified` names who it is in a world several channels share, proved by a signature of that
    world ("shop:4711"); accounts with the same one belong to one customer.
    """

    account: str
    display_name: str | None = None
    handle: str | None = None
    locale: str | None = None
    verified: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file a customer sent: what the platform says of it, and how its channel fetches it.

    `kind` is photo, voice, video, audio or document; `reference` means something to the channel
    alone. Name, type (IANA media type) and size (bytes) are claims until the bytes are there.
    """

    kind: str
    reference: str
    name: str | None = None
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class InboundEvent:
    """One verified thing a customer did.

    `key` is unique per channel and equal on redelivery. `address` is where a reply goes. For a
    button `text` is the opaque token we minted; for a command its name without the slash, with
    what followed in `argument`; for media `text` is the caption and `media` names its kind, its
    files are in `attachments`. An edit or a deletion names the event it changes in `edits`. `GONE`
    and `BACK` say that the account can no longer, or can again, be written to. `MOVED` says that
    what was at `address` is now at the address in `argument`. `audience` says who reads along; a
    public address ends in `#` and the author's account, so that each author has a conversation.
    """

    channel: str
    key: str
    address: str
    sender: Sender
    kind: EventKind
    text: str
    sent_at: datetime
    argument: str = ""
    media: str | None = None
    edits: str | None = None
    attachments: tuple[Attachment, ...] = ()
    audience: Audience = Audience.PRIVATE
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OutboundButton:
    """A button: what it says and the opaque token it sends back."""

    title: str
    token: str


@dataclass(frozen=True)
class OutboundMessage:
    """One message as composed, before a channel renders it. `text` is Markdown-free plain text.

    `links` are (label, address) and `images` (what they show, address) pairs. `reply_to` is the
    platform's own reference of the message that is answered, where others read along.
    """

    id: str
    address: str
    author: str
    text: str
    buttons: tuple[OutboundButton, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    reply_to: str | None = None


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show and promise. A message is fitted to it by channels.degrade.

    Lengths are in the platform's own units; `max_file` in bytes, 0 where no file can be sent to us.
    """

    max_text: int
    max_buttons: int
    max_button_title: int
    exact_once: bool
    images: bool = False
    max_file: int = 0
    edits: bool = False
    deletions: bool = False
    public: bool = False


@dataclass(frozen=True)
class Accepted:
    """What intake did with an event: the message it became, and whether it was known already."""

    message_id: str
    duplicate: bool


class Accept(Protocol):
    """Intake, as channels see it: stores the event in one transaction and returns.

    Errors: BusyError when the backlog is full; any other error means nothing was stored and the
    platform must not be acknowledged.
    """

    async def __call__(self, event: InboundEvent) -> Accepted:
        """Store the event; once this returns, a crash loses nothing."""
        ...


class Channel(Protocol):
    """A place customers write to us, seen from the outgoing side."""

    name: str
    capabilities: Capabilities

    def render(self, message: OutboundMessage) -> list[Any]:
        """Return the parts to send, in order; the same message always gives the same parts."""
        ...

    async def send(self, part: Any) -> str | None:
        """Send one part; return the platform's reference for it.

        Errors: the tree below, and nothing else.
        """
        ...


@runtime_checkable
class Fetches(Protocol):
    """A channel whose customers send files."""

    async def fetch(self, reference: str, *, limit: int) -> bytes:
        """Return the bytes of an attachment of this channel, at most `limit` of them.

        Errors: RetryLaterError; RefusedMessageError when it is gone, too large or never was.
        """
        ...


@runtime_checkable
class Reconciles(Protocol):
    """A channel that can say whether an uncertain send arrived; it is asked before a repetition."""

    async def find_sent(self, part: Any) -> str | None:
        """Return the platform's reference of the part if it was delivered, None when it was not.

        Errors: ChannelError while that cannot be said; the part is not sent again then.
        """
        ...


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel that can show that an answer is being written."""

    async def show_typing(self, address: str) -> None:
        """Show it for the few seconds the platform does; being refused changes nothing."""
        ...


@runtime_checkable
class LeadsPrivate(Protocol):
    """A channel that can take somebody who wrote in public to a private chat with us."""

    def private_link(self, token: str) -> str | None:
        """Return the address that opens the private chat and brings `token` there as `/start`.

        None where there is no such thing, or not yet. `token`: up to 64 of [A-Za-z0-9_-].
        """
        ...

    async def private_address(self, account: str) -> str | None:
        """Return where the account can be written to in private, None when we may not begin.

        Errors: ChannelError.
        """
        ...


class ChannelError(AppError):
    """A send did not work.

    ChannelError
    ├── RetryLaterError        the platform asks to wait, or was not reached: safe to repeat
    ├── AmbiguousSendError     it may have been delivered: repeating may duplicate
    ├── CustomerGoneError      blocked, deactivated, left: never repeat
    └── RefusedMessageError    the platform will never take this message
    """


class BusyError(AppError):
    """Too much is waiting; the platform is asked to deliver again after `retry_after` seconds."""

    status = 503

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RetryLaterError(ChannelError):
    """Nothing was delivered; try again, after `retry_after` seconds when the platform said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AmbiguousSendError(ChannelError):
    """The request left and no answer came: it may or may not have been delivered."""


class CustomerGoneError(ChannelError):
    """The customer cannot be reached on this channel any more."""


class RefusedMessageError(ChannelError):
    """The platform refused this message for good."""
