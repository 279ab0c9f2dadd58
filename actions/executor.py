"""Runs one action call of the engine. The gateway's webhook calls what `build_executor` returns.

Nothing is ever raised into Rasa: it would drop the error and leave the customer with silence.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import effects
from actions.answer_question import AnswerQuestion
from actions.clarify import Clarify
from actions.hand_over import HandOver
from actions.journeys.ending import CorrectPrevious, GoBack, Stop
from actions.journeys.form import CompleteJourneyForm, ValidateJourneyForm
from actions.journeys.registry import JOURNEYS
from actions.ports import Ports
from actions.product_advice import ProductAdvice
from actions.record_feedback import RecordFeedback
from actions.see_data import SeeData
from actions.service_status import ServiceStatus
from actions.small_talk import PickOption, Repeat
from actions.speech import Phrase, say
from actions.stop_messages import StopMessages
from actions.tell_outcome import TellOutcome
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
        Clarify(ports),
        CorrectPrevious(),
        GoBack(),
        HandOver(),
        PickOption(),
        ProductAdvice(ports),
        RecordFeedback(),
        Repeat(),
        SeeData(ports),
        ServiceStatus(ports),
        Stop(),
        StopMessages(),
        TellOutcome(ports),
        *(ValidateJourneyForm(journey, ports) for journey in JOURNEYS),
        *(CompleteJourneyForm(journey, ports) for journey in JOURNEYS),
    )


def _apologise() -> dict[str, Any]:
    dispatcher = CollectingDispatcher()
    failure = effects.note_failure("action_error")
    say(dispatcher, Phrase("action_failed"), effects=(failure,))
    return {"events": [], "responses": dispatcher.messages}


def _name(call: dict[str, Any]) -> str:
    return str(call.get("next_action"))[:60]


def _kind(error: Exception) -> str:
    """The class alone: an error's message may quote the customer."""
    return type(error).__name__
