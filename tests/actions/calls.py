"""Builds the engine's action calls and runs them. For the tests of the actions."""

import asyncio
from collections.abc import Sequence
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
        """What is wanted done, besides keeping the questions asked."""
        return [e for e in self._effects if e["type"] != "record_question"]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The questions to be kept."""
        return [e for e in self._effects if e["type"] == "record_question"]

    @property
    def _effects(self) -> list[dict[str, Any]]:
        return [e for m in self.messages for e in (m["custom"] or {}).get("effects", [])]

    @property
    def said(self) -> list[dict[str, Any]]:
        """Everything said as phrases, in order."""
        return [part for m in self.messages for part in (m["custom"] or {}).get("say", [])]

    @property
    def keys(self) -> list[str]:
        return [part["key"] for part in self.said if "key" in part]

    def values(self, key: str) -> dict[str, Any]:
        """Return what goes into the gaps of a phrase that was said."""
        return next(part.get("values", {}) for part in self.said if part.get("key") == key)

    @property
    def told(self) -> dict[str, str]:
        """What the journey knows now."""
        return dict((self.slots.get("journey") or {}).get("values", {}))

    @property
    def end(self) -> str | None:
        end: str | None = (self.slots.get("journey") or {}).get("end")
        return end

    @property
    def asked(self) -> str | None:
        """The open question; None when the journey is over."""
        asked: str | None = self.slots["requested_slot"]
        return asked

    @property
    def buttons(self) -> list[str]:
        pressed = [b for m in self.messages for b in m["buttons"]]
        pressed += [b for m in self.messages for b in (m["custom"] or {}).get("buttons", [])]
        return [button["payload"] for button in pressed]


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
    after: str | None = None,
    before: Sequence[dict[str, Any]] = (),
    ranking: Sequence[str] = (),
    confidence: float = 0.9,
) -> Outcome:
    """Run one action as the engine would call it; `after` is what answered the message before.

    `before` are earlier events of the episode, `ranking` the likeliest readings of the message.
    """
    listed = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
    events: list[dict[str, Any]] = [*before, {"event": "user", "text": text}]
    if beginning:
        events.append({"event": "active_loop", "name": form})
    events += [{"event": "action", "name": name} for name in (after, form) if name]
    call = {
        "next_action": action,
        "sender_id": "episode-1",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "episode-1",
            "slots": slots or {},
            "latest_message": {
                "text": text,
                "intent": {"name": intent, "confidence": confidence},
                "entities": listed,
                "intent_ranking": [{"name": name, "confidence": 0.4} for name in ranking],
                "message_id": "message-1",
            },
            "events": events,
            "active_loop": {"name": form} if form else {},
            "latest_action_name": form or "action_listen",
        },
    }
    result = asyncio.run(build_executor(ports or make_ports())(call))
    return Outcome(result["responses"], result["events"])


class Chat:
    """One customer in one form, without an engine: keeps the slots from message to message."""

    def __init__(self, form: str, *, ports: Ports | None = None, **slots: Any) -> None:
        self.form = form
        self.slots: dict[str, Any] = slots
        self.ports = ports or make_ports()
        self.outcome = Outcome([], [])

    def open(self, text: str, intent: str, **entities: Any) -> Outcome:
        """Write the message that begins the journey."""
        return self._validate(text, intent, entities, beginning=True)

    def say(
        self, text: str, intent: str = "nlu_fallback", *, confidence: float = 0.9, **entities: Any
    ) -> Outcome:
        """Answer the open question, or not."""
        return self._validate(text, intent, entities, confidence=confidence)

    def press(self, option: str) -> Outcome:
        """Press a choice."""
        return self._validate("/pick_option", "pick_option", {"option": option})

    def resume(self, text: str, intent: str, *, after: str = "action_answer_question") -> Outcome:
        """Go on after a rule has answered something else."""
        return self._validate(text, intent, {}, after=after)

    def complete(self) -> Outcome:
        """Run what ends the form."""
        assert self.slots["requested_slot"] is None, f"still asked: {self.slots['requested_slot']}"
        return self._run(f"action_complete_{self.form}", text="")

    def _validate(self, text: str, intent: str, entities: dict[str, Any], **how: Any) -> Outcome:
        name = f"validate_{self.form}"
        return self._run(name, text=text, intent=intent, entities=entities, form=self.form, **how)

    def _run(self, action: str, **call: Any) -> Outcome:
        self.outcome = run(action, ports=self.ports, slots=self.slots, **call)
        self.slots = {**self.slots, **self.outcome.slots}
        return self.outcome
