"""Weighs what the words of a message say against its meaning. The turn asks it once a message.

Without heads, without their encoder, or in a language the encoder does not know, words decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handoff.signals.base import Signal, SignalName
from handoff.signals.detector import detect
from handoff.signals.heads import Encoder, Heads, Vector
from kit.log import get_logger

_log = get_logger(__name__)

LANGUAGE = "en"
# What is less sure than this is noise: nothing in the policy acts on it.
FLOOR = 0.1
# Words so plain that danger and the wish for a person are not weighed against anything.
_PLAIN = 0.9
_TAKEN_AT_THEIR_WORD = (SignalName.SAFETY, SignalName.WANTS_HUMAN)
# Longer than any word: an address, a key, a cat on the keyboard. They have no meaning.
_LONGEST_WORD = 40
# Messages of more words than this are read by their sentences too.
LONG = 20
_MOST_SENTENCES = 4
_LONGEST_EVIDENCE = 160
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_LETTER = re.compile(r"[^\W\d_]")


class Detector:
    """Finds signals by words and meaning; `Detector()` goes by words alone."""

    def __init__(
        self,
        heads: Heads | None = None,
        encoder: Encoder | None = None,
        *,
        floor: float = FLOOR,
    ) -> None:
        self._floor = floor
        self._encoder = encoder
        self._heads = heads if encoder is not None else None
        if heads and encoder and heads.encoder != encoder.identity:
            _log.warning("signals.foreign_encoder", wanted=heads.encoder, found=encoder.identity)
            self._heads = None

    def detect(self, text: str, *, language: str = LANGUAGE) -> tuple[Signal, ...]:
        """Return the signals in the text, the surest first; none for ordinary words."""
        by_words = detect(text)
        heads = self._heads
        if heads is None or language != LANGUAGE or not keep_readable(text):
            return by_words
        readings = [self._read(text, by_words, heads)]
        if len(text.split()) > LONG:
            readings += self._read_sentences(text, heads)
        found = list(self._weigh(readings, heads))
        found += [one for one in by_words if one.name not in heads.signals]
        return tuple(sorted(found, key=lambda signal: (-signal.score, signal.name)))

    def _weigh(self, readings: list["_Reading"], heads: Heads) -> Iterator[Signal]:
        """A signal is as sure as in the part of the message that raises it most."""
        surest = {name: max(one.scores[name] for one in readings) for name in heads.signals}
        found = {name: score for name, score in surest.items() if score >= self._floor}
        whole, *sentences = readings
        for name, score in found.items():
            if words := whole.words.get(name):
                version = f"{heads.version}+{words.version}"
                yield Signal(name, round(score, 3), words.evidence, version)
                continue
            sentences = sentences or self._read_sentences(whole.text, heads) or [whole]
            best = max(sentences, key=lambda one: one.scores[name])
            quoted = (best.text[:_LONGEST_EVIDENCE],)  # the sentence: no single word says it
            yield Signal(name, round(score, 3), quoted, heads.version)

    def _read(self, text: str, by_words: tuple[Signal, ...], heads: Heads) -> "_Reading":
        said = {signal.name: signal for signal in by_words}
        scores = heads.judge(self._encode(text), {name: one.score for name, one in said.items()})
        return _Reading(text.strip(), said, scores | _take_plain_words(said, scores))

    def _read_sentences(self, text: str, heads: Heads) -> list["_Reading"]:
        sentences = split_sentences(text)
        if len(sentences) < 2:
            return []
        return [self._read(part, detect(part), heads) for part in sentences]

    def _encode(self, text: str) -> Vector:
        if self._encoder is None:
            raise AssertionError("Heads are kept only together with their encoder.")
        # As the search cleans a question, so that an encoder that remembers has it already.
        vector: Vector = self._encoder.encode([keep_readable(text)])[0]
        return vector


@dataclass(frozen=True)
class _Reading:
    """A message, or a sentence of it: what its words say, and how sure that and its vector are."""

    text: str
    words: dict[SignalName, Signal]
    scores: dict[SignalName, float]


def split_sentences(text: str) -> list[str]:
    """Return the first sentences of the text, those of mere signs left out."""
    return [part for part in _SENTENCE_END.split(text) if keep_readable(part)][:_MOST_SENTENCES]


def keep_readable(text: str) -> str:
    """Return the words without what is too long for one; nothing where no letters are left."""
    kept = " ".join(word for word in text.split() if len(word) <= _LONGEST_WORD)
    return kept if _LETTER.search(kept) else ""


def _take_plain_words(
    said: dict[SignalName, Signal], scores: dict[SignalName, float]
) -> dict[SignalName, float]:
    """Danger, and the wish for a person, need no second opinion when told in plain words."""
    plain = (said[name] for name in _TAKEN_AT_THEIR_WORD if name in said)
    return {
        one.name: max(one.score, scores[one.name])
        for one in plain
        if one.score >= _PLAIN and one.name in scores
    }
