"""Writes the page of `carehouse evaluate nlu`: figures, reliability plot, confusions.

One HTML file with its pictures inside, so that it can be kept and sent as it is.
"""

import html
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from insights.understanding.scoring import Bin, Confusion, Scores, figures_of

MOST_INTENTS = 20
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#24221e;background:#fffefb}table{border-collapse:collapse}td,th{padding:.25rem .8rem;"
    "border-bottom:1px solid #e3ded4;text-align:left}td.n{text-align:right;"
    "font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}"
)


def write_report(scores: Scores, path: Path, *, title: str) -> None:
    """Write the page; its folder is made when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_report(scores, title=title), encoding="utf-8")


def render_report(scores: Scores, *, title: str) -> str:
    """Return the page as HTML."""
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>",
        _table(("Figure", "Value"), figures_of(scores)),
        "<h2>How sure it is, and how often it is right</h2>",
        draw_reliability(scores.bins),
        "<h2>What it takes for what</h2>",
        draw_confusions(scores.confusions) if scores.confusions else "<p>Nothing.</p>",
        _table(("Meant", "Understood", "Times"), _rows(scores.confusions)),
    ]
    return "\n".join(parts)


def draw_reliability(bins: tuple[Bin, ...]) -> str:
    """Return the reliability plot as SVG; dots on the diagonal are honest."""
    figure = Figure(figsize=(5, 4.2), layout="constrained")
    axes: Axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#938d81", linewidth=1, linestyle="--")
    sizes = [20 + 400 * each.count / max(1, sum(b.count for b in bins)) for each in bins]
    axes.scatter(
        [each.confidence for each in bins],
        [each.accuracy for each in bins],
        s=sizes,
        color="#2f5d50",
        alpha=0.8,
    )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share that was right")
    return _as_svg(figure)


def draw_confusions(confusions: tuple[Confusion, ...]) -> str:
    """Return a heat map of the intents that are mixed up most, as SVG."""
    weight: Counter[str] = Counter()
    for each in confusions:
        weight[each.meant] += each.count
        weight[each.understood] += each.count
    names = [name for name, _ in weight.most_common(MOST_INTENTS)]
    counts = np.zeros((len(names), len(names)))
    for each in confusions:
        if each.meant in names and each.understood in names:
            counts[names.index(each.meant), names.index(each.understood)] = each.count
    size = 2.5 + 0.32 * len(names)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes: Axes = figure.subplots()
    axes.imshow(counts, cmap="YlOrBr")
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="understood", ylabel="meant")
    for row, column in np.argwhere(counts > 0):
        axes.text(column, row, f"{int(counts[row, column])}", ha="center", va="center")
    return _as_svg(figure)


def _as_svg(figure: Figure) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()[written.getvalue().index("<svg") :]


def _rows(confusions: tuple[Confusion, ...]) -> list[tuple[str, str, str]]:
    return [(each.meant, each.understood, str(each.count)) for each in confusions]


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
