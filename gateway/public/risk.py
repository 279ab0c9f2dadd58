"""What weighs more because others read it. Pure; called by gateway.answer."""

from collections.abc import Sequence

from gateway.phrasing import Mood
from handoff.signals import Signal, SignalName

_VERSION = "public-1"
_EVIDENCE = "said where others read along"
# Somebody upset in public is a risk to our name by itself; a threat to tell others is half done.
_UPSET = 0.8
_ALREADY_PUBLIC = 0.5
_ANGRY_FROM = 0.35


def weigh_in_public(signals: Sequence[Signal], mood: Mood) -> tuple[Signal, ...]:
    """Return the signals with the risk to our name that comes from saying it in public."""
    reputation = next((one for one in signals if one.name is SignalName.PUBLIC_REPUTATION), None)
    upset = mood is Mood.UPSET or any(
        one.name is SignalName.STRONG_ANGER and one.score >= _ANGRY_FROM for one in signals
    )
    if reputation is None and not upset:
        return tuple(signals)
    score = _UPSET if upset else 0.0
    evidence: tuple[str, ...] = (_EVIDENCE,)
    if reputation is not None:
        score = max(score, round(1 - (1 - reputation.score) * (1 - _ALREADY_PUBLIC), 3))
        evidence = (*reputation.evidence, _EVIDENCE)
    others = (one for one in signals if one is not reputation)
    return (*others, Signal(SignalName.PUBLIC_REPUTATION, score, evidence, _VERSION))
