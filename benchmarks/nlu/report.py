"""Tables and plots from what benchmarks.nlu measured; run in the engine's environment."""

# ruff: noqa: PLC0415  matplotlib wants its backend chosen first

import argparse
import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.nlu.data import NONE, ROOT

sys.path.insert(0, str(ROOT / "bot"))

from addons.scoring import (
    Judged,
    accuracy,
    best_mcc,
    calibration_error,
    macro_f1,
    mcc,
    none_recall,
    reliability,
)

IMAGES = ROOT / "docs" / "images"
THRESHOLDS = ROOT / "bot" / "thresholds.json"
RASA_THRESHOLD = 0.3
HEAD = (
    "| system | runs | accuracy | macro-F1 | ECE | MCC best | MCC shipped | unknown at 5 % "
    "| p50 / p95 ms | p50 CPU ms | training s | MB |\n" + "|---" * 12 + "|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path)
    kept = json.loads(parser.parse_args().measured.read_text())
    by_data: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for key, cell in kept.items():
        system, data, _seed = key.split("/")
        by_data[data][system].append(cell)
    for data, systems in by_data.items():
        print(f"\n**{data}**\n\n{table(systems)}")
    draw_reliability(by_data)


def table(systems: dict[str, list[dict[str, Any]]]) -> str:
    """Return the rows of one data set."""
    lines = [HEAD]
    for system, cells in systems.items():
        done = [cell for cell in cells if "judged" in cell]
        if not done:
            lines.append(f"| {system} | – | {cells[0]['skipped']} |" + " |" * 9)
            continue
        figures = [figures_of(system, read_judged(cell)) for cell in done]
        shown = [_mean(figures, name) for name in figures[0]]
        times = [f"{_middle(done, 'p50_ms'):.1f} / {_middle(done, 'p95_ms'):.1f}"]
        times += [f"{_middle(done, 'p50_cpu_ms'):.1f}"]
        times += [f"{_middle(done, name):.0f}" for name in ("trained_cpu_s", "memory_mb")]
        lines.append(f"| {system} | {len(done)} | " + " | ".join([*shown, *times]) + " |")
    return "\n".join(lines)


def figures_of(system: str, judged: list[Judged]) -> dict[str, float | None]:
    """Return the figures of one run; None where the data has no unknown messages."""
    known = [each for each in judged if each.truth != NONE]
    foreign = len(known) < len(judged)
    threshold = shipped_threshold(system)
    return {
        "accuracy": 100 * accuracy(known),
        "macro_f1": 100 * macro_f1(known),
        "ece": calibration_error(known),
        "mcc_best": best_mcc(judged)[0] if foreign else None,
        "mcc_shipped": mcc(judged, threshold) if foreign and threshold is not None else None,
        "none_recall": 100 * none_recall(judged) if foreign else None,
    }


def shipped_threshold(system: str) -> float | None:
    """Return what the system acts from as it is delivered; None: it brings none."""
    if system == "ours" and THRESHOLDS.is_file():
        return float(json.loads(THRESHOLDS.read_text())["sure"])
    return RASA_THRESHOLD if system.startswith("diet") else None


def read_judged(cell: dict[str, Any]) -> list[Judged]:
    return [Judged(truth, tuple(names), tuple(c)) for truth, names, c in cell["judged"]]


def draw_reliability(by_data: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """Draw how often stated confidence is right, for our pipeline on each data set."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "carehouse"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.5, 5))
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="exact")
    for data, systems in by_data.items():
        cells = [cell for cell in systems.get("ours", []) if "judged" in cell]
        if cells:
            known = [each for each in read_judged(cells[0]) if each.truth != NONE]
            points = [point for point in reliability(known) if point[2] >= 10]
            axes.plot(*zip(*[p[:2] for p in points], strict=True), marker="o", label=data)
    axes.set(xlabel="stated confidence", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(IMAGES / "nlu-reliability.svg", metadata={"Date": None})


def _mean(figures: list[dict[str, float | None]], name: str) -> str:
    values = [each[name] for each in figures if each[name] is not None]
    if not values:
        return "–"
    digits = 1 if name in {"accuracy", "macro_f1", "none_recall"} else 3
    return f"{statistics.mean(values):.{digits}f}"


def _middle(cells: list[dict[str, Any]], name: str) -> float:
    return statistics.median(cell[name] for cell in cells)


if __name__ == "__main__":
    main()
