"""Puts what benchmarks.turn measured into Markdown tables."""

from typing import Any

TARGET = 1.6


def describe(measured: dict[str, Any]) -> str:
    """Return the tables."""
    loads = measured["load_average"]["by_round"]
    head = (
        f"{measured['at']}, {measured['machine']['cpus']} CPUs, load average over the rounds "
        f"{min(loads):.1f} to {max(loads):.1f}, {measured['rounds']} interleaved rounds."
    )
    if measured["stock"]:
        stock = measured["stock"]
        head += (
            f" Training the stock bot took {stock['training_s']:.0f} s "
            f"({stock['training_cpu_s']:.0f} s of CPU)."
        )
    parts = [head, _latencies(measured["cells"])]
    if measured["stock"]:
        parts += [_memory(measured["memory_mb"]), _ratios(measured)]
    if "steps" in measured:
        parts.append(_steps(measured["steps"]))
    return "\n\n".join(parts)


def _latencies(cells: dict[str, Any]) -> str:
    lines = [
        "| system | customers | turns | p50 ms | p95 ms | turns/s "
        "| p50: question | small talk | order |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, cell in sorted(cells.items(), key=lambda each: each[0].rpartition(" / ")[2]):
        name, _, customers = key.rpartition(" / ")
        kinds = cell["p50_ms_by_kind"]
        by_kind = " | ".join(
            f"{kinds[kind]:.1f}" for kind in ("question", "small talk", "order tracking")
        )
        lines.append(
            f"| {name} | {customers} | {cell['turns']} | {cell['p50_ms']:.1f} | "
            f"{cell['p95_ms']:.1f} | {cell['turns_per_s']:.1f} | {by_kind} |"
        )
    return "\n".join(lines)


def _memory(memory: dict[str, float]) -> str:
    ours = memory["engine"] + memory["app"]
    stock = memory["stock server"] + memory["stock action server"]
    return (
        "| resident memory, MB | dialogue | app / actions | sum |\n|---|---|---|---|\n"
        f"| ours | {memory['engine']:.0f} | {memory['app']:.0f} | {ours:.0f} |\n"
        f"| stock Rasa bot | {memory['stock server']:.0f} | "
        f"{memory['stock action server']:.0f} | {stock:.0f} |"
    )


def _ratios(measured: dict[str, Any]) -> str:
    cells, memory = measured["cells"], measured["memory_mb"]
    road = cells["whole road / 1"]["p50_ms"]
    ratio = road / cells["bare engine / 1"]["p50_ms"]
    met = "met" if ratio <= TARGET else "missed"
    lines = [
        "| ours against | what | ratio | |",
        "|---|---|---|---|",
        f"| bare engine, 1 customer | p50 | {ratio:.2f} | target at most {TARGET}: {met} |",
    ]
    for customers in sorted({key.rpartition(" / ")[2] for key in cells}):
        for what in ("p50_ms", "p95_ms", "turns_per_s"):
            ours = cells[f"whole road / {customers}"][what]
            stock = cells[f"stock Rasa bot / {customers}"][what]
            ahead = ours > stock if what == "turns_per_s" else ours < stock
            lines.append(
                f"| stock Rasa bot, {customers} customer(s) | {what.replace('_ms', '')} | "
                f"{ours / stock:.2f} | {'ahead' if ahead else 'behind'} |"
            )
    ours = memory["engine"] + memory["app"]
    stock = memory["stock server"] + memory["stock action server"]
    ahead = "ahead" if ours < stock else "behind"
    lines.append(f"| stock Rasa bot | resident memory | {ours / stock:.2f} | {ahead} |")
    return "\n".join(lines)


def _steps(steps: list[tuple[str, float, float]]) -> str:
    lines = ["| step of our road, 1 customer | median ms | mean ms |", "|---|---|---|"]
    lines += [f"| {name} | {median:.2f} | {mean:.2f} |" for name, median, mean in steps]
    total = sum(mean for _, _, mean in steps)
    return "\n".join([*lines, f"| sum | | {total:.2f} |"])
