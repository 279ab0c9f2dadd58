"""Runs one turn inside the conversation lock. Called by gateway_channel.

Rasa's own entry point would save half-made turns, read the tracker twice and poll its lock at 1 s.
"""

from __future__ import annotations

from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from addons.action_endpoint import watch_failures
from addons.ladder import shown_readings
from addons.replies import ReplyCollector, find_handled, replies_to
from addons.turn_request import ButtonPress, TurnRequest

LOCK_POLL_S = 0.02
# Set by the gateway at the start of an episode; a session that expires must not lose them.
PROFILE_SLOTS = (
    "customer_id",
    "customer_name",
    "customer_email",
    "relationship_stage",
    "last_order_number",
    "human_outcome",
    "language",
    "mood",
)


class ActionFailedError(Exception):
    """The app's action webhook failed; nothing of the turn was stored, so it may be repeated."""


async def run_turn(agent: Agent, request: TurnRequest) -> dict[str, Any]:
    """Handle the message, or answer again what was answered when its id is already known."""
    processor = agent.processor
    async with agent.lock_store.lock(request.episode_id, wait_time_in_seconds=LOCK_POLL_S):
        tracker = await processor.get_tracker(request.episode_id)
        handled = find_handled(tracker, request.message_id)
        if handled is not None:
            return describe(tracker, handled, replies_to(tracker, handled), replayed=True)
        said = await _handle(processor, tracker, request)
        await processor.save_tracker(tracker)
    return describe(tracker, tracker.latest_message, said, replayed=False)


def describe(
    tracker: DialogueStateTracker,
    handled: UserUttered,
    messages: list[dict[str, Any]],
    *,
    replayed: bool,
) -> dict[str, Any]:
    """Return the response the gateway reads."""
    intent = handled.intent
    pressed = (handled.text or "").startswith("/")
    ranking = [] if pressed else (handled.parse_data or {}).get("intent_ranking") or []
    return {
        "messages": messages,
        "intent": {
            "name": intent.get("name") or "nlu_fallback",
            "confidence": float(intent.get("confidence") or 0.0),
        },
        "ranking": shown_readings(ranking),
        "active_loop": tracker.active_loop_name,
        "replayed": replayed,
    }


async def _handle(
    processor: MessageProcessor, tracker: DialogueStateTracker, request: TurnRequest
) -> list[dict[str, Any]]:
    """Let Rasa do the turn on the tracker in memory; the caller stores it."""
    failures = watch_failures()
    output = ReplyCollector()
    await _start_session(processor, tracker, output, request.slots)
    await processor._handle_message_with_tracker(_as_message(request, output), tracker)
    tracker = await processor.run_action_extract_slots(output, tracker)
    await processor._run_prediction_loop(output, tracker)
    if failures:
        raise ActionFailedError(failures[0])
    return output.messages


async def _start_session(
    processor: MessageProcessor,
    tracker: DialogueStateTracker,
    output: ReplyCollector,
    given: dict[str, Any],
) -> None:
    """Start or renew Rasa's session, then set the slots: a new session clears them."""
    before = {name: tracker.get_slot(name) for name in PROFILE_SLOTS}
    await processor._update_tracker_session(tracker, output)
    for name, value in {**before, **given}.items():
        if tracker.get_slot(name) != value:
            tracker.update(SlotSet(name, value), processor.domain)


def _as_message(request: TurnRequest, output: ReplyCollector) -> UserMessage:
    return UserMessage(
        request.text or f"/{request.press.name}",
        output,
        request.episode_id,
        parse_data=_as_parse_data(request.press) if request.press else None,
        input_channel=ReplyCollector.name(),
        message_id=request.message_id,
        metadata={"language": request.language},
    )


def _as_parse_data(press: ButtonPress) -> dict[str, Any]:
    """A button says exactly what it means, so nothing is parsed."""
    entities = [{"entity": key, "value": value} for key, value in press.entities.items()]
    intent = {"name": press.name, "confidence": 1.0}
    return {
        "text": f"/{press.name}",
        "intent": intent,
        "intent_ranking": [intent],
        "entities": entities,
    }
