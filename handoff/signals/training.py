"""Fits the heads on our own sentences: `python -m handoff.signals.training`, half a minute.

Run it after a change in nlu_data/signals, and keep what it writes with the change.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from handoff.signals.base import SignalName
from handoff.signals.combined import LONG, keep_readable, split_sentences
from handoff.signals.detector import detect
from handoff.signals.heads import DEFAULT_FILE, GAMMA, Heads
from handoff.signals.sentences import LEARNT_FROM, Sentences, read_ordinary, read_sentences
from knowledge_base.encoder import Encoder, OnnxEncoder

_FOLDS = 5
_PENALTY = 10.0
"""What a sentence on the wrong side costs; chosen by cross-validation on the training sentences."""
_SHARE = 0.02
"""What a score is calibrated for: one message in fifty raises the signal."""
_SHARE_OF_DANGER = 0.1
"""Danger is looked for as if one message in ten told of it: better asked once too often."""
# An intent's example whose words raise the signal plainly is no example of not raising it.
_TOLD = 0.7
BUDGETS = (0.01, 0.003, 0.001)
"""Shares of ordinary sentences that a threshold may take along; the policy's are among them."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """What one head learns from: sentences, whether each raises the signal, or is ordinary."""

    kind: str
    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    ordinary: NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """A head, and how sure it was of each sentence of its lesson without having seen it.

    `support` are the sentences that count, `weights` how much; `scales` are the head's reading's
    part in the score, the words' part, and what is added.
    """

    name: SignalName
    lesson: Lesson
    support: tuple[str, ...]
    weights: NDArray[np.float32]
    scales: NDArray[np.float32]
    unseen: Floats


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit all heads and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=Path("var/encoder"))
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE)
    given = parser.parse_args(arguments)
    encoder = OnnxEncoder.load(given.encoder)
    vectors = Vectors(encoder)
    fitted = fit_all(vectors)
    for one in fitted:
        sys.stdout.write(f"{one.name} {one.lesson.kind}: {describe(one)}\n")
    join(fitted, vectors, encoder.identity).save(given.out)
    return 0


def fit_all(vectors: "Vectors") -> list[Fitted]:
    """Return a head for every kind of every signal; the same input gives the same heads."""
    material = read_sentences(LEARNT_FROM)
    ordinary = read_ordinary()
    return [
        fit(make_lesson(name, kind, material=material, ordinary=ordinary), vectors, name=name)
        for name, sentences in material.items()
        for kind in sentences.raises
    ]


def join(fitted: Sequence[Fitted], vectors: "Vectors", encoder: str) -> Heads:
    """Return the heads side by side; a sentence that counts for several is kept once."""
    texts = tuple(dict.fromkeys(text for one in fitted for text in one.support))
    rows = {text: row for row, text in enumerate(texts)}
    weights = np.zeros((len(texts), len(fitted)), dtype=np.float32)
    for column, one in enumerate(fitted):
        weights[[rows[text] for text in one.support], column] = one.weights
    return Heads(
        names=tuple(one.name for one in fitted),
        support=vectors.of(texts),
        weights=weights,
        scales=np.column_stack([one.scales for one in fitted]),
        encoder=encoder,
        version=f"heads-{fingerprint()}",
    )


def fingerprint() -> str:
    """Hash everything the heads are fitted on, but for the encoder."""
    digest = hashlib.sha256()
    for name, sentences in sorted(read_sentences(LEARNT_FROM).items()):
        said = (name, *sentences.raising, "", *sentences.near, "", *sorted(sentences.silent_on))
        digest.update("\n".join(said).encode())
    digest.update("\n".join(read_ordinary()).encode())
    return digest.hexdigest()[:8]


