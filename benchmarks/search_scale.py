"""Search at 10,000 and 200,000 passages: time, recall, memory, loading, and one article exchanged.

Run by `python -m benchmarks.search_scale [PASSAGES …]` from the project's root, on an idle machine.
Texts are made of our own articles' sentences with words exchanged. Encoding 200,000 of them would
take half an hour, so a sample is encoded and every vector is a sentence's, moved a little.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import psycopg

from kit.clock import utc_now
from kit.database import Base, Database, as_libpq_url
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import ANYBODY
from knowledge_base.calibrate import in_throwaway_postgres
from knowledge_base.calibration import Calibration
from knowledge_base.chunking import cut, plain_text
from knowledge_base.drafts import read_folder
from knowledge_base.encoder import OnnxEncoder, Vectors
from knowledge_base.questions import held_out_questions

ROOT = Path(__file__).parents[1]
PER_ARTICLE = 10
ASKED = 100
SAMPLE = 500
"""Passages really encoded."""
NOISE = 0.35
"""Length of what is added to a sentence's unit vector before it is made one again."""


def make_texts(count: int, seed: int = 1) -> list[str]:
    """Passages of the starter articles in other orders, with some words of their own."""
    drawn = np.random.default_rng(seed)
    sentences = [
        sentence
        for draft in read_folder()
        for piece in cut(draft.body)
        for sentence in plain_text(piece.text).split(". ")
        if len(sentence.split()) > 4
    ]
    names = [
        f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ala", "eno", "iru", "oly") for c in "xzvwh"
    ]
    return [
        ". ".join(sentences[at] for at in drawn.integers(len(sentences), size=4))
        + " "
        + " ".join(
            names[at] + str(drawn.integers(200)) for at in drawn.integers(len(names), size=3)
        )
        for _ in range(count)
    ]


