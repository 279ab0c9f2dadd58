"""Tables of the review page: labels of messages, and who changed the model. Used in here only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.ids import new_id


class Label(Base):
    """What one message meant, in words without personal data, ready to be learned from."""

    __tablename__ = "labels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), unique=True)
    text: Mapped[str]
    language: Mapped[str]
    intent: Mapped[str]
    understood_as: Mapped[str | None]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]


class ModelSwap(Base):
    """Who had the engines serve which model, and which one served before."""

    __tablename__ = "model_swaps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    model: Mapped[str]
    before: Mapped[str]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime]
