"""From several signals to the probability that the best article really answers. Pure.

The coefficients are fitted by `python -m knowledge_base.calibrate` and live in calibration.json.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from knowledge_base.answers import Verdict
from knowledge_base.search import Ranked, Weights

DEFAULT_FILE = Path(__file__).parent / "calibration.json"


@dataclass(frozen=True, slots=True)
class Signals:
    """What a ranking tells about its own trustworthiness; more of each is better."""

    best: float
    """Cosine of the best article's closest passage or phrasing."""
    centre: float
    """Cosine of the best article's mean direction."""
    margin: float
    """How far the best article is ahead of the second."""
    lexical: float
    """Share of the question's words, weighted by rarity, that the best article contains."""
    passage: float
    """Cosine of the very passage that would be quoted."""
    apart: float = 0.0
    """Cosine of the best article's centre in the directions that tell the articles apart."""
    fresh: float = 0.0
    """How much closer the question is to the article than to a question known to have no answer."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model over the signals, and where its probabilities become verdicts."""

    coefficients: dict[str, float]
    intercept: float
    sure_from: float
    unsure_from: float
    measured: dict[str, Any] = field(default_factory=dict)
    weights: Weights = Weights()  # noqa: RUF009  frozen
    refused: tuple[str, ...] = ()
    """Questions known to have no answer; what is closer to one of them is answered less easily."""

    @classmethod
    def load(cls, file: Path = DEFAULT_FILE) -> Self:
        """Read a fitted calibration."""
        content = json.loads(file.read_text(encoding="utf-8"))
        weights = Weights(**content.pop("weights", {}))
        return cls(**{**content, "refused": tuple(content.pop("refused", ()))}, weights=weights)

    def save(self, file: Path = DEFAULT_FILE) -> None:
        """Write it where `load` finds it."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")

    def probability(self, signals: Signals) -> float:
        """Between 0 and 1."""
        total = self.intercept + sum(
            weight * getattr(signals, name) for name, weight in self.coefficients.items()
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def verdict(self, probability: float) -> Verdict:
        """Sure answers stand alone, unsure ones offer alternatives, the rest is not said."""
        if probability >= self.sure_from:
            return Verdict.SURE
        return Verdict.UNSURE if probability >= self.unsure_from else Verdict.UNKNOWN


def signals_of(ranked: Sequence[Ranked], *, refused: float = 0.0) -> Signals:
    """The signals of a ranking that found something.

    `refused` is the question's cosine to the closest question known to have no answer.
    """
    best = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    return Signals(
        best=best.best,
        centre=best.centre,
        margin=best.score - second,
        lexical=best.lexical,
        passage=best.passage_score,
        apart=best.apart,
        fresh=best.best - refused,
    )
