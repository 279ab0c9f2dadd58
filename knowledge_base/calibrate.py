"""Fits calibration.json on our own questions: `python -m knowledge_base.calibrate`.

Runs the real search on the starter articles in a throw-away embedded PostgreSQL. `fit_base` fits
any base, on its own phrasings when nothing else is there.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kit.database import Base, Database
from kit.embedded import EmbeddedPostgres
from knowledge_base.answering import KnowledgeBase, clean_question
from knowledge_base.answers import ANYBODY
from knowledge_base.calibration import DEFAULT_FILE, Calibration
from knowledge_base.drafts import Draft
from knowledge_base.encoder import Encoder, OnnxEncoder
from knowledge_base.fitting import Case, Observation, choose_weights, fit, measure, observe_case
from knowledge_base.models import Article
from knowledge_base.own_questions import EVERYTHING, list_own_cases
from knowledge_base.questions import Question, fit_questions, held_out_questions
from knowledge_base.service import import_drafts, import_starter

NOT_YET = Calibration({}, 0.0, 1.0, 1.0)
ENOUGH_UNANSWERABLE = 50
"""From this many on, made-up ones (the right article left out) are not needed."""


async def observe(kb: KnowledgeBase, questions: Sequence[Question]) -> list[Observation]:
    """Rank every question with the real search."""
    return [observe_case(case) for case in await list_cases(kb, questions, but_itself=False)]


async def list_cases(
    kb: KnowledgeBase, questions: Sequence[Question], *, but_itself: bool = True
) -> list[Case]:
    """Everything found for every question; a refused question is not compared with itself."""
    cases = []
    async with kb.database.session() as session:
        rows = await session.execute(select(Article.id, Article.slug))
        id_of: dict[str, UUID] = {row.slug: row.id for row in rows}
        for question in questions:
            query = await kb.read(
                session,
                clean_question(question.text),
                known_as=question.text if but_itself else None,
            )
            ranked = kb.search(query, kb.snapshot, count=EVERYTHING)
            relevant = frozenset(id_of[slug] for slug in question.slugs)
            cases.append(Case(question.group, tuple(ranked), relevant, query.refused))
    return cases


async def fit_base(
    database: Database, encoder: Encoder, questions: Sequence[Question] = ()
) -> Calibration:
    """Fit to a base: on its own phrasings, and on these questions, of which none is measured on."""
    refused = [question.text for question in questions if not question.slugs]
    kb = KnowledgeBase(database, encoder, Calibration({}, 0.0, 1.0, 1.0, refused=tuple(refused)))
    await kb.start()
    asked = await list_cases(kb, questions)
    async with database.session() as session:
        own = await list_own_cases(session, kb.snapshot, reader=ANYBODY, now=kb.clock())
    weights = choose_weights([*asked, *own])
    answerable = [case for case in asked if case.relevant]
    if len(refused) >= ENOUGH_UNANSWERABLE:
        return fit(asked, weights, refused=refused)
    pairs = answerable or own
    removed = [case.without_answer() for case in pairs]
    hopeless = [case for case in asked if not case.relevant]
    return fit([*pairs, *removed, *hopeless], weights, refused=refused)


async def fill(database: Database, drafts: Sequence[Draft], encoder: Encoder) -> None:
    """Begin anew with exactly these articles: for databases that are thrown away."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with database.session() as session:
        await import_drafts(session, drafts, encoder=encoder, load_bulk=None)
        await session.commit()


async def calibrate(url: str, encoder: OnnxEncoder) -> Calibration:
    """Import the starter articles into an empty database, fit, and measure on the held-out part."""
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with database.session() as session:
            await import_starter(session, encoder=encoder, load_bulk=None)
            await session.commit()
        model = await fit_base(database, encoder, fit_questions())
        kb = KnowledgeBase(database, encoder, model)
        await kb.start()
        model.measured.update(measure(model, await observe(kb, held_out_questions())))
        return model
    finally:
        await database.close()


def in_throwaway_postgres(work: Callable[[str], Any]) -> Any:
    """Run the work with the URL of an empty database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="carehouse-calibrate-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # The embedded server may run as a user of its own.
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            return work(server.start())
        finally:
            server.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, store, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=Path("var/encoder"))
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE)
    chosen = parser.parse_args(arguments)
    encoder = OnnxEncoder.load(chosen.encoder)
    model = in_throwaway_postgres(lambda url: asyncio.run(calibrate(url, encoder)))
    model.save(chosen.out)
    sys.stdout.write(json.dumps(model.measured, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
