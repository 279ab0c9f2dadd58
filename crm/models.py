"""Tables of the CRM: who the customer is and everything that was said. Used by crm.* only.

`messages` is the log, the inbox and the outbox in one: an inbound row carries the state of its
turn, an outbound row the state of its delivery. One table keeps one order per conversation.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy import Identity as Identity_
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id

# The audience of a conversation that others read; everything else is private.
PRIVATE = "private"
PUBLIC = "public"


class Owner(StrEnum):
    """Who answers a conversation. It lives here and nowhere else, never in the engine."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Stage(StrEnum):
    """Where the relationship stands (Reinartz, Krafft and Hoyer 2004)."""

    ACQUISITION = "acquisition"
    RETENTION = "retention"
    TERMINATION = "termination"


class Direction(StrEnum):
    """Which way a message goes; a note goes nowhere."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class MessageState(StrEnum):
    """State of a turn (inbound), of a delivery (outbound) or `kept` (notes, history)."""

    PENDING = "pending"
    ANSWERED = "answered"
    WITH_HUMAN = "with_human"
    DEAD = "dead"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    DISCARDED = "discarded"
    KEPT = "kept"


class EpisodeEnd(StrEnum):
    """Why an episode of a conversation ended."""

    IDLE = "idle"
    RESOLVED = "resolved"
    RETURNED = "returned"


class Customer(Base):
    """A person the company has a relationship with."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    display_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en")
    stage: Mapped[Stage] = mapped_column(default=Stage.ACQUISITION)
    # The campaign whose link brought them, the first one that did.
    source: Mapped[str | None]
    created_at: Mapped[datetime]


class Identity(Base):
    """One account of a customer on one channel."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "account"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str]
    account: Mapped[str]
    # Who it is in a world several channels share ("shop:4711"), once that world has proved it.
    verified: Mapped[str | None] = mapped_column(index=True)
    handle: Mapped[str | None]
    reachable: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Conversation(Base):
    """One thread with a customer at one address.

    Its row lock (FOR NO KEY UPDATE, which lets intake insert messages meanwhile) is the lease of a
    turn. Only the lease's holder, or who waited for it, changes the row.
    """

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("identities.id"))
    channel: Mapped[str]
    address: Mapped[str]
    audience: Mapped[str] = mapped_column(default=PRIVATE, server_default=PRIVATE)
    owner: Mapped[Owner] = mapped_column(default=Owner.BOT)
    agent_id: Mapped[UUID | None]
    language: Mapped[str | None]
    created_at: Mapped[datetime]


class Episode(Base):
    """A stretch of a conversation with one engine tracker; its id is the engine's sender id."""

    __tablename__ = "episodes"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        Index(
            "ix_episodes_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    last_turn_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EpisodeEnd | None]
    failures: Mapped[int] = mapped_column(default=0)
    person_offered: Mapped[bool] = mapped_column(default=False)
    mood: Mapped[str] = mapped_column(default="calm")
    mood_lasts: Mapped[int] = mapped_column(default=0)
    # What else the customer asked for in one message; the turn that ends the first takes it up.
    waiting: Mapped[dict[str, Any] | None]
    human_outcome: Mapped[str | None]


# The kind of a message that its customer took back; it has no words any more.
DELETED = "deleted"


class Message(Base):
    """One thing said, in either direction, or noted inside the company.

    `seq` grows over the whole table; within a conversation it is the order in which things were
    said, since intake of one conversation is serialised.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_seq", "conversation_id", "seq", unique=True),
        Index("ix_messages_event", "channel", "event_key", unique=True),
        Index(
            "ix_messages_turns_due",
            "conversation_id",
            "seq",
            postgresql_where=text("direction = 'in' AND state = 'pending'"),
        ),
        Index(
            "ix_messages_deliveries_due",
            "conversation_id",
            "seq",
            postgresql_where=text("direction = 'out' AND state IN ('pending', 'sending')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episodes.id"))
    identity_id: Mapped[UUID | None] = mapped_column(ForeignKey("identities.id"))
    seq: Mapped[int] = mapped_column(BigInteger, Identity_(always=True))
    channel: Mapped[str]
    event_key: Mapped[str | None]
    direction: Mapped[Direction]
    author: Mapped[Author]
    agent_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(default="text")
    body: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[MessageState]
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    error: Mapped[str | None]
    parts_sent: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[bool] = mapped_column(default=False)
    platform_ref: Mapped[str | None]
    in_reply_to: Mapped[UUID | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    citations: Mapped[list[Any]] = mapped_column(default=list)
    signals: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class Button(Base):
    """A button we minted: an opaque token that stands for a trusted payload in one conversation."""

    __tablename__ = "buttons"

    token: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    title: Mapped[str]
    payload: Mapped[str]
    expires_at: Mapped[datetime]


class Order(Base):
    """An order of the shop, as the order system last told us."""

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    email: Mapped[str]
    status: Mapped[str]
    items: Mapped[list[Any]]
    total_cents: Mapped[int]
    currency: Mapped[str]
    carrier: Mapped[str | None]
    tracking_code: Mapped[str | None]
    placed_at: Mapped[datetime]
    expected_on: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
