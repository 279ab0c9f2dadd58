"""Pieces that the pages of gaps and of earnings share: the page's frame, figures, money, trends."""

import asyncio
from functools import cache
from pathlib import Path

from console import ConsoleDeps
from console.desk.parts import box, words
from console.frame import read_style
from insights.content.intervals import Interval
from knowledge_base.encoder import OnnxEncoder

_HERE = Path(__file__).parent
_DESK = _HERE.parent / "desk"
STYLE = read_style(_DESK / "desk.css", _HERE / "studio.css", _HERE / "value.css")
SCRIPT = (_DESK / "desk.js").read_text(encoding="utf-8")  # the times that move by themselves


async def load_encoder(deps: ConsoleDeps) -> OnnxEncoder:
    """The studio's own encoder: a report of hundreds of questions must not hold up customers."""
    return await asyncio.to_thread(_load, deps.settings.encoder_dir)


@cache
def _load(folder: Path) -> OnnxEncoder:
    return OnnxEncoder.load(folder)


def chip(text: str, kind: str = "") -> None:
    """Show a short fact."""
    words(text, f"chip {kind}".strip(), "span")


def link(text: str, address: str, classes: str = "") -> None:
    """Show a link."""
    element = words(text, f"value-link {classes}".strip(), "a")
    element.props["href"] = address


def nothing(title: str, what_to_do: str) -> None:
    """Say that there is nothing, and what to do about it."""
    with box("value-empty"):
        words(title, "value-empty-title")
        words(what_to_do, "card-hint")


def money(cents: float) -> str:
    """Write cents as euros, whole ones: these are sums to compare, not to pay."""
    sign = "−" if cents < 0 else ""
    return f"{sign}€{abs(cents) / 100:,.0f}"


def share(interval: Interval | None, part: int, whole: int) -> str:
    """Write a share with its interval."""
    if interval is None:
        return "–"
    return f"{part / whole:.0%} ({interval.low:.0%}–{interval.high:.0%})"


def plural(number: int, one: str, many: str = "") -> str:
    """Write a number of things."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
