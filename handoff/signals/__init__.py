"""Signals of risk and wishes in a customer's words; the turn calls `detect` before the engine."""

from handoff.signals.base import Signal, SignalName
from handoff.signals.detector import detect

__all__ = ["Signal", "SignalName", "detect"]
