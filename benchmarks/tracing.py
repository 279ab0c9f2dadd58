"""Traces the steps of turns in the app and explains where their time went. For `turn --profile`.

The product's crash points are the steps' names already; a few more functions are wrapped. Only
meaningful with one customer at a time: the marks inside a turn's window are that turn's.
"""

import bisect
import functools
import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# What ends at each mark, in the order of the road.
STEPS = {
    "webhook.taken": "the fake posts the update; uvicorn, FastAPI, secret, JSON",
    "intake.before_commit": "intake: parse and statements",
    "intake.after_commit": "intake: commit",
    "turns.handle": "a turn worker wakes (0: before intake has returned)",
    "turn.leased": "turn: lease, the message",
    "engine.begin": "turn: episode, signals, policy, slots",
    "action.begin": "engine: up to the first action's call",
    "action.end": "engine: its actions in the app (and its own work between two)",
    "turn.after_engine": "engine: rest, save the tracker, HTTP back",
    "turn.before_commit": "turn: compose, outbox, effects, policy",
    "turn.after_commit": "turn: commit",
    "deliveries.handle": "a delivery worker wakes",
    "delivery.before_send": "delivery: lease, head of the outbox, mark as sending, commit",
    "arrived": "sendMessage: python-telegram-bot, HTTP, the fake",
}


def trace_steps(path: Path) -> None:
    """Write `monotonic_ns name` for every step this process takes from now on."""
    out = path.open("a", buffering=1 << 16)

    def mark(name: str) -> None:
        out.write(f"{time.monotonic_ns()} {name}\n")
        if name == "delivery.after_commit":
            out.flush()

    _watch_crash_points(mark)
    _watch_functions(mark)


def _watch_crash_points(mark: Callable[[str], None]) -> None:
    # Changed before anything else imports it by name.
    crash: Any = importlib.import_module("kit.crash")
    crash.crash_point = mark


def _watch_functions(mark: Callable[[str], None]) -> None:
    # Imported only now: they bind the crash point by name.
    from rasa_sdk.executor import ActionExecutor  # noqa: PLC0415

    from channels.telegram.intake import Intake  # noqa: PLC0415
    from gateway.delivery import Deliverer  # noqa: PLC0415
    from gateway.dialogue import DialogueEngine  # noqa: PLC0415
    from gateway.turn import TurnTaker  # noqa: PLC0415

    _wrap(Intake, "take", mark, before="webhook.taken")
    _wrap(TurnTaker, "handle", mark, before="turns.handle")
    _wrap(DialogueEngine, "handle", mark, before="engine.begin")
    _wrap(Deliverer, "handle", mark, before="deliveries.handle")
    _wrap(ActionExecutor, "run", mark, before="action.begin", after="action.end")


def _wrap(
    owner: Any, name: str, mark: Callable[[str], None], *, before: str, after: str | None = None
) -> None:
    inner = getattr(owner, name)

    @functools.wraps(inner)
    async def marked(*given: Any, **named: Any) -> Any:
        mark(before)
        try:
            return await inner(*given, **named)
        finally:
            if after is not None:
                mark(after)

    setattr(owner, name, marked)


def explain(path: Path, windows: Sequence[tuple[float, float]]) -> list[tuple[str, float, float]]:
    """Return (step, median ms, mean ms) over the turns, given their begin and arrival in ms."""
    marks = [line.split() for line in path.read_text().splitlines()]
    times = [int(ns) / 1e6 for ns, _ in marks]
    spent: dict[str, list[float]] = {name: [] for name in STEPS}
    for begun, arrived in windows:
        inside = slice(bisect.bisect_left(times, begun), bisect.bisect_right(times, arrived))
        reached = _first_times(marks[inside], times[inside]) | {"arrived": arrived}
        before = begun
        for name in STEPS:
            at = max(before, reached.get(name, before))
            spent[name].append(at - before)
            before = at
    return [
        (STEPS[name], statistics.median(taken), statistics.fmean(taken))
        for name, taken in spent.items()
    ]


def _first_times(marks: Sequence[Sequence[str]], times: Sequence[float]) -> dict[str, float]:
    """Return when each step was first reached; for the end of the actions the last time."""
    reached: dict[str, float] = {}
    for (_, name), at in zip(marks, times, strict=True):
        if name not in reached or name == "action.end":
            reached[name] = at
    return reached
