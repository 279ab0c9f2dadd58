"""Judges what a model understood: figures, calibration, and the ladder's thresholds.

Python 3.10, numpy and YAML, no Rasa. Used by bot/calibrate.py and benchmarks/nlu.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
import yaml

NONE = "none"
FOREIGN = frozenset({NONE, "out_of_scope"})
# These only talk, or do nothing when nothing is open: acting on them wrongly does no harm.
INTENTS = Path(__file__).resolve().parents[2] / "nlu_data" / "intents.yml"
HARMLESS = frozenset(yaml.safe_load(INTENTS.read_text(encoding="utf-8"))["only_talk"])
BINS = 10
FALSE_REJECTION = 0.05
MOST_WRONG_ON_FOREIGN = 0.03


@dataclass(frozen=True)
class Judged:
    """One sentence: what it means (`none`: nothing we know), and the readings, best first."""

    truth: str
    names: tuple[str, ...]
    confidences: tuple[float, ...]

    @property
    def best(self) -> str:
        return self.names[0] if self.names else NONE

    @property
    def confidence(self) -> float:
        return self.confidences[0] if self.confidences else 0.0

    @property
    def margin(self) -> float:
        return self.confidence - (self.confidences[1] if len(self.confidences) > 1 else 0.0)

    @property
    def right(self) -> bool:
        return self.best == self.truth


@dataclass(frozen=True)
class Steps:
    """The ladder: act from `sure`, or from `talk` on what is harmless, with `margin` to the second.

    Below that it asks back, and from `close` down it rejects.
    """

    sure: float
    talk: float
    close: float
    margin: float

    def decide(self, judged: Judged) -> str:
        """Return act, ask or reject."""
        if judged.confidence < self.close:
            return "reject"
        needed = self.talk if judged.best in HARMLESS else self.sure
        return "act" if judged.confidence >= needed and judged.margin >= self.margin else "ask"


def describe(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of a set, rounded; those about `none` only when there are any."""
    known = [each for each in judged if each.truth != NONE]
    foreign = [each for each in judged if each.truth == NONE]
    figures = {
        "sentences": len(known),
        "accuracy": accuracy(known),
        "macro_f1": macro_f1(known),
        "ece": calibration_error(known),
    }
    if foreign:
        figures |= {
            "none": len(foreign),
            "none_recall_at_5": none_recall(judged),
            "mcc_best": best_mcc(judged)[0],
        }
    return {name: round(value, 4) for name, value in figures.items()}


def accuracy(judged: Sequence[Judged]) -> float:
    return float(np.mean([each.right for each in judged]))


def macro_f1(judged: Sequence[Judged]) -> float:
    """Return the mean F1 over the intents that the sentences really have."""
    return float(np.mean([_f1(judged, name) for name in {each.truth for each in judged}]))


