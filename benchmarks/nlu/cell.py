"""Trains and asks one system on one split, in a process of its own: `-m benchmarks.nlu.cell`.

Writes one JSON object to a file; its memory is then this process's memory.
"""

# ruff: noqa: PLC0415  Rasa is imported once the process is prepared

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.nlu import plain_systems, rasa_systems
from benchmarks.nlu.data import ROOT, Split, load

sys.path.insert(0, str(ROOT / "bot"))

SYSTEMS: dict[str, Callable[[], Any]] = {
    "ours": lambda: rasa_systems.RasaSystem(rasa_systems.our_pipeline()),
    "svm": plain_systems.LettersAndSvm,
    "minilm_lr": plain_systems.VectorsAndRegression,
    "minilm_knn": plain_systems.NearestNeighbours,
    "diet": lambda: rasa_systems.RasaSystem(rasa_systems.STOCK),
    "diet_dense": lambda: rasa_systems.RasaSystem(rasa_systems.DENSE),
    "setfit": plain_systems.SetFit,
    "node_nlp": plain_systems.NodeNlp,
}
WITH_TENSORFLOW = ("diet", "diet_dense")
WARM_UP = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    _prepare(given.system)
    measured = _measure(SYSTEMS[given.system](), load(given.data, given.seed))
    given.out.write_text(json.dumps(measured), encoding="utf-8")


def _prepare(system: str) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(ROOT / "var" / "bench" / ".rasa-cache"))
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # a cached training would have taken no time
    from addons.quiet_logs import configure

    configure()
    if system not in WITH_TENSORFLOW:
        from addons.without_tensorflow import stand_in_for_tensorflow

        stand_in_for_tensorflow()


def _measure(system: Any, split: Split) -> dict[str, Any]:
    try:
        began, cpu = time.perf_counter(), time.process_time()
        system.train(split)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    except plain_systems.UnavailableError as error:
        return {"skipped": str(error)}
    for text, _ in split.test[:WARM_UP]:
        system.parse(text)
    readings, times, cpu_times = _ask(system, split)
    return {
        "trained_s": round(took, 1),
        "trained_cpu_s": round(cpu, 1),
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 2),
        "p50_cpu_ms": round(statistics.median(cpu_times), 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "judged": readings,
    }


def _ask(system: Any, split: Split) -> tuple[list[Any], list[float], list[float]]:
    """Return the readings, and what each took: on the clock, and of the processor."""
    readings, times, cpu_times = [], [], []
    for text, truth in split.test:
        began, cpu = time.perf_counter(), time.process_time()
        ranking = system.parse(text)[:3]
        times.append((time.perf_counter() - began) * 1000)
        cpu_times.append((time.process_time() - cpu) * 1000)
        readings.append([truth, [n for n, _ in ranking], [round(c, 5) for _, c in ranking]])
    return readings, times, cpu_times


if __name__ == "__main__":
    main()
