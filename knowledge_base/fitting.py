"""Fits fusion weights, coefficients and thresholds to ranked cases, and measures them. Pure.

Called by knowledge_base.calibrate and knowledge_base.evaluation.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge_base.answers import Verdict
from knowledge_base.calibration import Calibration, Signals, signals_of
from knowledge_base.search import Ranked, Weights

WANTED_PRECISION = 0.95
"""Of the answers given as sure, on the questions fitted on."""
WANTED_SILENCE = 0.8
"""Share of the unanswerable questions, on those fitted on, that must end in an honest `unknown`."""
RIDGE = 0.5
CENTRES = (0.3, 0.5, 0.7)
LEXICALS = (0.0, 0.05, 0.1, 0.15, 0.2)
APARTS = (0.0, 0.25, 0.5, 0.75, 1.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, everything that was found for it, and what would have been right."""

    group: str
    ranked: tuple[Ranked, ...]
    relevant: frozenset[UUID]
    refused: float = 0.0
    """Cosine to the closest other question known to have no answer."""

    def without_answer(self) -> "Case":
        """The same question in a base that lacks the articles that answer it."""
        others = tuple(each for each in self.ranked if each.article_id not in self.relevant)
        return Case("removed", others, frozenset(), self.refused)

    def weighed(self, weights: Weights) -> "Case":
        """The same candidates, ordered by other weights."""
        scored = [replace(each, score=_score(each, weights)) for each in self.ranked]
        scored.sort(key=lambda each: (-each.score, str(each.article_id)))
        return replace(self, ranked=tuple(scored))


@dataclass(frozen=True, slots=True)
class Observation:
    """How one question was ranked."""

    group: str
    signals: Signals
    right: bool
    place: int | None
    """Where the first right article was ranked, from 0; None when it was not."""


def observe_case(case: Case) -> Observation:
    """What the ranking of a case tells. Something must have been found."""
    found = (at for at, each in enumerate(case.ranked) if each.article_id in case.relevant)
    place = next(found, None)
    signals = signals_of(case.ranked, refused=case.refused)
    return Observation(case.group, signals, place == 0, place)


def choose_weights(cases: Sequence[Case]) -> Weights:
    """The weights under which the right articles come first most often; the default wins ties."""
    answerable = [case for case in cases if case.relevant and len(case.ranked) > 1]
    grid = [Weights()]
    for centre, lexical, apart in product(CENTRES, LEXICALS, APARTS):
        grid.append(Weights(1 - centre, centre, lexical, apart))
    tables = [(_table(case), _rightness(case)) for case in answerable]
    tables = [(table, right) for table, right in tables if right.any()]
    return (
        max(grid, key=lambda weights: _mean_reciprocal_rank(tables, weights)) if tables else grid[0]
    )


def fit(cases: Sequence[Case], weights: Weights, *, refused: Sequence[str] = ()) -> Calibration:
    """Logistic regression in which no signal counts against an answer, then the two thresholds."""
    observations = [observe_case(case.weighed(weights)) for case in cases if case.ranked]
    signals = np.asarray([astuple(each.signals) for each in observations], dtype=np.float64)
    right = np.asarray([each.right for each in observations], dtype=np.float64)
    mean, spread = signals.mean(axis=0), np.maximum(signals.std(axis=0), 1e-6)
    found = _logistic((signals - mean) / spread, right)
    slopes = found[1:] / spread
    names = [each.name for each in fields(Signals)]
    model = Calibration(
        coefficients={name: round(float(s), 4) for name, s in zip(names, slopes, strict=True)},
        intercept=round(float(found[0] - slopes @ mean), 4),
        sure_from=1.0,
        unsure_from=0.0,
    )
    chances = np.asarray([model.probability(each.signals) for each in observations])
    hopeless = np.asarray([each.group != "answerable" for each in observations])
    sure = _sure_from(chances, right)
    unsure = min(float(np.quantile(chances[hopeless], WANTED_SILENCE)), sure)
    return replace(
        model,
        sure_from=round(sure, 4),
        unsure_from=round(unsure, 4),
        weights=weights,
        refused=tuple(refused),
    )


def measure(model: Calibration, observations: Sequence[Observation]) -> dict[str, Any]:
    """What these observations show about the model."""
    chances = np.asarray([model.probability(each.signals) for each in observations])
    right = np.asarray([each.right for each in observations])
    answerable = np.asarray([each.group == "answerable" for each in observations])
    verdicts = np.asarray([model.verdict(float(chance)) for chance in chances])
    sure = verdicts == Verdict.SURE
    places = [each.place for each in observations if each.group == "answerable"]
    return {
        "questions": len(observations),
        "recall_at_1": _round(right[answerable].mean()),
        "recall_at_3": _round(np.mean([place in (0, 1, 2) for place in places])),
        "auroc_right": auroc(chances, right),
        "auroc_answerable": auroc(chances, answerable),
        "precision_of_sure": _round(right[sure].mean()) if sure.any() else None,
        "precision_at_coverage": {
            str(part): precision_at(part, chances[answerable], right[answerable])
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


def precision_at(coverage: float, confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Share of right answers when only the surest part of the questions is answered."""
    order = np.argsort(-confidence, kind="stable")
    return _round(right[order][: max(round(coverage * len(order)), 1)].mean())


def _score(each: Ranked, weights: Weights) -> float:
    return float(np.dot(_row(each), astuple(weights)))


def _row(each: Ranked) -> tuple[float, float, float, float]:
    """In the order of the fields of Weights."""
    return each.best, each.centre, each.lexical, each.apart


def _table(case: Case) -> Floats:
    return np.asarray([_row(each) for each in case.ranked])


def _rightness(case: Case) -> NDArray[np.bool_]:
    return np.asarray([each.article_id in case.relevant for each in case.ranked])


def _mean_reciprocal_rank(
    tables: Sequence[tuple[Floats, NDArray[np.bool_]]], weights: Weights
) -> float:
    total = 0.0
    for table, right in tables:
        scores = table @ np.asarray(astuple(weights))
        total += 1.0 / (1 + int((scores > scores[right].max()).sum()))
    return round(total / len(tables), 6)


def _logistic(inputs: Floats, right: Floats) -> Floats:
    """With a small ridge; every slope is at least zero, the intercept is free."""
    design = np.column_stack([np.ones(len(inputs)), inputs])
    signs = 2.0 * right - 1.0

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (design @ weights)
        slope = -(design.T @ (signs / (1.0 + np.exp(np.clip(margins, -500, 500)))))
        slope[1:] += RIDGE * weights[1:]
        cost = float(np.logaddexp(0.0, -margins).sum() + RIDGE / 2 * (weights[1:] ** 2).sum())
        return cost, slope

    bounds = [(None, None), *[(0.0, None)] * inputs.shape[1]]
    start = np.zeros(design.shape[1])
    found: Floats = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    return found


def _sure_from(chances: Floats, right: Floats) -> float:
    """The lowest threshold from which on the answers are precise enough."""
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= WANTED_PRECISION)
    return float(chances[order][enough[-1]]) if len(enough) else 1.0


def _round(value: Any) -> float:
    return round(float(value), 3)
