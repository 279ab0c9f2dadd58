"""kill -9 while articles are published and embedded anew: what is served is whole, and found."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sqlalchemy import text

from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from knowledge_base.mending import mend
from tests.knowledge_base.conftest import ENCODER_FOLDER
from tests.knowledge_base.publisher import Other

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PUBLISH_KILLS", "2"))
MOST_MORE = 8
START_S = 120.0

_SERVED = text("""
    SELECT a.slug, v.title, v.body,
        (SELECT count(*) FROM passages p WHERE p.version_id = v.id) AS passages,
        (SELECT string_agg(p.text, ' ') FROM passages p WHERE p.version_id = v.id) AS said
    FROM article_versions v JOIN articles a ON a.id = v.article_id WHERE v.state = 'published'
""")
_TWICE = text("""
    SELECT article_id FROM article_versions WHERE state = 'published'
    GROUP BY article_id HAVING count(*) > 1
""")
_VECTORS = text("SELECT vector FROM passages UNION ALL SELECT vector FROM passage_vectors")


def run_and_kill(url: str, *, seed: int, after: int) -> None:
    """Let a process publish; kill it a moment after so many of its commits."""
    command = [sys.executable, "-m", "tests.knowledge_base.publisher"]
    process = subprocess.Popen(
        [*command, url, str(ENCODER_FOLDER), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    give_up = time.monotonic() + START_S
    for _ in range(after):
        assert time.monotonic() < give_up
        assert process.stdout.readline(), process.communicate()[1][-2000:]
    time.sleep(random.uniform(0.0, 0.15))
    process.kill()
    process.communicate()


async def check(database: Database, encoder, calibration) -> int:
    """Everything that is served is whole and found; return how many articles that are."""
    async with database.session() as session:
        served = (await session.execute(_SERVED)).all()
        assert (await session.execute(_TWICE)).all() == []
        vectors = (await session.execute(_VECTORS)).scalars().all()
    for row in served:
        numbers = set(re.findall(r"\d{2,}", f"{row.title} {row.body} {row.said}"))
        assert len(numbers) == 1, f"{row.slug} is half one version and half another"
        assert row.passages >= 9
    lengths = [np.linalg.norm(np.frombuffer(vector, np.float32)) for vector in vectors]
    assert np.allclose(lengths, 1.0, atol=1e-3)
    kb = KnowledgeBase(database, encoder, calibration)
    await kb.start()
    assert kb.snapshot.articles == len(served)
    assert kb.snapshot.foreign == 0
    assert await kb.index.verify() == 0
    for row in served:
        answer = await kb.ask(f"What is {row.title.lower()}?")
        assert answer.citation is not None
        assert answer.citation.slug == row.slug
    return len(served)


async def test_a_killed_publisher_leaves_a_whole_index(database, encoder, always_sure):
    chance = random.Random(7)
    seen = kills = 0
    # A publisher also withdraws: where it was killed, nothing may be served for once.
    while kills < KILLS or (not seen and kills < KILLS + MOST_MORE):
        run_and_kill(database.url, seed=100 * kills, after=chance.randint(3, 20))
        seen += await check(database, encoder, always_sure)
        kills += 1
    assert seen, "nothing was ever served"
    await check_that_embedding_goes_on(database, encoder, always_sure)


async def check_that_embedding_goes_on(database: Database, encoder, calibration) -> None:
    """Whatever was embedded when the process died, the next one completes it."""
    kb = KnowledgeBase(database, encoder, calibration)
    await kb.start()
    another = Other(encoder, "after-the-kill/384")
    await mend(database, kb.index, another)
    again = KnowledgeBase(database, another, calibration)
    await again.start()
    assert again.snapshot.size == kb.snapshot.size
    assert again.snapshot.foreign == 0
