"""Gathers what a turn knows of its conversation, for the signals. Called by gateway.answer."""

from collections.abc import Sequence

from crm.heard import Asked, Heard
from crm.models import Episode
from handoff.signals import Earlier, Facts, Signal, SignalName


def gather_facts(words: str, signals: Sequence[Signal], heard: Heard, episode: Episode) -> Facts:
    """Return the facts of the episode; nothing is read for them that the turn has not read."""
    anger = max((s.score for s in signals if s.name is SignalName.STRONG_ANGER), default=0.0)
    return Facts(words, anger, tuple(_tell(one) for one in heard.asked), episode.failures)


def _tell(asked: Asked) -> Earlier:
    anger = max((s for name, s in asked.signals if name == SignalName.STRONG_ANGER), default=0.0)
    return Earlier(asked.words, asked.intent, anger)