def reliability(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """Return mean confidence, share that is right and count of each filled tenth."""
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for each in judged:
        bins[min(int(each.confidence * BINS), BINS - 1)].append(each)
    return [
        (float(np.mean([e.confidence for e in each])), accuracy(each), len(each))
        for each in bins
        if each
    ]


def calibration_error(judged: Sequence[Judged]) -> float:
    """Return the expected calibration error over ten bins."""
    gaps = [count * abs(stated - found) for stated, found, count in reliability(judged)]
    return sum(gaps) / len(judged)


def none_recall(judged: Sequence[Judged]) -> float:
    """Return how many `none` are rejected when one in twenty of the others is, too."""
    known = [each.confidence for each in judged if each.truth != NONE]
    threshold = float(np.quantile(known, FALSE_REJECTION))
    return float(np.mean([each.confidence < threshold for each in judged if each.truth == NONE]))


def mcc(judged: Sequence[Judged], threshold: float) -> float:
    """Return Matthews' correlation, everything below the threshold taken for `none`."""
    found = [each.best if each.confidence >= threshold else NONE for each in judged]
    names = sorted({*found, *(each.truth for each in judged)})
    place = {name: index for index, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    for each, name in zip(judged, found, strict=True):
        table[place[each.truth], place[name]] += 1
    return _correlation(table)


def best_mcc(judged: Sequence[Judged]) -> tuple[float, float]:
    """Return the best correlation any threshold gives, and that threshold: an oracle's choice."""
    thresholds = np.quantile([each.confidence for each in judged], np.linspace(0, 0.99, 100))
    return max((mcc(judged, float(each)), float(each)) for each in thresholds)


def choose_steps(judged: Sequence[Judged]) -> Steps:
    """Return the steps that cost the customers of these sentences least.

    A wrong act costs most, a question back or a rejected right reading less. Steps that let too
    many `none` through to an act are not considered while others are left.
    """
    candidates = [
        Steps(sure, talk, close, margin)
        for sure, talk, close, margin in product(
            _grid(0.5, 0.95), _grid(0.4, 0.7), _grid(0.3, 0.5), (0.05, 0.1, 0.2)
        )
        if close <= talk <= sure
    ]
    safe = [each for each in candidates if wrong_on_none(judged, each) <= MOST_WRONG_ON_FOREIGN]
    return min(safe or candidates, key=lambda steps: sum(_cost(e, steps) for e in judged))


def no_bolder(steps: Steps, other: Steps) -> Steps:
    """Return the steps raised to another's: a language with less data must not dare more."""
    return Steps(
        max(steps.sure, other.sure),
        max(steps.talk, other.talk),
        max(steps.close, other.close),
        max(steps.margin, other.margin),
    )


def wrong_on_none(judged: Iterable[Judged], steps: Steps) -> float:
    """Return the share of what is not ours that an intent with an effect is acted upon for."""
    foreign = [each for each in judged if each.truth in FOREIGN]
    wrong = [steps.decide(each) == "act" and each.best not in HARMLESS for each in foreign]
    return float(np.mean(wrong)) if wrong else 0.0


def describe_steps(judged: Sequence[Judged], steps: Steps) -> dict[str, float]:
    """Return what the steps do to the sentences."""
    known = [each for each in judged if each.truth != NONE]
    done = [steps.decide(each) for each in known]
    right = [each.right for each in known]
    acted = [ok for ok, what in zip(right, done, strict=True) if what == "act"]
    return {
        **asdict(steps),
        "acted": round(done.count("act") / len(done), 4),
        "right_of_acted": round(float(np.mean(acted)) if acted else 0.0, 4),
        "asked": round(done.count("ask") / len(done), 4),
        "rejected": round(done.count("reject") / len(done), 4),
        "wrong_action_on_none": round(wrong_on_none(judged, steps), 4),
    }


def _cost(judged: Judged, steps: Steps) -> float:
    done = steps.decide(judged)
    if judged.truth == NONE:
        harmful = judged.best not in HARMLESS
        return {"act": 3.0 * harmful, "ask": 1.0 * harmful, "reject": 0.0}[done]
    if done == "act":
        return 0.0 if judged.right else 3.0
    # Below the ladder the knowledge base is asked: just what a question wants.
    if done == "reject":
        return 0.0 if judged.truth == "ask_question" else 2.0
    return 1.0 if judged.truth in judged.names[:2] else 2.0


def _grid(low: float, high: float) -> list[float]:
    return [round(float(each), 2) for each in np.arange(low, high + 1e-9, 0.05)]


def _f1(judged: Sequence[Judged], name: str) -> float:
    hits = sum(each.right for each in judged if each.truth == name)
    said = sum(each.best == name for each in judged)
    meant = sum(each.truth == name for each in judged)
    return 2 * hits / (said + meant)


def _correlation(table: np.ndarray) -> float:
    total, hits = table.sum(), np.trace(table)
    meant, said = table.sum(axis=1), table.sum(axis=0)
    spread = (total**2 - (said**2).sum()) * (total**2 - (meant**2).sum())
    return float((hits * total - (meant * said).sum()) / np.sqrt(spread)) if spread else 0.0
