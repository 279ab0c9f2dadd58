"""Writes what visitors of the help centre leave behind: votes, links followed. Never commits.

Called by gateway.help_centre, which commits. Nothing stored here says who the visitor was.
"""

import secrets
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.ids import new_id
from knowledge_base.traces import ContentOffer, LinkFollowed, PageFeedback, SigningKey


async def ensure_key(session: AsyncSession, name: str) -> bytes:
    """Return the secret of this name; the first process to ask makes it, for all of them."""
    made = insert(SigningKey).values(name=name, secret=secrets.token_bytes(32))
    await session.execute(made.on_conflict_do_nothing())
    found = await session.execute(select(SigningKey.secret).where(SigningKey.name == name))
    return found.scalar_one()


async def record_vote(
    session: AsyncSession, article_id: UUID, *, version: int, visitor: str, helped: bool
) -> None:
    """Store whether a page helped, once per visitor and version; the last word counts."""
    row = insert(PageFeedback).values(
        id=new_id(), article_id=article_id, version=version, visitor=visitor, helped=helped
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["article_id", "version", "visitor"],
            set_={"helped": row.excluded.helped},
        )
    )


async def record_link_followed(
    session: AsyncSession,
    article_id: UUID,
    *,
    version: int,
    message_id: UUID,
    customer_id: UUID | None,
) -> bool:
    """Store that the link in a message was opened; the first time only. Whether this was it."""
    row = insert(LinkFollowed).values(
        id=new_id(),
        article_id=article_id,
        version=version,
        message_id=message_id,
        customer_id=customer_id,
    )
    stored = await session.execute(
        row.on_conflict_do_nothing(index_elements=["message_id", "article_id"]).returning(
            LinkFollowed.id
        )
    )
    return stored.scalar_one_or_none() is not None


async def was_offered(session: AsyncSession, message_id: UUID, article_id: UUID) -> bool:
    """Say whether the message offered the article as content."""
    offer = exists().where(
        ContentOffer.message_id == message_id, ContentOffer.article_id == article_id
    )
    return bool(await session.scalar(select(offer)))
