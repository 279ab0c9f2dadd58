"""Searches the public articles: what the assistant would answer, and where the words stand.

Called by the search page. Whatever the index says, only what is public now is shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge_base import public
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import Answer, Reader, Verdict
from knowledge_base.chunking import plain_text
from knowledge_base.public import MARK_END, MARK_START, Card, Excerpt

LONGEST = 200
_NEAR = 0.75
"""Share of the best score from which on a further article is worth showing."""

_SPLIT = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")


@dataclass(frozen=True)
class Hit:
    """An article found, and the part of it that holds the words: (text, is it one of them)."""

    card: Card
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Best:
    """The passage the assistant would quote without hesitation."""

    card: Card
    quote: str


@dataclass(frozen=True)
class Found:
    """What a search gives."""

    best: Best | None
    hits: tuple[Hit, ...]


def clean(question: str) -> str:
    """Return what can be searched: printable, on one line, not endless."""
    readable = question[:LONGEST].encode("utf-8", "ignore").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in readable).split())


async def search(knowledge: KnowledgeBase, question: str, *, language: str, now: datetime) -> Found:
    """Return the articles for a question, the surest first.

    The answer comes before our own session: nobody waits for a second connection holding one.
    """
    answer = await knowledge.ask(question, reader=Reader(language))
    async with knowledge.database.session() as session:
        meant: list[int] = []
        if answer.verdict is not Verdict.UNKNOWN:
            ranked = await knowledge.rank(session, question, reader=Reader(language))
            meant = [one.passage_id for one in ranked if one.score >= _NEAR * ranked[0].score]
        worded = await public.find_words(session, question, language=language, now=now)
        excerpts = await public.find_excerpts(session, [*meant, *worded], now=now)
        listed: dict[str, Excerpt] = {}
        for passage_id in (*meant, *worded):
            excerpt = excerpts.get(passage_id)
            if excerpt is not None and excerpt.card.language == language:
                listed.setdefault(excerpt.card.slug, excerpt)
        shown = list(listed.values())[: public.MOST_FOUND]
        hits = await _as_hits(session, shown, question, language)
    return Found(_find_best(answer, listed), hits)


def _find_best(answer: Answer, listed: Mapping[str, Excerpt]) -> Best | None:
    """Return what the assistant would say without hesitation, if its article is public."""
    if answer.verdict is not Verdict.SURE or answer.citation is None:
        return None
    sure = listed.get(answer.citation.slug)
    return Best(sure.card, answer.quote) if sure is not None else None


async def _as_hits(
    session: AsyncSession, excerpts: list[Excerpt], question: str, language: str
) -> tuple[Hit, ...]:
    if not excerpts:
        return ()
    pieces = [" ".join(plain_text(excerpt.text).split()) for excerpt in excerpts]
    marked = await public.highlight(session, pieces, question, language=language)
    return tuple(
        Hit(excerpt.card, _split(_show_cuts(snippet, piece)))
        for excerpt, snippet, piece in zip(excerpts, marked, pieces, strict=True)
    )


def _show_cuts(snippet: str, piece: str) -> str:
    """Return the snippet with an ellipsis wherever the passage goes on."""
    words = snippet.replace(MARK_START, "").replace(MARK_END, "").strip()
    before = "" if piece.startswith(words) else "… "
    after = "" if piece.endswith(words) else " …"
    return f"{before}{snippet.strip()}{after}"


def _split(snippet: str) -> tuple[tuple[str, bool], ...]:
    return tuple((part, at % 2 == 1) for at, part in enumerate(_SPLIT.split(snippet)) if part)
