"""Runs one action call of the engine. The gateway's webhook calls what `build_executor` returns.

Nothing is ever raised into Rasa: it would drop the error and leave the customer with silence.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from rasa_sdk.executor import ActionExecutor

from actions import effects, wording
from actions.answer_question import AnswerQuestion
from actions.ask_complaint_order import AskComplaintOrder
from actions.hand_over import HandOver
from actions.ports import Ports
from actions.record_feedback import RecordFeedback
from actions.submit_complaint import SubmitComplaint
from actions.tell_outcome import TellOutcome
from actions.track_order import TrackOrder
from actions.validate_complaint_form import ValidateComplaintForm
from actions.validate_track_order_form import ValidateTrackOrderForm
from kit.log import get_logger

# Below the 8 s after which the engine gives up on us, so that the apology still arrives.
TIMEOUT_S = 6.0

RunAction = Callable[[dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]

_log = get_logger(__name__)


def build_executor(ports: Ports, *, timeout_s: float = TIMEOUT_S) -> RunAction:
    """Return an async function from the engine's request to the response body."""
    executor = ActionExecutor()
    for action in _build_actions(ports):
        executor.register_function(action.name(), action.run)

    async def run(call: dict[str, Any]) -> dict[str, Any]:
        try:
            # The engine leaves the domain out, and no action reads it; the SDK insists on one.
            result = await asyncio.wait_for(executor.run({**call, "domain": {}}), timeout_s)
            if result is None:
                raise ValueError("the call names no action")
            return dict(result.model_dump())
        except Exception as error:
            _log.exception("action.failed", action=_name(call), exc_info=False, kind=_kind(error))
            return _apologise()

    return run


def _build_actions(ports: Ports) -> tuple[Any, ...]:
    return (
        AnswerQuestion(ports),
        AskComplaintOrder(),
        HandOver(),
        RecordFeedback(),
        SubmitComplaint(),
        TellOutcome(),
        TrackOrder(ports),
        ValidateComplaintForm(),
        ValidateTrackOrderForm(ports),
    )


def _apologise() -> dict[str, Any]:
    custom = effects.payload(effects.note_failure("action_error"))
    return {"events": [], "responses": [{"text": wording.ERROR, "custom": custom}]}


def _name(call: dict[str, Any]) -> str:
    return str(call.get("next_action"))[:60]


def _kind(error: Exception) -> str:
    """The class alone: an error's message may quote the customer."""
    return type(error).__name__
