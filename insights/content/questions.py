"""The real questions customers asked, masked. Used by the studio to foresee a change's impact."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base.traces import AskedQuestion


async def list_recent(
    session: AsyncSession, limit: int = 1000, *, language: str | None = None
) -> list[str]:
    """Return the newest different questions, newest first; nothing when nobody has asked yet."""
    newest = func.max(AskedQuestion.asked_at)
    found = select(AskedQuestion.question).group_by(AskedQuestion.question)
    if language is not None:
        found = found.where(AskedQuestion.language == language)
    found = found.order_by(newest.desc(), AskedQuestion.question).limit(limit)
    return list((await session.execute(found)).scalars())
