"""Customers who ask, an encoder without a model, articles: for the tests of insights.content."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import (
    Author,
    Customer,
    Direction,
    Episode,
    EpisodeEnd,
    Message,
    MessageState,
    Order,
)
from handoff.models import Handoff, HandoffState
from handoff.reasons import HandoffReason
from knowledge_base.answers import Verdict
from knowledge_base.asking import Asker, Quoted, record_question
from knowledge_base.drafts import Draft
from knowledge_base.encoder import Vectors
from knowledge_base.models import Article, ArticleVersion, Passage
from knowledge_base.service import import_drafts
from knowledge_base.traces import ArticleFeedback
from tests.handoff.scenes import say

NOW = datetime(2030, 5, 20, 12, tzinfo=UTC)
_numbers = count(50_000)


class WordEncoder:
    """Texts are as near as the words they share: good enough to tell topics apart."""

    identity = "words/512"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), 512), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().replace("?", "").split():
                vectors[row, zlib.crc32(word.encode()) % 512] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


ENCODER = WordEncoder()


@dataclass(frozen=True)
class Visit:
    """One episode of a customer."""

    customer_id: UUID
    conversation_id: UUID
    episode_id: UUID
    at: datetime


async def visit(session: AsyncSession, account: str, *, days: float = 1) -> Visit:
    """Let a customer begin an episode so many days ago."""
    first = await say(session, "hello", account=account, name=f"{account} Ashdown")
    at = NOW - timedelta(days=days)
    episode = Episode(
        conversation_id=first.conversation_id,
        number=next(_numbers),
        started_at=at,
        ended_at=at,
        end_reason=EpisodeEnd.IDLE,
    )
    session.add(episode)
    await session.flush()
    customer_id = await session.scalar(
        select(Customer.id).where(Customer.display_name == f"{account} Ashdown")
    )
    assert customer_id is not None
    return Visit(customer_id, first.conversation_id, episode.id, at)


async def ask(
    session: AsyncSession,
    visited: Visit,
    question: str,
    *,
    verdict: Verdict = Verdict.UNKNOWN,
    article_id: UUID | None = None,
    version: int = 1,
    offered: Sequence[UUID] = (),
    kind: str = "text",
    minutes: float = 0,
    language: str = "en",
) -> Message:
    """Let the customer ask the knowledge base."""
    at = visited.at + timedelta(minutes=minutes)
    message = Message(
        conversation_id=visited.conversation_id,
        episode_id=visited.episode_id,
        channel="web",
        direction=Direction.IN,
        author=Author.CUSTOMER,
        kind=kind,
        body=question,
        state=MessageState.ANSWERED,
        created_at=at,
    )
    session.add(message)
    await session.flush()
    await record_question(
        session,
        Asker(message.id, visited.conversation_id, visited.customer_id),
        question=question,
        language=language,
        verdict=verdict,
        probability=0.5,
        quoted=None if article_id is None else Quoted(article_id, version, 1),
        offered=offered,
        at=at,
    )
    return message


async def judge(
    session: AsyncSession, question: Message, article_id: UUID, *, helped: bool, version: int = 1
) -> None:
    """Let the customer press a button under the answer, a minute after asking."""
    at = question.created_at + timedelta(minutes=1)
    answer = Message(
        conversation_id=question.conversation_id,
        episode_id=question.episode_id,
        channel="web",
        direction=Direction.OUT,
        author=Author.BOT,
        body="This is so.",
        state=MessageState.SENT,
        in_reply_to=question.id,
        created_at=at,
    )
    session.add(answer)
    await session.flush()
    session.add(
        ArticleFeedback(
            message_id=answer.id,
            article_id=article_id,
            version=version,
            helped=helped,
            created_at=at,
        )
    )
    await session.flush()


async def hand_over(
    session: AsyncSession,
    visited: Visit,
    *,
    minutes: float = 5,
    closed_after_days: float | None = None,
    agent_id: UUID | None = None,
    reason: HandoffReason = HandoffReason.HUMAN_WANTED,
) -> Handoff:
    """Pass the episode to a person; closed after so many days, else still waiting."""
    at = visited.at + timedelta(minutes=minutes)
    closed = None if closed_after_days is None else at + timedelta(days=closed_after_days)
    handoff = Handoff(
        conversation_id=visited.conversation_id,
        episode_id=visited.episode_id,
        customer_id=visited.customer_id,
        reason=reason,
        reasons=[reason.value],
        priority=50,
        state=HandoffState.WAITING if closed is None else HandoffState.RESOLVED,
        agent_id=agent_id,
        opened_at=at,
        closed_at=closed,
    )
    session.add(handoff)
    await session.flush()
    return handoff


async def order(
    session: AsyncSession, customer_id: UUID, cents: int, *, days: float = 1, **changes
) -> Order:
    """Let a customer order so many days ago."""
    fields = {
        "number": f"LL-{next(_numbers)}",
        "customer_id": customer_id,
        "email": "somebody@example.org",
        "status": "delivered",
        "items": ["Alder floor lamp"],
        "total_cents": cents,
        "currency": "EUR",
        "placed_at": NOW - timedelta(days=days),
        **changes,
    }
    placed = Order(**fields)
    session.add(placed)
    await session.flush()
    return placed


async def publish(session: AsyncSession, slug: str, **changes) -> UUID:
    """Publish an article; return its id."""
    fields = {
        "title": slug.replace("-", " ").capitalize(),
        "body": "The body of it says what there is to say.",
        "owner": "Ilse Vanderloom",
        **changes,
    }
    await import_drafts(session, [Draft(slug=slug, **fields)], encoder=ENCODER)
    article_id = await session.scalar(select(Article.id).where(Article.slug == slug))
    assert article_id is not None
    return article_id


async def published_version(session: AsyncSession, article_id: UUID) -> ArticleVersion:
    found = select(ArticleVersion).where(
        ArticleVersion.article_id == article_id, ArticleVersion.state == "published"
    )
    return (await session.execute(found)).scalar_one()


async def passages_of(session: AsyncSession, article_id: UUID) -> list[Passage]:
    version = await published_version(session, article_id)
    found = select(Passage).where(Passage.version_id == version.id)
    return list((await session.execute(found)).scalars())
