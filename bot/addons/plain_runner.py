"""Runs a trained graph node after node, without dask, which plans each of Rasa's runs anew.

Every turn runs the graph once to understand and once for each prediction. `serve_plainly` is
called wherever a model has just been loaded: by readiness, and by bot/understand.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

Planned = list[tuple[str, GraphNode, tuple[str, ...]]]


class PlainRunner:
    """The nodes Rasa has loaded, in an order in which each finds what it needs."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._schema: GraphSchema = loaded._graph_schema
        self._nodes: dict[str, GraphNode] = loaded._instantiated_nodes
        self._plan = lru_cache(maxsize=8)(self._make_plan)

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Return what the targets put out, as Rasa's own runner does."""
        wanted = tuple(targets or self._schema.target_names)
        # A node takes its inputs as (name, value), and a name alone for what there is not.
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needed in self._plan(wanted):
            done[name] = node(*[done.get(each, each) for each in needed])
        return dict(done[name] for name in wanted)

    def _make_plan(self, targets: tuple[str, ...]) -> Planned:
        order: list[str] = []
        for target in targets:
            self._visit(target, order)
        nodes = self._schema.nodes
        return [(name, self._nodes[name], tuple(nodes[name].needs.values())) for name in order]

    def _visit(self, name: str, order: list[str]) -> None:
        """Put the node behind everything it needs; Rasa has refused graphs with circles."""
        if name in order or name not in self._nodes:
            return
        for needed in self._schema.nodes[name].needs.values():
            self._visit(needed, order)
        order.append(name)


def serve_plainly(processor: MessageProcessor) -> None:
    """Make a freshly loaded model cheaper to ask; its answers stay the same."""
    if isinstance(processor.graph_runner, DaskGraphRunner):
        processor.graph_runner = PlainRunner(processor.graph_runner)
    # Rasa writes out the whole domain after each parse, to see whether it is empty.
    empty = processor.domain.is_empty()
    processor.domain.is_empty = lambda: empty
