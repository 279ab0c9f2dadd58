"""Retrieval on our held-out questions and on covidfaq: dense, fused and naive, as Markdown tables.

Run by `make bench`, or `python -m benchmarks.retrieval` from the project's root.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import select

from kit.clock import utc_now
from kit.database import Base, Database
from knowledge_base import repository
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import ANYBODY
from knowledge_base.calibrate import in_throwaway_postgres
from knowledge_base.calibration import Calibration
from knowledge_base.chunking import plain_text
from knowledge_base.drafts import Draft, read_folder
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.models import Article
from knowledge_base.questions import held_out_questions
from knowledge_base.search import Ranked, rank
from knowledge_base.service import import_drafts

ROOT = Path(__file__).parents[1]
COVIDFAQ = ROOT.parent / "shared/data/covidfaq/query_answer_pairs.json"
EVERYTHING = 10_000
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Corpus:
    """Articles, and questions with the slugs that answer them."""

    name: str
    drafts: list[Draft]
    asked: list[tuple[str, frozenset[str]]]


@dataclass
class Row:
    """How often the right article came first, and among three, and how long it took."""

    first: int = 0
    third: int = 0
    asked: int = 0

    def count(self, found: Iterable[str], right: frozenset[str]) -> None:
        best = list(found)[:3]
        self.asked += 1
        self.first += best[0] in right
        self.third += any(slug in right for slug in best)

    def __str__(self) -> str:
        return f"{self.first / self.asked:.3f} | {self.third / self.asked:.3f}"


def our_corpus() -> Corpus:
    asked = [(each.text, each.slugs) for each in held_out_questions() if each.slugs]
    return Corpus("our held-out questions", list(read_folder()), asked)


def covidfaq_corpus() -> Corpus:
    titles: dict[str, str] = {}
    asked: list[tuple[str, str]] = []
    for pair in json.loads(COVIDFAQ.read_text(encoding="utf-8")):
        if pair["query_type"] == "faq":
            titles.setdefault(pair["answer"], pair["question"])
        else:
            asked.append((pair["question"], pair["answer"]))
    slug_of = {answer: f"answer-{number}" for number, answer in enumerate(titles)}
    drafts = [
        Draft(slug=slug_of[answer], title=title, body=answer, owner="public data")
        for answer, title in titles.items()
    ]
    known = [(text, frozenset({slug_of[answer]})) for text, answer in asked if answer in slug_of]
    return Corpus("covidfaq", drafts, known)


def variants() -> dict[str, Callable[[list[Ranked]], list[Ranked]]]:
    """Ways to order the same candidates."""
    ways: dict[str, Callable[[list[Ranked]], list[Ranked]]] = {
        "best passage only": lambda found: _by(found, lambda each: each.best),
        "best passage + 0.1 words": lambda found: _by(found, lambda e: e.best + 0.1 * e.lexical),
        "reciprocal rank fusion": _reciprocal,
    }
    for weight in WEIGHTS:
        # mypy cannot infer a lambda whose default binds the loop's value.
        ways[f"best and centre + {weight} words"] = lambda found, w=weight: _by(  # type: ignore[misc]
            found, lambda each: (each.best + each.centre) / 2 + w * each.lexical
        )
    return ways


def _by(found: list[Ranked], score: Callable[[Ranked], float]) -> list[Ranked]:
    return sorted(found, key=score, reverse=True)


def _reciprocal(found: list[Ranked]) -> list[Ranked]:
    places: dict[str, float] = {}
    for order in (_by(found, lambda e: e.best), _by(found, lambda e: e.lexical)):
        for place, each in enumerate(order):
            places[str(each.article_id)] = places.get(str(each.article_id), 0) + 1 / (60 + place)
    return _by(found, lambda each: places[str(each.article_id)])


async def run(url: str, encoder: OnnxEncoder, corpus: Corpus) -> str:
    """Import the corpus into an empty database, ask everything, and return one table."""
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
        async with database.session() as session:
            await import_drafts(session, corpus.drafts, encoder=encoder)
            await session.commit()
        kb = KnowledgeBase(database, encoder, Calibration.load())
        await kb.start()
        rows = await _order(kb, encoder, corpus)
        rows["naive: one vector per article"] = _naive(encoder, corpus)
        return _table(corpus, rows, await _latencies(kb, encoder, corpus))
    finally:
        await database.close()


async def _order(kb: KnowledgeBase, encoder: OnnxEncoder, corpus: Corpus) -> dict[str, Row]:
    ways = variants()
    rows = {name: Row() for name in ways}
    allowed = kb.snapshot.allowed(utc_now(), ANYBODY)
    async with kb.database.session() as session:
        ids = await session.execute(select(Article.id, Article.slug))
        slug_of = {row.id: row.slug for row in ids}
        for text, right in corpus.asked:
            matches = await repository.match_words(session, text, language="en")
            vector = encoder.encode([text])
            found = rank(kb.snapshot, vector, matches, allowed=allowed, count=EVERYTHING)
            for name, way in ways.items():
                rows[name].count((slug_of[each.article_id] for each in way(found)), right)
    return rows


def _naive(encoder: OnnxEncoder, corpus: Corpus) -> Row:
    row = Row()
    texts = [f"{draft.title}\n{plain_text(draft.body)}" for draft in corpus.drafts]
    vectors = encoder.encode(texts)
    for text, right in corpus.asked:
        order = np.argsort(-(vectors @ encoder.encode([text])[0]))
        row.count((corpus.drafts[at].slug for at in order), right)
    return row


async def _latencies(kb: KnowledgeBase, encoder: OnnxEncoder, corpus: Corpus) -> dict[str, float]:
    """Median milliseconds of the parts and of the whole, after a warm-up."""
    encode, search, whole = [], [], []
    allowed = kb.snapshot.allowed(utc_now(), ANYBODY)
    for text, _ in corpus.asked[:200]:
        start = time.perf_counter()
        vector = encoder.encode([text])
        encoded = time.perf_counter()
        kb.snapshot.nearest(vector, allowed=allowed)
        searched = time.perf_counter()
        await kb.ask(text)
        whole.append(time.perf_counter() - searched)
        encode.append(encoded - start)
        search.append(searched - encoded)
    parts = {"encode": encode, "exact FAISS": search, "whole `ask`": whole}
    return {name: 1000 * median(times[20:]) for name, times in parts.items()}


def _table(corpus: Corpus, rows: dict[str, Row], latencies: dict[str, float]) -> str:
    spent = ", ".join(f"{name} {ms:.2f} ms" for name, ms in latencies.items())
    return "\n".join(
        [
            f"### {corpus.name}: {len(corpus.drafts)} articles, {len(corpus.asked)} questions",
            "",
            "| ranking | R@1 | R@3 |",
            "|---|---|---|",
            *(f"| {name} | {row} |" for name, row in rows.items()),
            "",
            f"Medians: {spent}.",
            "",
        ]
    )


def main() -> None:
    """Print a table per corpus; covidfaq only where its data lie beside the project."""
    encoder = OnnxEncoder.load(ROOT / "var/encoder")
    corpora = [our_corpus()] + ([covidfaq_corpus()] if COVIDFAQ.exists() else [])

    def work(url: str) -> None:
        for corpus in corpora:
            print(asyncio.run(run(url, encoder, corpus)))

    in_throwaway_postgres(work)
    if not COVIDFAQ.exists():
        print("covidfaq was not measured: its data are not beside the project.")


if __name__ == "__main__":
    main()
