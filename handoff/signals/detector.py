"""Finds every signal in one message. The only place that knows all lexicons."""

from collections import defaultdict
from collections.abc import Iterable

from handoff.signals.anger import LEXICON as ANGER
from handoff.signals.anger import is_shouted
from handoff.signals.base import Lexicon, Signal, SignalName
from handoff.signals.churn import LEXICON as CHURN
from handoff.signals.fraud import LEXICON as FRAUD
from handoff.signals.german import LEXICONS as GERMAN
from handoff.signals.human import LEXICON as HUMAN
from handoff.signals.legal import LEXICON as LEGAL
from handoff.signals.phrases import Found, PhraseBook
from handoff.signals.press import LEXICON as PRESS
from handoff.signals.promise import LEXICON as PROMISE
from handoff.signals.reputation import LEXICON as REPUTATION
from handoff.signals.safety import LEXICON as SAFETY
from handoff.signals.vulnerable import LEXICON as VULNERABLE
from handoff.signals.words import Words, split_words

LEXICONS: tuple[Lexicon, ...] = (
    SAFETY,
    LEGAL,
    FRAUD,
    PRESS,
    REPUTATION,
    CHURN,
    ANGER,
    HUMAN,
    VULNERABLE,
    PROMISE,
    *GERMAN,
)
_SHOUTING_WEIGHT = 0.35
_BOOK = PhraseBook(LEXICONS)


def detect(text: str) -> tuple[Signal, ...]:
    """Return the signals in the text, the surest first; none for ordinary words."""
    words = split_words(text)
    found: dict[SignalName, list[Found]] = defaultdict(list)
    for hit in _BOOK.find(words):
        found[hit.lexicon.signal].append(hit)
    signals = [_signal(hits, words) for hits in found.values()]
    if is_shouted(text):
        signals = _add_shouting(signals)
    return tuple(sorted(signals, key=lambda signal: (-signal.score, signal.name)))


def _signal(hits: list[Found], words: Words) -> Signal:
    lexicon = hits[0].lexicon
    weights: dict[str, float] = {}
    for hit in sorted(hits, key=lambda hit: -hit.weight):
        weights.setdefault(_shown(hit, words), hit.weight)
    score = _combine(weights.values())
    return Signal(lexicon.signal, score, tuple(weights), lexicon.version)


def _add_shouting(signals: list[Signal]) -> list[Signal]:
    """Capitals make anger surer; by themselves they are a weak sign of it."""
    anger = next((s for s in signals if s.name == SignalName.STRONG_ANGER), None)
    base = (anger.score,) if anger else ()
    evidence = (*(anger.evidence if anger else ()), "(written in capitals)")
    score = _combine((*base, _SHOUTING_WEIGHT))
    others = [signal for signal in signals if signal is not anger]
    return [*others, Signal(SignalName.STRONG_ANGER, score, evidence, ANGER.version)]


def _combine(weights: Iterable[float]) -> float:
    """Several independent signs: one minus the chance that all of them mislead."""
    missed = 1.0
    for weight in weights:
        missed *= 1.0 - weight
    return round(1.0 - missed, 3)


def _shown(hit: Found, words: Words) -> str:
    pieces = [word for word in words.shown[hit.first : hit.last] if word not in ("<", ">")]
    return " ".join(pieces)
