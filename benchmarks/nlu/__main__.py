"""Compares our intent pipeline with others: `python -m benchmarks.nlu`.

`--only ours svm --data own` measures single rows. Each system runs in a process of its own; figures
go to var/bench/nlu.json, and the tables are made from all that is there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "bot" / ".venv" / "bin" / "python"
OUTPUT = ROOT / "var" / "bench" / "nlu.json"
SYSTEMS = ("ours", "svm", "minilm_lr", "minilm_knn", "diet", "diet_dense", "setfit", "node_nlp")
SETS = (
    "own",
    "own_german",
    "hint3",
    "banking77_5",
    "banking77_10",
    "hwu64",
    "banking77_oos",
    "banking77",
)
SEEDED = ("banking77_5", "banking77_10")
# DIET takes ten minutes for 770 sentences and an hour for ten thousand.
SMALL_FOR_DIET = ("own", "hint3", "banking77_10")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--data", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", type=int, default=3, help="of the few-shot splits")
    parser.add_argument("--full-diet", action="store_true", help="DIET on everything: hours")
    parser.add_argument("--report", action="store_true", help="measure nothing")
    given = parser.parse_args()
    kept = json.loads(OUTPUT.read_text()) if OUTPUT.is_file() else {}
    if not given.report:
        measure(kept, given)
    write_report()


def measure(kept: dict[str, Any], given: argparse.Namespace) -> None:
    """Run the cells and write each as soon as it is there."""
    for data in given.data:
        for system in given.only:
            if system.startswith("diet") and data not in SMALL_FOR_DIET and not given.full_diet:
                kept.setdefault(f"{system}/{data}/0", {"skipped": "only with --full-diet"})
                continue
            seeds = given.seeds if data in SEEDED and not system.startswith("diet") else 1
            for seed in range(seeds):
                kept[f"{system}/{data}/{seed}"] = run_cell(system, data, seed)
                OUTPUT.parent.mkdir(parents=True, exist_ok=True)
                OUTPUT.write_text(json.dumps(kept))


def run_cell(system: str, data: str, seed: int) -> dict[str, Any]:
    """Return what the process measured, or why there is nothing."""
    print(f"{system} on {data}, seed {seed}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cell.json"
        asked = [system, data, "--seed", str(seed), "--out", str(out)]
        done = subprocess.run(
            [str(ENGINE), "-m", "benchmarks.nlu.cell", *asked],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return {"skipped": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
        measured: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return measured


def write_report() -> None:
    """Print the tables and draw the plots; the engine's environment has what it takes."""
    subprocess.run([str(ENGINE), "-m", "benchmarks.nlu.report", str(OUTPUT)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