def make_lesson(
    name: SignalName,
    kind: str,
    *,
    material: dict[SignalName, Sentences],
    ordinary: Sequence[str],
) -> Lesson:
    """The raising sentences of one kind against everything that does not raise the signal."""
    own = material[name]
    raising = own.raises[kind]
    common = {text for text in as_read(ordinary) if score_words(text, name) < _TOLD}
    against = dict.fromkeys(_against(name, material, sorted(common)))
    negatives = [text for text in against if text not in own.raising]
    texts = (*raising, *negatives)
    labels = [1] * len(raising) + [0] * len(negatives)
    return Lesson(
        kind,
        texts,
        np.asarray(labels, dtype=np.int64),
        np.asarray([text in common for text in texts]) & (np.asarray(labels) == 0),
    )


def _against(
    name: SignalName, material: dict[SignalName, Sentences], ordinary: Sequence[str]
) -> Iterator[str]:
    for other, sentences in material.items():
        yield from sentences.near
        if other is not name and name not in sentences.silent_on:
            yield from sentences.raising
    yield from ordinary


def as_read(texts: Iterable[str]) -> Iterator[str]:
    """Yield what of the texts the detector judges: all with letters, of long ones also parts."""
    for text in texts:
        if keep_readable(text):
            yield text
            if len(text.split()) > LONG:
                yield from split_sentences(text)


def fit(lesson: Lesson, vectors: "Vectors", *, name: SignalName) -> Fitted:
    """Fit on the vectors, then weigh that against the words on sentences it has not seen.

    The second step is what calibrates: it sees scores as they are for new sentences.
    """
    inputs = vectors.of(lesson.texts)
    words = np.asarray([score_words(text, name) for text in lesson.texts])
    seen = np.column_stack([_cross(inputs, lesson.labels), words])
    weights = _weigh(lesson.labels, _SHARE_OF_DANGER if name is SignalName.SAFETY else _SHARE)
    scale = LogisticRegression(C=10.0).fit(seen, lesson.labels, sample_weight=weights)
    machine = _first_step().fit(inputs, lesson.labels)
    (by_reading, by_words), bias = scale.coef_[0], scale.intercept_[0]
    return Fitted(
        name=name,
        lesson=lesson,
        support=tuple(lesson.texts[place] for place in machine.support_),
        weights=machine.dual_coef_[0].astype(np.float32),
        scales=np.asarray(
            [by_reading, by_words, by_reading * machine.intercept_[0] + bias], dtype=np.float32
        ),
        unseen=scale.predict_proba(seen)[:, 1],
    )


def score_words(text: str, name: SignalName) -> float:
    """Return what the lexicons alone say."""
    return next((signal.score for signal in detect(text) if signal.name is name), 0.0)


def describe(fitted: Fitted) -> str:
    """Say from which score few enough ordinary sentences are taken along, and what is found."""
    raised = fitted.unseen[fitted.lesson.labels == 1]
    quiet = np.sort(fitted.unseen[fitted.lesson.ordinary])[::-1]
    parts = []
    for share in BUDGETS:
        at = quiet[int(share * len(quiet))]
        parts.append(f"{share:.1%} of ordinary ones at {at:.3f}: {np.mean(raised > at):.2f} found")
    return f"{len(raised)} sentences; " + "; ".join(parts)


def _cross(inputs: NDArray[np.float32], labels: NDArray[np.int64]) -> Floats:
    """Return for each sentence the first step's reading when that sentence was left out."""
    unseen = np.zeros(len(labels))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for known, left_out in folds.split(inputs, labels):
        model = _first_step().fit(inputs[known], labels[known])
        unseen[left_out] = model.decision_function(inputs[left_out])
    return unseen


def _first_step() -> SVC:
    return SVC(C=_PENALTY, gamma=GAMMA, class_weight="balanced")


def _weigh(labels: NDArray[np.int64], share: float) -> Floats:
    """Weigh sentences as if the share of those that raise the signal were the given one."""
    raising = float(np.mean(labels))
    return np.where(labels == 1, share / raising, (1 - share) / (1 - raising))


class Vectors:
    """Encodes each sentence once, however many heads learn from it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


if __name__ == "__main__":
    sys.exit(main())
