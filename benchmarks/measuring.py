"""Measured cells of a benchmark: latencies, wall time and what is computed from them."""

import math
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field

import psutil


@dataclass
class Cell:
    """What one system did at one number of customers, over all rounds."""

    latencies_ms: list[float] = field(default_factory=list)
    by_kind_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall_s: float = 0.0

    def add(self, kind: str, milliseconds: float) -> None:
        """Count one turn."""
        self.latencies_ms.append(milliseconds)
        self.by_kind_ms[kind].append(milliseconds)

    @property
    def turns(self) -> int:
        return len(self.latencies_ms)

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies_ms)

    @property
    def p95(self) -> float:
        return percentile(self.latencies_ms, 95)

    @property
    def rate(self) -> float:
        """Turns a second while this cell was running."""
        return self.turns / self.wall_s

    def as_json(self) -> dict[str, object]:
        """Return the figures, rounded as far as they mean something."""
        kinds = {kind: round(statistics.median(v), 2) for kind, v in self.by_kind_ms.items()}
        return {
            "turns": self.turns,
            "p50_ms": round(self.p50, 2),
            "p95_ms": round(self.p95, 2),
            "turns_per_s": round(self.rate, 2),
            "p50_ms_by_kind": kinds,
        }


def percentile(values: list[float], percent: float) -> float:
    """Return the value below or at which so many percent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children in MB."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(each.memory_info().rss for each in family)) / 1e6


def now_ms() -> float:
    """Return a clock that all processes of this machine share."""
    return time.monotonic_ns() / 1e6
