"""Fits calibration.json on our own questions: `python -m knowledge_base.calibrate`.

Runs the real search on the starter articles in a throw-away embedded PostgreSQL.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from kit.database import Base, Database
from kit.embedded import EmbeddedPostgres
from knowledge_base.answering import KnowledgeBase, clean_question
from knowledge_base.answers import Verdict
from knowledge_base.calibration import DEFAULT_FILE, Calibration, Signals, signals_of
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.models import Article
from knowledge_base.questions import Question, fit_questions, held_out_questions
from knowledge_base.service import import_starter

WANTED_PRECISION = 0.95
"""Of the answers given as sure, on the questions fitted on."""
WANTED_SILENCE = 0.8
"""Share of the unanswerable questions, on those fitted on, that must end in an honest `unknown`."""
RIDGE = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """How one question was ranked."""

    group: str
    signals: Signals
    right: bool
    place: int | None
    """Where the right article was ranked, from 0; None when it was not."""


async def observe(kb: KnowledgeBase, questions: Sequence[Question]) -> list[Observation]:
    """Rank every question with the real search."""
    observations = []
    async with kb.database.session() as session:
        rows = await session.execute(select(Article.id, Article.slug))
        slug_of: dict[UUID, str] = {row.id: row.slug for row in rows}
        for question in questions:
            ranked = await kb.rank(session, clean_question(question.text))
            slugs = [slug_of[each.article_id] for each in ranked]
            place = next((at for at, slug in enumerate(slugs) if slug in question.slugs), None)
            observations.append(Observation(question.group, signals_of(ranked), place == 0, place))
    return observations


def fit(observations: Sequence[Observation]) -> Calibration:
    """Logistic regression with a small ridge, then the two thresholds."""
    signals = _matrix(observations)
    right = np.asarray([each.right for each in observations], dtype=np.float64)
    mean, spread = signals.mean(axis=0), signals.std(axis=0)
    weights = _logistic((signals - mean) / spread, right)
    slopes = weights[1:] / spread
    names = [each.name for each in fields(Signals)]
    model = Calibration(
        coefficients={name: round(float(s), 4) for name, s in zip(names, slopes, strict=True)},
        intercept=round(float(weights[0] - slopes @ mean), 4),
        sure_from=1.0,
        unsure_from=0.0,
    )
    chances = np.asarray([model.probability(each.signals) for each in observations])
    unanswerable = np.asarray([each.group != "answerable" for each in observations])
    sure = _sure_from(chances, right)
    unsure = min(float(np.quantile(chances[unanswerable], WANTED_SILENCE)), sure)
    return Calibration(model.coefficients, model.intercept, round(sure, 4), round(unsure, 4))


def measure(model: Calibration, observations: Sequence[Observation]) -> dict[str, Any]:
    """What these observations show about the model."""
    chances = np.asarray([model.probability(each.signals) for each in observations])
    right = np.asarray([each.right for each in observations])
    answerable = np.asarray([each.group == "answerable" for each in observations])
    verdicts = np.asarray([model.verdict(float(chance)) for chance in chances])
    ordered = right[answerable][np.argsort(-chances[answerable])]
    sure = verdicts == Verdict.SURE
    return {
        "questions": len(observations),
        "recall_at_1": _round(right[answerable].mean()),
        "recall_at_3": _round(
            np.mean(
                [each.place in (0, 1, 2) for each in observations if each.group == "answerable"]
            )
        ),
        "auroc_right": auroc(chances, right),
        "auroc_answerable": auroc(chances, answerable),
        "precision_of_sure": _round(right[sure].mean()) if sure.any() else None,
        "precision_at_coverage": {
            str(part): _round(ordered[: round(part * len(ordered))].mean())
            for part in (0.5, 0.7, 0.9)
        },
        "verdicts": {
            group: {
                verdict.value: _round(
                    np.mean(verdicts[[e.group == group for e in observations]] == verdict)
                )
                for verdict in Verdict
            }
            for group in ("answerable", "on_topic", "off_topic")
        },
    }


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    ups, downs = scores[positive][:, None], scores[~positive][None, :]
    return _round(np.mean((ups > downs) + 0.5 * (ups == downs)))


def _matrix(observations: Sequence[Observation]) -> Floats:
    return np.asarray([astuple(each.signals) for each in observations], dtype=np.float64)


def _logistic(inputs: Floats, right: Floats) -> Floats:
    """Newton's method; the intercept is not shrunk."""
    design = np.column_stack([np.ones(len(inputs)), inputs])
    ridge = np.diag([0.0] + [RIDGE] * inputs.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-design @ weights))
        slope = design.T @ (right - chance) - ridge @ weights
        bend = (design * (chance * (1.0 - chance))[:, None]).T @ design + ridge
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _sure_from(chances: Floats, right: Floats) -> float:
    """The lowest threshold from which on the answers are precise enough."""
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= WANTED_PRECISION)
    return float(chances[order][enough[-1]]) if len(enough) else 1.0


def _round(value: Any) -> float:
    return round(float(value), 3)


async def calibrate(url: str, encoder: OnnxEncoder) -> Calibration:
    """Import the starter articles into an empty database, fit, and measure on the held-out part."""
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with database.session() as session:
            await import_starter(session, encoder=encoder, load_bulk=None)
            await session.commit()
        kb = KnowledgeBase(database, encoder, Calibration({}, 0.0, 1.0, 1.0))
        await kb.start()
        model = fit(await observe(kb, fit_questions()))
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
