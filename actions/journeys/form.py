"""Ties journeys to the engine's forms: `validate_<form>` asks, `action_complete_<form>` ends.

One class each serves all journeys. What is known of a journey lives in the slot `journey`; one that
another journey interrupted waits in the slot `suspended_form`.
"""

import json
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import Events, ask_for, is_beginning, is_resuming, offer, set_slot
from actions.journeys import machine
from actions.journeys.facts import gather, keep_state, listen, read_state
from actions.journeys.model import End, Ending, Journey, Move, Scene, State, Step
from actions.ports import Ports
from actions.speech import NO, PERSON, YES, Button, Part, Phrase, phrase_value, say

JOURNEY, SUSPENDED, LAST = "journey", "suspended_form", "last_journey"


class ValidateJourneyForm:
    """Runs when a form begins, after each message inside it, and when it goes on afterwards."""

    def __init__(self, journey: Journey, ports: Ports) -> None:
        self._journey = journey
        self._ports = ports

    def name(self) -> str:
        return f"validate_{self._journey.form}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        kept = tracker.slots.get(JOURNEY) or {}
        state = self._find_state(kept)
        scene = await set_scene(self._journey, self._ports, tracker, state)
        if is_beginning(tracker, self._journey.form):
            move = self._begin(kept, state, scene)
            return [*_suspend(kept, self._journey), *self._follow(dispatcher, tracker, move, scene)]
        if is_resuming(tracker, self._journey.form):
            move = machine.again(self._journey, state, scene)
            return self._follow(dispatcher, tracker, move, scene)
        answered = machine.answer(self._journey, state, scene)
        if answered is None:
            # Not an answer: the form steps back, a rule answers, and the form asks again.
            return [ask_for(tracker.slots.get("requested_slot"))]
        return self._follow(dispatcher, tracker, answered, scene)

    def _find_state(self, kept: dict[str, Any]) -> State:
        return read_state(kept) if kept.get("form") == self._journey.form else State()

    def _begin(self, kept: dict[str, Any], state: State, scene: Scene) -> Move:
        if kept.get("form") == self._journey.form and kept.get("coming_back") == "corrected":
            return machine.reopen(self._journey, state, scene)
        if kept.get("form") == self._journey.form and kept.get("coming_back"):
            return machine.again(self._journey, state, scene)
        fresh = replace(scene, values={}, rejected={}, beginning=True)
        return machine.begin(self._journey, fresh)

    def _follow(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, move: Move, scene: Scene
    ) -> Events:
        """Say what is to be said, ask what is open, and keep the state."""
        warning = (Phrase("never_send_card_numbers"),) if scene.heard.card_number else ()
        parts: tuple[Part, ...] = (*warning, *move.parts)
        events = [set_slot(JOURNEY, keep_state(self._journey.form, move.state))]
        if move.wrong_pairs:
            events.append(set_slot("order_tries", float(scene.facts.wrong_pairs + 1)))
        step = self._journey.step(move.state.asked) if move.state.end is None else None
        if step is None:
            if parts:
                say(dispatcher, *parts)
            return [*events, ask_for(None)]
        scene = replace(scene, values=move.state.values, rejected=move.state.rejected)
        buttons = _buttons(step, scene)
        say(dispatcher, *parts, *step.ask(scene), buttons=buttons)
        if step.asks_yes_or_no and tracker.slots.get("pending_offer") not in (None, "nothing"):
            events.append(offer("nothing"))
        return [*events, ask_for(step.slot)]


class CompleteJourneyForm:
    """Runs when the form has ended, successfully or not; checks everything once more."""

    def __init__(self, journey: Journey, ports: Ports) -> None:
        self._journey = journey
        self._ports = ports

    def name(self) -> str:
        return f"action_complete_{self._journey.form}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        kept = tracker.slots.get(JOURNEY) or {}
        state = read_state(kept) if kept.get("form") == self._journey.form else State()
        scene = await set_scene(self._journey, self._ports, tracker, state)
        ending = self._end(state, scene)
        back = find_way_back(tracker) if ending.offers is None else None
        parts, buttons = ending.parts, ending.buttons
        if back is not None:
            parts, buttons = (*parts, back), (*buttons, YES, NO)
        say(dispatcher, *parts, buttons=buttons, effects=ending.effects)
        offered = ending.offers or ("go_back" if back is not None else None)
        return [
            set_slot(JOURNEY, None),
            set_slot(LAST, kept or None),
            *([offer(offered)] if offered else []),
        ]

    def _end(self, state: State, scene: Scene) -> Ending:
        if state.end is End.DECLINED:
            return Ending((Phrase("journey_declined"),))
        if state.end is End.GIVEN_UP:
            return _with_person("journey_given_up")
        is_private = self._journey.step("order_email") is not None
        hidden = is_private and "order_number" in state.values and scene.order is None
        if state.end is End.NOT_SHOWN or state.end is None or hidden:
            return _with_person("order_not_shown")
        return self._journey.gate(scene) or self._journey.complete(scene)


async def set_scene(journey: Journey, ports: Ports, tracker: Tracker, state: State) -> Scene:
    """Return everything the journey may look at in this turn."""
    heard = listen(tracker)
    facts = await gather(ports, tracker, heard, state.values)
    scene = Scene(heard, facts, values=state.values, rejected=state.rejected)
    extra = await journey.load(ports, scene)
    return replace(scene, facts=replace(facts, extra=extra)) if extra else scene


def find_way_back(tracker: Tracker) -> Phrase | None:
    """Return the offer to go on with the journey that was interrupted, if there is one."""
    waiting = tracker.slots.get(SUSPENDED) or {}
    form = waiting.get("form")
    if not form:
        return None
    title = f"journey_{str(form).removesuffix('_form')}"
    return Phrase("go_back_offer", {"journey": phrase_value(title)}, paragraph=True)


def _with_person(key: str) -> Ending:
    return Ending((Phrase(key),), buttons=(PERSON,), offers="person")


def _suspend(kept: dict[str, Any], journey: Journey) -> Events:
    """A journey that this one interrupts waits; there is one place, for the latest."""
    form = kept.get("form")
    if not form or kept.get("end"):
        return []
    return [] if form == journey.form else [set_slot(SUSPENDED, kept)]


def _buttons(step: Step, scene: Scene) -> tuple[Button, ...]:
    choices = (
        Button(
            f"/pick_option{json.dumps({'option': choice.value})}",
            key=choice.key,
            title=choice.title,
        )
        for choice in step.options(scene)
    )
    return (*choices, *step.buttons)
