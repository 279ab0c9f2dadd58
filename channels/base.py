"""What every channel speaks: the event that comes in, the message that goes out, what it can show.

The gateway talks to channels through these types only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from kit.errors import AppError


class EventKind(StrEnum):
    """What the customer did."""

    TEXT = "text"
    BUTTON = "button"
    COMMAND = "command"
    MEDIA = "media"
    EDIT = "edit"


@dataclass(frozen=True)
class Sender:
    """The account an event came from, as the platform vouches for it."""

    account: str
    display_name: str | None = None
    handle: str | None = None
    locale: str | None = None


@dataclass(frozen=True)
class InboundEvent:
    """One verified thing a customer did.

    `key` is unique per channel and equal on redelivery. `address` is where a reply goes. For a
    button `text` is the opaque token we minted; for a command its name without the slash, with
    what followed in `argument`; for media `text` is the caption and `media` names its kind. An
    edit names the event it changes in `edits`.
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
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OutboundButton:
    """A button: what it says and the opaque token it sends back."""

    title: str
    token: str


@dataclass(frozen=True)
class OutboundMessage:
    """One message as composed, before a channel renders it. `text` is Markdown-free plain text."""

    id: str
    address: str
    author: str
    text: str
    buttons: tuple[OutboundButton, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show and promise."""

    max_text: int
    max_buttons: int
    max_button_title: int
    exact_once: bool


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
