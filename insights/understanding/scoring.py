"""Measures understanding: accuracy, F1, wrong actions, calibration; compares two models.

Pure. Figures come from scikit-learn, except the expected calibration error (Naeini et al. 2015),
which it does not have.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insights.understanding.engine_tools import Understood
from insights.understanding.intents import acting_intents

NONE = "none"
"""The label of a message that no intent fits; the right answer is not to act."""

_FOREIGN = frozenset({NONE, "out_of_scope"})
_BINS = 10


@dataclass(frozen=True)
class Bin:
    """One bar of a reliability plot: how sure the model said it was, how often it was right."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True)
class Confusion:
    """How often one intent was taken for another."""

    meant: str
    understood: str
    count: int


@dataclass(frozen=True)
class Scores:
    """How well a model understands labelled messages. `fit` counts the ones some intent fits."""

    count: int
    fit: int
    accuracy: float
    macro_f1: float
    mcc: float
    wrong_actions: float
    calibration_error: float
    p50_ms: float
    p95_ms: float
    bins: tuple[Bin, ...]
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True)
class Difference:
    """A message that two models understand differently."""

    text: str
    before: str
    after: str


def score(labels: Sequence[str], understood: Sequence[Understood]) -> Scores:
    """Score (label, answer) pairs; the ranking's best reading counts, whatever the threshold.

    `wrong_actions` is the share of messages that fit nothing, or are out of scope, that the bot
    would have acted on. Errors: ValueError when there is nothing to score.
    """
    # Imported only here: it costs two seconds, and every app process would wait for them.
    from sklearn.metrics import f1_score, matthews_corrcoef  # noqa: PLC0415  as just said

    if not labels or len(labels) != len(understood):
        raise ValueError("labels and answers must be equally many, and at least one")
    fitting = [pair for pair in zip(labels, understood, strict=True) if pair[0] != NONE]
    others = [each for label, each in zip(labels, understood, strict=True) if label in _FOREIGN]
    meant = [label for label, _ in fitting]
    best = [best_reading(each) for _, each in fitting]
    sure = np.array([_confidence(each) for _, each in fitting])
    right = np.array([a == b for a, b in zip(meant, best, strict=True)], dtype=float)
    bins = _bins(sure, right)
    times = [each.milliseconds for each in understood]
    return Scores(
        count=len(labels),
        fit=len(fitting),
        accuracy=float(right.mean()) if fitting else 0.0,
        macro_f1=float(f1_score(meant, best, average="macro", labels=sorted(set(meant))))
        if fitting
        else 0.0,
        mcc=float(matthews_corrcoef(meant, best)) if fitting else 0.0,
        wrong_actions=sum(each.intent in acting_intents() for each in others) / max(1, len(others)),
        calibration_error=sum(abs(b.accuracy - b.confidence) * b.count for b in bins)
        / max(1, len(fitting)),
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        bins=bins,
        confusions=_confusions(meant, best),
    )


def figures_of(scores: Scores) -> list[tuple[str, str]]:
    """Return the figures as people read them."""
    return [
        ("messages", f"{scores.count} ({scores.fit} fit an intent)"),
        ("accuracy", f"{scores.accuracy:.3f}"),
        ("macro-F1", f"{scores.macro_f1:.3f}"),
        ("MCC", f"{scores.mcc:.3f}"),
        ("wrong actions on what fits nothing", f"{scores.wrong_actions:.1%}"),
        ("expected calibration error", f"{scores.calibration_error:.3f}"),
        ("parse p50 / p95", f"{scores.p50_ms:.1f} / {scores.p95_ms:.1f} ms"),
    ]


def best_reading(understood: Understood) -> str:
    """Return the likeliest intent, also when it was not sure enough to act on."""
    return understood.ranking[0][0] if understood.ranking else understood.intent


def compare(
    shown: Sequence[str], before: Sequence[Understood], after: Sequence[Understood]
) -> list[Difference]:
    """Return the messages that get another treatment, each as it may be shown, in their order."""
    return [
        Difference(text, old.intent, new.intent)
        for text, old, new in zip(shown, before, after, strict=True)
        if old.intent != new.intent
    ]


def _confidence(understood: Understood) -> float:
    return understood.ranking[0][1] if understood.ranking else understood.confidence


def _bins(sure: np.ndarray, right: np.ndarray) -> tuple[Bin, ...]:
    """Group answers by confidence in ten equal steps; empty steps are left out."""
    step = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(float(sure[step == i].mean()), float(right[step == i].mean()), int((step == i).sum()))
        for i in range(_BINS)
        if (step == i).any()
    )


def _confusions(meant: Sequence[str], best: Sequence[str]) -> tuple[Confusion, ...]:
    counted = Counter((a, b) for a, b in zip(meant, best, strict=True) if a != b)
    return tuple(Confusion(a, b, count) for (a, b), count in counted.most_common())
