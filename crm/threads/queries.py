"""Reads of what began where others read along. Used by the gateway, the handoff and the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import PUBLIC, Conversation, Direction, Identity, Message
from crm.threads.models import CaseState, PublicCase
from crm.threads.personal import hide_personal

MOST_WORDS = 2000
_MOST_MESSAGES = 6
_NEWEST_SAID = 500
_WORDS_OF = ("text", "media", "command")


@dataclass(frozen=True)
class Origin:
    """Where a private conversation began: the public one, its place, and what was said there.

    `words` have labels in place of personal data; who needs them opens the conversation.
    """

    case_id: UUID
    conversation_id: UUID
    channel: str
    place: str
    words: str
    state: CaseState
    opened_at: datetime


def place_of(address: str) -> str:
    """Return the address of the place itself: everybody's, without the author's account."""
    place, mark, _account = address.rpartition("#")
    return place if mark else address


async def find_latest_case(session: AsyncSession, conversation_id: UUID) -> PublicCase | None:
    """Return the newest case of a public conversation, locked until the transaction ends."""
    found = (
        select(PublicCase)
        .where(PublicCase.conversation_id == conversation_id)
        .order_by(PublicCase.opened_at.desc(), PublicCase.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def find_origin(session: AsyncSession, conversation_id: UUID) -> Origin | None:
    """Return where this private conversation began in public; None when it did not."""
    found = (
        select(PublicCase)
        .where(PublicCase.private_id == conversation_id)
        .order_by(PublicCase.continued_at.desc())
        .limit(1)
    )
    case = (await session.execute(found)).scalar_one_or_none()
    if case is None:
        return None
    said = await list_words(session, case.conversation_id, after=case.begins_after)
    return Origin(
        case.id,
        case.conversation_id,
        case.channel,
        case.place,
        hide_personal(join_said(said)),
        case.state,
        case.opened_at,
    )


async def list_words(
    session: AsyncSession, conversation_id: UUID, *, after: int
) -> list[tuple[int, str]]:
    """Return (seq, words) of what the customer last wrote there past `after`, oldest first."""
    found = select(Message.seq, Message.kind, Message.body, Message.payload).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.kind.in_(_WORDS_OF),
        Message.seq > after,
    )
    rows = await session.execute(found.order_by(Message.seq.desc()).limit(_MOST_MESSAGES))
    return [(row.seq, _words_of(row)) for row in reversed(rows.all())]


def _words_of(row: Row[Any]) -> str:
    """Return what was typed: of a command what follows its name, unless that is a link's token."""
    if row.kind != "command":
        return str(row.body).strip()
    return "" if row.body == "start" else str(row.payload.get("argument", "")).strip()


def join_said(said: list[tuple[int, str]]) -> str:
    """Return the words of several messages as one text."""
    return "\n".join(dict.fromkeys(words for _seq, words in said if words))[:MOST_WORDS]


async def list_said_in_place(session: AsyncSession, channel: str, place: str) -> list[str]:
    """Return what we have said in a place, to whomever, newest first."""
    there = select(PublicCase.conversation_id).where(
        PublicCase.channel == channel, PublicCase.place == place
    )
    found = (
        select(Message.body)
        .where(Message.conversation_id.in_(there), Message.direction == Direction.OUT)
        .order_by(Message.seq.desc())
        .limit(_NEWEST_SAID)
    )
    return list((await session.execute(found)).scalars())


async def find_private_conversation(
    session: AsyncSession, identity_id: UUID
) -> Conversation | None:
    """Return the newest conversation with this account that nobody else reads, if it is open to us.

    None too when the account has told the platform that it wants nothing from us.
    """
    found = (
        select(Conversation)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(
            Conversation.identity_id == identity_id,
            Conversation.audience != PUBLIC,
            Identity.reachable,
        )
        .order_by(Conversation.created_at.desc())
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def find_reference(session: AsyncSession, conversation_id: UUID) -> str | None:
    """Return the platform's reference of what the customer wrote last, to reply to it."""
    found = (
        select(Message.payload)
        .where(Message.conversation_id == conversation_id, Message.direction == Direction.IN)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    payload = (await session.execute(found)).scalar_one_or_none() or {}
    return read_reference(payload)


def read_reference(payload: dict[str, object]) -> str | None:
    """Return the platform's reference of the message that came with this payload."""
    reference = payload.get("message_id") or payload.get("ts")
    return str(reference) if reference else None


async def list_due(session: AsyncSession) -> list[UUID]:
    """Return the cases that something has to be said about in public."""
    found = select(PublicCase.id).where(
        or_(PublicCase.state == CaseState.SOLVED, PublicCase.invite_at.is_not(None))
    )
    return list((await session.execute(found.limit(100))).scalars())