def make_vectors(encoder: OnnxEncoder, texts: list[str], count: int) -> Vectors:
    """A vector for each passage: one of a sample of real ones, moved a little."""
    drawn = np.random.default_rng(2)
    real = encoder.encode(texts[:SAMPLE])
    made = real[np.arange(count) % len(real)]
    noise = drawn.normal(size=made.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    made = made + NOISE * noise
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def fill(url: str, encoder: OnnxEncoder, texts: list[str], vectors: Vectors) -> None:
    """Articles of ten passages each: a title and nine to quote."""
    with psycopg.connect(as_libpq_url(url)) as connection:
        ids = [uuid4() for _ in range(len(texts) // PER_ARTICLE)]
        versions = [uuid4() for _ in ids]
        with connection.cursor() as cursor:
            with cursor.copy("COPY articles (id, slug, created_at) FROM STDIN") as copy:
                for number, key in enumerate(ids):
                    copy.write_row((key, f"article-{number}", utc_now()))
            columns = "id, article_id, number, state, title, body, content_hash, owner, stage"
            with cursor.copy(
                f"COPY article_versions ({columns}, audience, language, tags, asked_as, author,"
                " created_at, published_at) FROM STDIN"
            ) as copy:
                for number, (key, version) in enumerate(zip(ids, versions, strict=True)):
                    copy.write_row(
                        (
                            *(version, key, 1, "published", f"Article {number}", "Body.", "-"),
                            *("bench", "any", "public", "en", [], [], "bench"),
                            *(utc_now(), utc_now()),
                        )
                    )
            with cursor.copy(
                "COPY passages (version_id, kind, ordinal, text, vector, encoder, config, heading)"
                " FROM STDIN"
            ) as copy:
                for at, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
                    kind = "title" if at % PER_ARTICLE == 0 else "passage"
                    words = " ".join(text.split()[:6]) if kind == "title" else text
                    copy.write_row(
                        (
                            *(versions[at // PER_ARTICLE], kind, at % PER_ARTICLE, words),
                            *(vector.tobytes(), encoder.identity, "english", ""),
                        )
                    )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


async def run(url: str, encoder: OnnxEncoder, count: int) -> list[str]:
    """Fill an empty database, load the index, ask, exchange; return a column of figures."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    texts = make_texts(count)
    vectors = make_vectors(encoder, texts, count)
    await asyncio.to_thread(fill, url, encoder, texts, vectors)
    del vectors, texts
    before = _memory()
    kb = KnowledgeBase(database, encoder, Calibration.load())
    loaded = await _timed(kb.start)
    settled = await _timed(kb.index.stop)
    held = _memory() - before
    questions = [each.text for each in held_out_questions()][:ASKED]
    asked = encoder.encode(questions)
    figures = [
        f"{count:,}",
        f"{loaded / 1000:.1f} s",
        f"{settled / 1000:.1f} s",
        f"{held:,.0f} MiB",
        f"{_peak():,.0f} MiB",
        *_search(kb, asked),
        *await _whole(kb, questions),
        await _publish(kb),
        _of([await _timed(kb.index.verify) for _ in range(3)]),
    ]
    await database.close()
    return figures


def _search(kb: KnowledgeBase, asked: Vectors) -> list[str]:
    snapshot = kb.snapshot
    allowed = snapshot.allowed(utc_now(), ANYBODY)
    matrix = snapshot.base.vectors.matrix
    hits, exact, chosen = [], [], []
    flat = snapshot.base.vectors.exactly
    for vector in asked:
        right = set(np.argsort(-(matrix @ vector))[:10].tolist())
        found = snapshot.nearest(vector, allowed=allowed, count=10)
        hits.append(len(right & {at for at, _ in found}) / 10)
        exact.append(_clocked(partial(flat, vector, allowed[: len(matrix)], 64)))
        chosen.append(_clocked(partial(snapshot.nearest, vector, allowed=allowed)))
    filters = [_clocked(lambda: snapshot.allowed(utc_now(), ANYBODY)) for _ in range(50)]
    return [_of(exact), _of(chosen), f"{np.mean(hits):.3f}", _of(filters)]


async def _whole(kb: KnowledgeBase, questions: list[str]) -> list[str]:
    """Everything up to the ranked articles: encoding, both indexes, fusion, filters."""
    times = []
    async with kb.database.session() as session:
        for text in questions:
            start = time.perf_counter()
            await kb.rank(session, text)
            times.append(1000 * (time.perf_counter() - start))
    return [_of(times[20:])]


async def _publish(kb: KnowledgeBase) -> str:
    keys = [article.article_id for article in kb.snapshot.base.articles[:20]]
    return _of([await _timed(partial(kb.index.refresh, key)) for key in keys])


def encoding(encoder: OnnxEncoder) -> str:
    """Our encoding beside the bare forward pass on the same, already cut sentences."""
    questions = [each.text for each in held_out_questions()][:ASKED]
    fed = [encoder.feed(text) for text in questions]
    ours, bare = [], []
    for text, inputs in list(zip(questions, fed, strict=True)) * 3:
        bare.append(_clocked(partial(encoder.forward, inputs)))
        ours.append(_clocked(partial(encoder.encode, [text])))
    return f"{_of(ours)} beside {_of(bare)} bare: {np.median(ours) / np.median(bare):.2f} times"


def _clocked(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return 1000 * (time.perf_counter() - start)


def _of(times: list[float]) -> str:
    return f"{np.percentile(times, 50):.2f} / {np.percentile(times, 95):.2f} ms"


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


NAMES = (
    "passages",
    "load from PostgreSQL and build",
    "sort into cells, in the background",
    "memory of the index",
    "peak memory of the process",
    "nearest 64, exact, p50 / p95",
    "nearest 64, as served, p50 / p95",
    "recall@10 against exact",
    "filters, p50 / p95",
    "whole search, p50 / p95",
    "exchange one article, p50 / p95",
    "check against PostgreSQL, p50 / p95",
)


def _run(encoder: OnnxEncoder, count: int, url: str) -> list[str]:
    return asyncio.run(run(url, encoder, count))


def main() -> None:
    """Print a table with a column per size."""
    counts = [int(each) for each in sys.argv[1:]] or [10_000, 200_000]
    encoder = OnnxEncoder.load(ROOT / "var/encoder")
    print(f"Encoding a question: {encoding(encoder)}", flush=True)
    columns = []
    for count in counts:
        columns.append(in_throwaway_postgres(partial(_run, encoder, count)))
        print(columns[-1], file=sys.stderr, flush=True)
    print("\n| | " + " | ".join(column[0] for column in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name, *values in zip(NAMES[1:], *(column[1:] for column in columns), strict=True):
        print(f"| {name} | " + " | ".join(values) + " |")


if __name__ == "__main__":
    main()
