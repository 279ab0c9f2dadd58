"""Frozen values that cross the CRM's border; the gateway, handoff and console use these."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.files.schemas import FileView
from crm.models import PRIVATE, Author
from kit.ids import new_id


@dataclass(frozen=True)
class NewInbound:
    """A verified customer event, ready to be stored.

    `event_key` is unique per channel and equal on redelivery; `payload` keeps what later work
    needs of the platform's event.
    """

    channel: str
    address: str
    account: str
    event_key: str
    kind: str
    body: str
    display_name: str | None = None
    handle: str | None = None
    locale: str | None = None
    audience: str = PRIVATE
    payload: dict[str, Any] = field(default_factory=dict)
    verified: str | None = None


@dataclass(frozen=True)
class Stored:
    """Where an inbound event ended up."""

    message_id: UUID
    conversation_id: UUID
    duplicate: bool


@dataclass(frozen=True)
class NewButton:
    """A button to mint: its title and the trusted payload it stands for."""

    title: str
    payload: str


@dataclass(frozen=True)
class NewOutbound:
    """A message for the customer, ready for the outbox. `keys` name the phrases it is made of.

    `reply_to` is the platform's reference of the message it answers, where others read along. Its
    `id` is known before it is written, so that its links can name it.
    """

    author: Author
    body: str
    buttons: tuple[NewButton, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    citations: tuple[dict[str, Any], ...] = ()
    agent_id: UUID | None = None
    in_reply_to: UUID | None = None
    event_key: str | None = None
    keys: tuple[str, ...] = ()
    reply_to: str | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class CustomerContext:
    """What an action may know about the customer behind an episode."""

    customer_id: UUID
    conversation_id: UUID
    display_name: str | None
    email: str | None
    stage: str
    last_order_number: str | None


@dataclass(frozen=True)
class OrderView:
    """An order as the bot and the desk show it. Money in cents of `currency`."""

    number: str
    customer_id: UUID
    email: str
    status: str
    placed_at: datetime
    items: tuple[str, ...]
    carrier: str | None
    tracking_code: str | None
    expected_on: datetime | None
    delivered_at: datetime | None
    total_cents: int
    currency: str


@dataclass(frozen=True)
class TimelineEntry:
    """One message of a customer's timeline, whatever the channel."""

    id: UUID
    seq: int
    conversation_id: UUID
    episode_id: UUID | None
    channel: str
    direction: str
    author: str
    agent_id: UUID | None
    kind: str
    body: str
    state: str
    ambiguous: bool
    intent: str | None
    confidence: float | None
    citations: tuple[dict[str, Any], ...]
    signals: tuple[dict[str, Any], ...]
    links: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]
    created_at: datetime
    edited_at: datetime | None
    media: str | None
    pressed: str | None
    files: tuple[FileView, ...] = ()
    deleted: bool = False
    images: tuple[tuple[str, str], ...] = ()
    chose: str | None = None
