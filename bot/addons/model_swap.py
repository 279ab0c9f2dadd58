"""Puts another model in the serving one's place between two turns. Used by gateway_channel.

The new model is loaded beside the old one and must pass the same examination as at the start. A
turn keeps the agent it began with, so it is answered by one model only.
"""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

from addons.readiness import Readiness, examine, prepare

MODELS = Path(__file__).resolve().parents[1] / "models"


class SwapError(Exception):
    """The old model goes on serving; the message says why. `status` is the answer's status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class ModelSwap:
    """Swaps the agent of one engine process, one swap at a time."""

    def __init__(self, readiness: Readiness, models: Path = MODELS) -> None:
        self._readiness = readiness
        self._models = models
        self._busy = False

    async def install(self, context: Any, model_file: str) -> None:
        """Serve this model from now on; `context` holds the agent. Errors: SwapError."""
        if self._busy:
            raise SwapError(409, "another model is being loaded")
        self._busy = True
        try:
            agent = await self._load(context.agent, model_file)
            # No await between these two lines: a turn sees either the old pair or the new one.
            self._readiness.accept(agent, model_file)
            context.agent = agent
        finally:
            self._busy = False

    async def _load(self, serving: Agent, model_file: str) -> Agent:
        path = self._models / model_file
        if Path(model_file).name != model_file or not path.is_file():
            raise SwapError(404, "there is no model of that name")
        try:
            agent = await asyncio.to_thread(load_beside, serving, path)
        except Exception as error:  # Rasa raises a dozen types for an archive it cannot use
            raise SwapError(422, f"the model cannot be loaded: {type(error).__name__}") from None
        prepare(agent)
        obstacle = await examine(agent, model_file)
        if obstacle is not None:
            raise SwapError(422, obstacle)
        return agent


def load_beside(serving: Agent, path: Path) -> Agent:
    """Return an agent with this model and the serving one's locks, trackers and endpoint.

    The lock store must be the same object: a turn of the old model and one of the new must never
    hold the same conversation. The tracker store is a copy, since it carries the model's domain.
    """
    return Agent.load(
        path,
        tracker_store=copy.copy(serving.tracker_store),
        lock_store=serving.lock_store,
        action_endpoint=serving.action_endpoint,
    )
