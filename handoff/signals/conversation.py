"""What only the conversation shows: that we failed repeatedly, and that the mood gets worse. Pure.

Called by the turn with the facts it has at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import token_sort_ratio

from handoff.signals.base import Signal, SignalName

FAILURE_VERSION = "repeated-1"
WORSENING_VERSION = "worsening-1"
_FEWEST_WORDS = 3
# Of a hundred: the same words but for a few letters, in any order.
_SAME_WORDS = 88
_ASKED_AGAIN = 0.6
_UNHELPFUL = {1: 0.3, 2: 0.7}
_GAVE_UP_FORM = 0.35
# Said again, it does not mean that the first answer failed.
_SMALL_TALK = frozenset(
    (
        *("affirm", "ask_abilities", "ask_language", "bot_challenge", "compliment", "deny"),
        *("give_rating", "goodbye", "greet", "helped", "how_are_you", "insult", "pick_option"),
        *("repeat_that", "thank"),
    )
)
# One sign of these alone is an ordinary hitch.
_LEAST = 0.4
# A feeling as strong as this, after one at least so much weaker, is getting worse.
_STRONG = 0.4
_RISE = 0.25


@dataclass(frozen=True)
class Earlier:
    """An answered message of the episode: its words, what the engine understood, its anger."""

    words: str
    intent: str | None = None
    anger: float = 0.0


@dataclass(frozen=True)
class Facts:
    """The episode up to now: the new words and their anger, what was said before, our failures."""

    words: str
    anger: float = 0.0
    earlier: tuple[Earlier, ...] = ()
    failures: int = 0


def judge_conversation(facts: Facts) -> tuple[Signal, ...]:
    """Return the signals that the facts raise; each is evidence by itself, and they add up."""
    found = (_repeated_failure(facts), _worsening(facts))
    return tuple(signal for signal in found if signal is not None)


def _repeated_failure(facts: Facts) -> Signal | None:
    signs: list[tuple[float, str]] = []
    if again := _find_asked_before(facts):
        signs.append((_ASKED_AGAIN, f"asked before: {again}"))
    if facts.failures:
        told = f"{facts.failures} unhelpful answers in this episode"
        signs.append((_UNHELPFUL.get(facts.failures, 0.85), told))
    if any(one.intent == "stop" for one in facts.earlier):
        signs.append((_GAVE_UP_FORM, "gave up what was begun"))
    return _add_up(SignalName.REPEATED_FAILURE, signs, FAILURE_VERSION)


def _find_asked_before(facts: Facts) -> str | None:
    if len(facts.words.split()) < _FEWEST_WORDS:
        return None
    asked = (one.words for one in facts.earlier if one.intent not in _SMALL_TALK)
    return next((words for words in asked if _is_same(words, facts.words)), None)


def _is_same(one: str, other: str) -> bool:
    return token_sort_ratio(one.casefold(), other.casefold()) >= _SAME_WORDS


def _worsening(facts: Facts) -> Signal | None:
    """Compare with the calmest of what came before: a feeling that has grown, not one that was."""
    if not facts.earlier or facts.anger < _STRONG:
        return None
    rise = facts.anger - min(one.anger for one in facts.earlier)
    if rise < _RISE:
        return None
    steps = (*(one.anger for one in facts.earlier), facts.anger)
    evidence = ("anger " + " → ".join(f"{step:.2f}" for step in steps[-4:]),)
    return Signal(SignalName.WORSENING, round(rise, 3), evidence, WORSENING_VERSION)


def _add_up(name: SignalName, signs: Sequence[tuple[float, str]], version: str) -> Signal | None:
    missed = 1.0
    for weight, _ in signs:
        missed *= 1.0 - weight
    score = round(1.0 - missed, 3)
    return (
        Signal(name, score, tuple(told for _, told in signs), version) if score >= _LEAST else None
    )
