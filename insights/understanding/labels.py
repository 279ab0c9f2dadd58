"""Messages the bot was unsure about, and what people say they meant. Used by the studio."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Customer, Direction, Message
from insights.understanding.intents import UNSURE
from insights.understanding.masking import mask
from insights.understanding.models import Label
from kit.clock import utc_now
from kit.errors import InvalidInputError

LONGEST = 600


@dataclass(frozen=True)
class Doubtful:
    """A message as a person reviews it; the text is masked already."""

    message_id: UUID
    text: str
    language: str
    intent: str
    confidence: float
    created_at: datetime


@dataclass(frozen=True)
class LabelView:
    """A label that waits to be learned from."""

    id: UUID
    text: str
    language: str
    intent: str
    understood_as: str | None


async def list_doubtful(session: AsyncSession, *, limit: int = 50) -> list[Doubtful]:
    """Return typed messages nobody has labelled, the least sure first, then the newest."""
    labelled = select(Label.message_id)
    statement = (
        select(Message, Customer.display_name, Customer.locale)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(
            Message.direction == Direction.IN,
            Message.kind == "text",
            Message.intent.is_not(None),
            Message.id.not_in(labelled),
        )
        .order_by(
            case((Message.intent.in_(UNSURE), 0), else_=1),
            func.coalesce(Message.confidence, 0.0),
            Message.seq.desc(),
        )
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    return [_as_doubtful(message, name, locale) for message, name, locale in rows]


@dataclass(frozen=True)
class RealMessage:
    """What a customer wrote, for models to read; people are shown `masked`."""

    text: str
    language: str
    masked: str


async def read_recent(session: AsyncSession, *, limit: int = 1000) -> list[RealMessage]:
    """Return the newest typed messages, for comparing two models."""
    statement = (
        select(Message, Customer.display_name, Customer.locale)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(Message.direction == Direction.IN, Message.kind == "text", Message.body != "")
        .order_by(Message.seq.desc())
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    return [
        RealMessage(message.body, _language_of(message, locale), mask(message.body, name=name))
        for message, name, locale in rows
    ]


async def save_label(
    session: AsyncSession,
    *,
    message_id: UUID,
    agent_id: UUID,
    text: str,
    language: str,
    intent: str,
) -> None:
    """Say what a message meant; a second label replaces the first. Errors: InvalidInputError."""
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > LONGEST:
        raise InvalidInputError(f"The words must have 1 to {LONGEST} characters.")
    if cleaned != mask(cleaned):
        raise InvalidInputError("There is personal data in the words: please take it out.")
    message = await session.get(Message, message_id)
    if message is None:
        raise InvalidInputError("There is no such message.")
    await session.execute(delete(Label).where(Label.message_id == message_id))
    session.add(
        Label(
            message_id=message_id,
            text=cleaned,
            language=language,
            intent=intent,
            understood_as=message.intent,
            agent_id=agent_id,
            created_at=utc_now(),
        )
    )
    await session.flush()


async def remove_label(session: AsyncSession, label_id: UUID) -> None:
    """Take a label back."""
    await session.execute(delete(Label).where(Label.id == label_id))


async def list_labels(session: AsyncSession) -> list[LabelView]:
    """Return every label, oldest first."""
    labels = (await session.execute(select(Label).order_by(Label.created_at, Label.id))).scalars()
    return [
        LabelView(each.id, each.text, each.language, each.intent, each.understood_as)
        for each in labels
    ]


def _as_doubtful(message: Message, name: str | None, locale: str) -> Doubtful:
    return Doubtful(
        message_id=message.id,
        text=mask(message.body, name=name),
        language=_language_of(message, locale),
        intent=message.intent or "",
        confidence=message.confidence or 0.0,
        created_at=message.created_at,
    )


def _language_of(message: Message, locale: str) -> str:
    """Return the language noted with the message; else the customer's."""
    return str(message.payload.get("language") or locale or "en")[:2]
