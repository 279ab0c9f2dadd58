"""Signals beside other ways to find them, on held-out sentences and on tweets, as Markdown tables.

`python -m benchmarks.signals` from the project's root. VADER and alt-profanity-check are measured
when they can be imported (docs/benchmarks.md says how); tweeteval when it lies beside the project.
"""

import importlib
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline, make_union

from handoff.policy_file import load_policy
from handoff.signals import Detector, Heads, SignalName, detect
from handoff.signals.sentences import (
    HELD_OUT,
    LEARNT_FROM,
    Sentences,
    read_ordinary,
    read_ordinary_held_out,
    read_sentences,
)
from handoff.signals.training import make_lesson
from knowledge_base.encoder import OnnxEncoder

ROOT = Path(__file__).parents[1]
TWEETS = ROOT.parent / "shared/data/tweeteval"
Score = Callable[[str], float]


@dataclass(frozen=True)
class Judged:
    """What one task asks: sentences that raise the signal, and those that do not, by kind."""

    raising: tuple[str, ...]
    quiet: dict[str, tuple[str, ...]]


class Remembered:
    """Asks a detector once for each text, and notes how long it took."""

    def __init__(self, find: Callable[[str], dict[SignalName, float]]) -> None:
        self._find = find
        self._known: dict[str, dict[SignalName, float]] = {}
        self.seconds: list[float] = []

    def score(self, text: str, name: SignalName) -> float:
        """Return how sure the detector is of one signal."""
        if text not in self._known:
            began = time.perf_counter()
            self._known[text] = self._find(text)
            self.seconds.append(time.perf_counter() - began)
        return self._known[text].get(name, 0.0)


def held_out(name: SignalName, held: dict[SignalName, Sentences]) -> Judged:
    """The signal's held-out sentences against all others that do not raise it."""
    learnt = read_sentences(LEARNT_FROM)
    others = [
        text
        for other, sentences in held.items()
        if other is not name
        for text in (
            *sentences.near,
            *(sentences.raising if name not in learnt[other].silent_on else ()),
        )
    ]
    own = held[name]
    ordinary = read_ordinary_held_out()
    return Judged(own.raising, {"near": own.near, "other": tuple(others), "ordinary": ordinary})


def tweets(folder: str, wanted: str) -> Judged:
    """Tweeteval's test part: the tweets with the wanted label against the rest."""
    names = dict(
        line.split("\t")[:2]
        for line in (TWEETS / folder / "mapping.txt").read_text(encoding="utf-8").splitlines()
    )
    texts = (TWEETS / folder / "test_text.txt").read_text(encoding="utf-8").splitlines()
    labels = (TWEETS / folder / "test_labels.txt").read_text(encoding="utf-8").splitlines()
    told = [(names[label], text) for label, text in zip(labels, texts, strict=True)]
    raising = tuple(text for label, text in told if label == wanted)
    return Judged(raising, {"rest": tuple(text for label, text in told if label != wanted)})


def peers(name: SignalName) -> Iterator[tuple[str, Score, float]]:
    """Yield each other system with the threshold its authors or its training give."""
    lesson = [
        make_lesson(name, kind, material=read_sentences(LEARNT_FROM), ordinary=read_ordinary())
        for kind in read_sentences(LEARNT_FROM)[name].raises
    ]
    texts = tuple(dict.fromkeys(text for each in lesson for text in each.texts))
    raising = set(read_sentences(LEARNT_FROM)[name].raising)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True)
    regression = LogisticRegression(C=10, class_weight="balanced", max_iter=1000)
    model = make_pipeline(make_union(words, letters), regression)
    model.fit(texts, [text in raising for text in texts])
    yield "TF-IDF, regression", lambda text: float(model.predict_proba([text])[0, 1]), 0.5
    if vader := _find("vaderSentiment.vaderSentiment"):
        analyser = vader.SentimentIntensityAnalyzer()
        # Its authors call a text negative from a compound of -0.05 down.
        yield "VADER", lambda text: -float(analyser.polarity_scores(text)["compound"]), 0.05
    if profanity := _find("profanity_check"):
        yield "alt-profanity-check", lambda text: float(profanity.predict_prob([text])[0]), 0.5


def _find(module: str) -> Any | None:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def row(system: str, task: Judged, score: Score, at: float) -> str:
    """Return one line of a table: recall, precision, AUROC and false alarms by kind."""
    began = time.perf_counter()
    raised = np.asarray([score(text) for text in task.raising])
    quiet = {
        kind: np.asarray([score(text) for text in texts]) for kind, texts in task.quiet.items()
    }
    count = len(raised) + sum(map(len, quiet.values()))
    took = (time.perf_counter() - began) / count * 1000
    everything = np.concatenate([raised, *quiet.values()])
    labels = [1] * len(raised) + [0] * (count - len(raised))
    found, false = int(np.sum(raised >= at)), {k: int(np.sum(v >= at)) for k, v in quiet.items()}
    precision = found / max(1, found + sum(false.values()))
    alarms = ", ".join(f"{kind} {false[kind]}/{len(texts)}" for kind, texts in quiet.items())
    return (
        f"| {system} | {at:g} | {found / len(raised):.2f} | {precision:.2f} "
        f"| {roc_auc_score(labels, everything):.3f} | {alarms} | {took:.2f} |"
    )


def table(
    title: str, name: SignalName, task: Judged, both: Sequence[tuple[str, Remembered]]
) -> str:
    """Return a signal's table at the thresholds that the policy ships."""
    rule = load_policy().signals[name]
    lines = [
        f"### {title}: {len(task.raising)} sentences raise it\n",
        "| system | from | recall | precision | AUROC | false alarms | ms |",
        "|---" * 7 + "|",
    ]
    for system, asked in both:
        score = partial(asked.score, name=name)
        steps = (rule.offer_at, rule.hand_over_at)
        lines += [row(system, task, score, at) for at in steps if at is not None]
    lines += [row(system, task, score, at) for system, score, at in peers(name)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print a table for each signal and each set of tweets, and how long a message takes."""
    encoder = OnnxEncoder.load(ROOT / "var/encoder")
    # Without the floor, below which the product drops a score: AUROC looks at all of them.
    detector = Detector(Heads.load(), encoder, floor=0.0)
    ours = Remembered(lambda text: {one.name: one.score for one in detector.detect(text)})
    words = Remembered(lambda text: {one.name: one.score for one in detect(text)})
    both = (("Carehouse", ours), ("our words alone", words))
    held = read_sentences(HELD_OUT)
    for name in held:
        print(table(name, name, held_out(name, held), both), flush=True)
    times = sorted(ours.seconds)
    print(f"All signals: p50 {statistics.median(times) * 1000:.2f} ms, ", end="")
    print(f"p95 {times[int(len(times) * 0.95)] * 1000:.2f} ms a message; ", end="")
    print(f"of that the vector {_time(encoder) * 1000:.2f} ms at the median")
    if not TWEETS.exists():
        print("tweeteval was not measured: its data are not beside the project.")
        return
    for folder, wanted in (("offensive", "offensive"), ("emotion", "anger")):
        title = f"strong_anger on tweeteval's {folder} ({wanted})"
        print(table(title, SignalName.STRONG_ANGER, tweets(folder, wanted), both), flush=True)


def _time(encoder: OnnxEncoder) -> float:
    taken = []
    for text in read_ordinary_held_out():
        began = time.perf_counter()
        encoder.encode([text])
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
