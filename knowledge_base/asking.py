"""Keeps the questions the knowledge base was asked and what it answered. Called by the gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.ids import new_id
from knowledge_base.answers import Verdict

LONGEST_KEPT = 500

# Straight to the driver: it runs for every question.
_RECORD = """
INSERT INTO asked_questions (
    id, message_id, conversation_id, customer_id, question, language, verdict, probability,
    article_id, version, passage_id, offered, asked_at
) VALUES (
    %(id)s, %(message_id)s, %(conversation_id)s, %(customer_id)s, %(question)s, %(language)s,
    %(verdict)s, %(probability)s, %(article_id)s, %(version)s, %(passage_id)s,
    %(offered)s::uuid[], %(asked_at)s
) ON CONFLICT (message_id, question) DO NOTHING
"""


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
    values = {
        "id": new_id(),
        "message_id": asker.message_id,
        "conversation_id": asker.conversation_id,
        "customer_id": asker.customer_id,
        "question": question[:LONGEST_KEPT],
        "language": language,
        "verdict": verdict.value,
        "probability": probability,
        "article_id": quoted.article_id if quoted else None,
        "version": quoted.version if quoted else None,
        "passage_id": quoted.passage_id if quoted else None,
        "offered": list(offered),
        "asked_at": at,
    }
    with session.no_autoflush:
        await (await session.connection()).exec_driver_sql(_RECORD, values)
