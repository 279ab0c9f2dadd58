"""Measures search and refusal on a test collection: `carehouse evaluate kb`. Never fits on what it
measures. Also judges other systems' rankings, so that benchmarks compare like with like.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy import select

from kit.database import Database
from knowledge_base.answering import KnowledgeBase, clean_question
from knowledge_base.beir import Collection
from knowledge_base.calibrate import fill, fit_base
from knowledge_base.encoder import Encoder
from knowledge_base.fitting import Case, auroc, precision_at
from knowledge_base.models import Article
from knowledge_base.own_questions import EVERYTHING

CUT = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system found for one question, best first, and how sure it was."""

    found: tuple[str, ...]
    relevant: frozenset[str]
    confidence: float
    without: float
    """How sure it was when the articles that answer were taken away."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of a comparison."""

    questions: int
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    auroc_unanswerable: float | None
    """Against questions that nothing answers; None when the collection has none."""
    auroc_removed: float
    """Against the same questions with the articles that answer them taken away."""
    precision_at_50: float
    precision_at_70: float
    precision_at_90: float
    p50_ms: float
    p95_ms: float

    def rows(self) -> list[tuple[str, float | int | None]]:
        """Names and values in order."""
        return list(asdict(self).items())


def judge(outcomes: Sequence[Outcome]) -> Figures:
    """All figures; some questions must have an answer."""
    answerable = [each for each in outcomes if each.relevant]
    hopeless = [each.confidence for each in outcomes if not each.relevant]
    confidence = np.asarray([each.confidence for each in answerable])
    right = np.asarray(
        [each.found[:1] != () and each.found[0] in each.relevant for each in answerable]
    )
    times = np.asarray([each.seconds for each in outcomes]) * 1000
    return Figures(
        questions=len(outcomes),
        ndcg_at_10=_mean([ndcg(each.found, each.relevant) for each in answerable]),
        mrr_at_10=_mean([reciprocal_rank(each.found, each.relevant) for each in answerable]),
        recall_at_1=_hits(answerable, 1),
        recall_at_5=_hits(answerable, 5),
        recall_at_10=_hits(answerable, 10),
        auroc_unanswerable=_auroc(confidence, hopeless) if hopeless else None,
        auroc_removed=_auroc(confidence, [each.without for each in answerable]),
        precision_at_50=precision_at(0.5, confidence, right),
        precision_at_70=precision_at(0.7, confidence, right),
        precision_at_90=precision_at(0.9, confidence, right),
        p50_ms=round(float(np.percentile(times, 50)), 2),
        p95_ms=round(float(np.percentile(times, 95)), 2),
    )


def ndcg(found: Sequence[str], relevant: frozenset[str], *, cut: int = CUT) -> float:
    """With judgements of 0 and 1."""
    gained = sum(1 / math.log2(at + 2) for at, each in enumerate(found[:cut]) if each in relevant)
    return gained / sum(1 / math.log2(at + 2) for at in range(min(len(relevant), cut)))


def reciprocal_rank(found: Sequence[str], relevant: frozenset[str], *, cut: int = CUT) -> float:
    """One over the place of the first right one."""
    return next((1 / at for at, each in enumerate(found[:cut], 1) if each in relevant), 0.0)


async def evaluate(url: str, encoder: Encoder, collection: Collection) -> Figures:
    """Import into an empty database, fit on what may be fitted on, ask the rest, one by one."""
    database = Database(url)
    try:
        await fill(database, collection.drafts, encoder)
        model = await fit_base(database, encoder, collection.fitted)
        kb = KnowledgeBase(database, encoder, model)
        await kb.start()
        return judge(await _ask_all(kb, collection))
    finally:
        await database.close()


async def _ask_all(kb: KnowledgeBase, collection: Collection) -> list[Outcome]:
    outcomes = []
    async with kb.database.session() as session:
        rows = await session.execute(select(Article.id, Article.slug))
        slug_of = {row.id: row.slug for row in rows}
        id_of = {slug: article_id for article_id, slug in slug_of.items()}
        await kb.rank(session, "warm up")
        for question in collection.asked:
            start = time.perf_counter()
            query = await kb.read(session, clean_question(question.text))
            ranked = kb.search(query, kb.snapshot, count=CUT)
            confidence = kb.judge(ranked, query)
            seconds = time.perf_counter() - start
            every = tuple(kb.search(query, kb.snapshot, count=EVERYTHING))
            relevant = frozenset(id_of[slug] for slug in question.slugs)
            rest = Case("", every, relevant).without_answer().ranked
            outcomes.append(
                Outcome(
                    tuple(slug_of[each.article_id] for each in ranked),
                    question.slugs,
                    confidence,
                    kb.judge(rest, query),
                    seconds,
                )
            )
    return outcomes


def _hits(outcomes: Sequence[Outcome], cut: int) -> float:
    """Share of the questions for which something right is among the first."""
    return _mean([bool(set(each.found[:cut]) & each.relevant) for each in outcomes])


def _auroc(confidence: np.typing.NDArray[np.float64], others: Sequence[float]) -> float:
    scores = np.concatenate([confidence, np.asarray(others, dtype=np.float64)])
    return auroc(scores, np.arange(len(scores)) < len(confidence))


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)
