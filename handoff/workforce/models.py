"""Tables of teams and of who is at work. Used by handoff.workforce and the desk."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class Team(Base):
    """People who share their working hours and the skills they cover.

    `hours`, `time_zone` and `holidays` are written like OPENING_HOURS and its neighbours.
    """

    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    hours: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    holidays: Mapped[str] = mapped_column(default="")
    skills: Mapped[list[Any]] = mapped_column(default=list)


class PresenceState(StrEnum):
    """Whether an employee is at work."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


class AgentPresence(Base):
    """Whether an employee is there, as they said and as their open desk shows.

    `available_since` orders those who are equally loaded: the longest idle is next.
    `calm_until`: no hostile customer before then, if anybody else can help.
    """

    __tablename__ = "agent_presence"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    state: Mapped[PresenceState] = mapped_column(default=PresenceState.AWAY)
    heartbeat_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    assigned_at: Mapped[datetime | None]
    calm_until: Mapped[datetime | None]
