"""Says whether the pinned model is loaded and really understands. Used by gateway_channel.

Rasa loads another model when the named one is missing, and an untrained classifier in silence.
"""

from __future__ import annotations

import logging
import os

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore

from addons.action_endpoint import ActionEndpoint, take_over_action_calls
from addons.plain_runner import serve_plainly

logger = logging.getLogger(__name__)

PROBES = {
    "hello there": "greet",
    "where is my parcel": "track_order",
    "I want to talk to a real person": "want_human",
    "which countries do you deliver to": "ask_question",
}


class Readiness:
    """Prepares each loaded model once and remembers whether it may be used."""

    def __init__(self) -> None:
        self._checked: object | None = None
        self._reason = "no model is loaded"

    async def find_obstacle(self, agent: Agent | None) -> str | None:
        """Return why no turn may run, or None when all is well."""
        if agent is None or agent.processor is None:
            return "no model is loaded"
        if self._checked is not agent.processor:
            prepare(agent)
            self._reason = await examine(agent, os.environ.get("ENGINE_MODEL", "")) or ""
            self._checked = agent.processor
            logger.info("model examined: %s", self._reason or "ready")
        return self._reason or None

    def accept(self, agent: Agent, model_file: str) -> None:
        """Take note of an agent that was prepared and examined already."""
        self._checked, self._reason = agent.processor, ""
        logger.info("model swapped: %s", model_file)


def prepare(agent: Agent) -> None:
    """Undo Rasa's defaults that hide failures or waste time; a model reload brings them back."""
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    agent.tracker_store = agent.processor.tracker_store = store
    configured = agent.action_endpoint
    if configured is not None and not isinstance(configured, ActionEndpoint):
        endpoint = ActionEndpoint(configured.url, headers=configured.headers, **configured.kwargs)
        agent.action_endpoint = agent.processor.action_endpoint = endpoint
    take_over_action_calls()
    serve_plainly(agent.processor)


async def examine(agent: Agent, pinned: str) -> str | None:
    """Return why this agent may not serve, or None: the pinned model, and it understands."""
    loaded = agent.processor.model_filename
    if loaded != pinned:
        return f"model {loaded} is loaded, but {pinned or 'none'} is pinned"
    for sentence, expected in PROBES.items():
        parsed = await agent.processor.parse_message(UserMessage(sentence))
        if parsed["intent"]["name"] != expected:
            return f"the model takes a known {expected} for {parsed['intent']['name']}"
    return None
