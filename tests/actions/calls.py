"""Builds the engine's action calls and runs them. For the tests of the actions."""

import asyncio
from dataclasses import dataclass
from typing import Any

from actions.executor import build_executor
from actions.ports import Ports
from tests.action_server import make_ports


@dataclass(frozen=True)
class Outcome:
    """What came back from one action call."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] or "" for message in self.messages)

    @property
    def slots(self) -> dict[str, Any]:
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}

    @property
    def effects(self) -> list[dict[str, Any]]:
        return [e for m in self.messages for e in (m["custom"] or {}).get("effects", [])]

    @property
    def buttons(self) -> list[str]:
        return [button["payload"] for message in self.messages for button in message["buttons"]]


def run(
    action: str,
    *,
    ports: Ports | None = None,
    text: str = "",
    intent: str = "ask_question",
    entities: dict[str, Any] | None = None,
    slots: dict[str, Any] | None = None,
    form: str | None = None,
    beginning: bool = False,
    filled: dict[str, Any] | None = None,
) -> Outcome:
    """Run one action as the engine would call it; `filled` are slots set by this message."""
    listed = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
    filled = filled or {}
    events: list[dict[str, Any]] = [{"event": "user", "text": text}]
    if beginning:
        events.append({"event": "active_loop", "name": form})
    events.append({"event": "action", "name": form or "action_listen"})
    events += [{"event": "slot", "name": k, "value": v} for k, v in filled.items()]
    call = {
        "next_action": action,
        "sender_id": "episode-1",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "episode-1",
            "slots": {**(slots or {}), **filled},
            "latest_message": {"text": text, "intent": {"name": intent}, "entities": listed},
            "events": events,
            "active_loop": {"name": form} if form else {},
            "latest_action_name": "action_listen",
        },
    }
    result = asyncio.run(build_executor(ports or make_ports())(call))
    return Outcome(result["responses"], result["events"])
