"""Keeps the questions the knowledge base was asked and what it answered. Called by the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.answers import Verdict
from knowledge_base.traces import AskedQuestion

LONGEST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose message asked: ids of the CRM."""

    message_id: UUID
    conversation_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Quoted:
    """The version and the passage that were shown."""

    article_id: UUID
    version: int
    passage_id: int


async def record_question(
    session: AsyncSession,
    asker: Asker,
    *,
    question: str,
    language: str,
    verdict: Verdict,
    probability: float,
    quoted: Quoted | None,
    offered: Sequence[UUID],
    at: datetime,
) -> None:
    """Keep a question, masked by the caller; once per message, however often the turn is tried."""
    row = insert(AskedQuestion).values(
        message_id=asker.message_id,
        conversation_id=asker.conversation_id,
        customer_id=asker.customer_id,
        question=question[:LONGEST_KEPT],
        language=language,
        verdict=verdict.value,
        probability=probability,
        article_id=quoted.article_id if quoted else None,
        version=quoted.version if quoted else None,
        passage_id=quoted.passage_id if quoted else None,
        offered=list(offered),
        asked_at=at,
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["message_id", "question"]))
