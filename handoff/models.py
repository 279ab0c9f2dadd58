"""Tables of the people at the desk and of what is handed to them. Used by handoff.* and console."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.reasons import HandoffReason
from handoff.sla.classes import USUAL, ClockKind
from kit.database import Base
from kit.ids import new_id


class Role(StrEnum):
    """What an employee may do at the desk."""

    AGENT = "agent"
    MARKETER = "marketer"
    LEAD = "lead"
    MANAGER = "manager"


class HandoffState(StrEnum):
    """Where a handoff stands; waiting and claimed ones are open."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RETURNED = "returned"
    RESOLVED = "resolved"


class Agent(Base):
    """An employee with a login.

    `skills` and `languages` are what they are given cases for, all when empty; `capacity` is how
    many cases they are given at a time. What they claim themselves is their own decision.
    """

    __tablename__ = "agents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role] = mapped_column(default=Role.AGENT)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    skills: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=5)


class AgentSession(Base):
    """A login that is still good; the token is in the employee's cookie, its digest here."""

    __tablename__ = "agent_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]


class LoginAttempt(Base):
    """Failed logins under one name, existing or not, by the name's digest: guessing is slowed."""

    __tablename__ = "login_attempts"

    login_hash: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class Handoff(Base):
    """One time a conversation went to a person, from opening to the outcome.

    `signals` holds the contributions that led here, frozen; `reasons` every reason in the order
    they came, `reason` the most urgent one. `sla` is the class promised, frozen. `sla_due_at` is
    when the first of its running clocks is due, `sla_due_kind` which; empty while the customer is
    awaited. `hostile`: the customer was angry enough to wear somebody out. `last_agent_id` had the
    case before it went back to the queue. `follow_up_at`: when to ask whether it stayed solved.
    """

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "ix_handoffs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
        Index(
            "ix_handoffs_queue",
            "state",
            text("priority DESC"),
            "opened_at",
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episodes.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    reason: Mapped[HandoffReason]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    priority: Mapped[int]
    sla: Mapped[dict[str, Any]] = mapped_column(default=USUAL.as_dict)
    sla_due_at: Mapped[datetime | None]
    sla_due_kind: Mapped[ClockKind | None]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    skill: Mapped[str] = mapped_column(default="care")
    hostile: Mapped[bool] = mapped_column(default=False)
    signals: Mapped[list[Any]] = mapped_column(default=list)
    brief: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[HandoffState] = mapped_column(default=HandoffState.WAITING)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    last_agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    follow_up_at: Mapped[datetime | None] = mapped_column(index=True)
    followed_up_at: Mapped[datetime | None]
    stayed_solved: Mapped[bool | None]
