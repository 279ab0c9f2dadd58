"""Signals of risk and wishes: `Detector` hears them in a message, facts show them over many."""

from handoff.signals.base import Signal, SignalName
from handoff.signals.combined import Detector
from handoff.signals.conversation import Earlier, Facts, judge_conversation
from handoff.signals.detector import detect
from handoff.signals.heads import Heads

__all__ = [
    "Detector",
    "Earlier",
    "Facts",
    "Heads",
    "Signal",
    "SignalName",
    "detect",
    "judge_conversation",
]
