"""Walks a journey: what a message changes, and what is asked next. Pure; called by journeys.form.

Every function returns a Move; `answer` returns None when the message is no answer, so that a
rule of the engine takes it and the journey goes on afterwards.
"""

from collections.abc import Iterable
from dataclasses import replace

from actions.journeys.model import End, Journey, Move, Option, Scene, State, Step, Wrong
from actions.journeys.readers import NO
from actions.journeys.words import is_question, means_another, says_no
from actions.order_access import MOST_TRIES as MOST_WRONG_PAIRS
from actions.speech import Part, Phrase, Value

MOST_TRIES = 3
CONFIRM = "confirmed"
_SHORT = 12
_SURE = 0.7

# A rule answers these, whatever is being asked.
_LEAVING = frozenset({"want_human", "stop"})
# Answers, even if not to this question; everything else is another wish and goes to a rule.
_ANSWERS = frozenset(
    {
        *("nlu_fallback", "nlu_close_call", "give_order_number", "give_email", "give_contact"),
        *("affirm", "deny", "pick_option", "correct_previous", "give_rating", ""),
    }
)
_DIGRESSIONS = frozenset({"ask_question", "out_of_scope"})


def begin(journey: Journey, scene: Scene) -> Move:
    """Start: take all that the first message and the profile already say."""
    opened = dict(journey.opened_as.get(scene.heard.intent, {}))
    return _go_on(journey, State(values=opened), scene)


def again(journey: Journey, state: State, scene: Scene) -> Move:
    """Ask the open question once more: after something else was answered, or on coming back."""
    return _go_on(journey, state, _unheard(scene))


def answer(journey: Journey, state: State, scene: Scene) -> Move | None:
    """Take a message while a question is open."""
    step = journey.step(state.asked)
    scene = _in(state, scene)
    if step is None:
        return begin(journey, replace(scene, beginning=True))
    if _is_for_a_rule(journey, scene, step):
        return None
    is_wrong = _takes_back(step, scene) or _is_correction(journey, state, scene, step=step)
    # "Sorry, typo: LL-10042": what was refused before is given anew, and nothing else is wrong.
    given_anew = step.slot in state.rejected and isinstance(step.read(scene), str)
    if is_wrong and not given_anew:
        return _correct(journey, state, scene)
    match step.read(scene):
        case str() as value:
            return _take(journey, state, scene, step=step, value=value)
        case Wrong() as wrong:
            return _refuse(journey, state, scene, step=step, wrong=wrong)
    return _take_other(journey, state, scene, step=step)


def reopen(journey: Journey, state: State, scene: Scene) -> Move:
    """Go back into an ended journey because something about it was wrong."""
    return _correct(journey, replace(state, end=None, asked=None), _in(state, scene))


def _take_other(journey: Journey, state: State, scene: Scene, *, step: Step) -> Move | None:
    """The message does not answer the question: it may answer another, be a wish, or be wrong."""
    changed = _changed(journey, state, scene)
    if changed:
        return _replace(journey, state, scene, changed)
    noticed = _notice(scene, [each for each in journey.steps if each is not step])
    if noticed:
        return _go_on(journey, replace(state, values={**state.values, **noticed}), scene)
    if scene.heard.intent in journey.intents:
        return again(journey, state, scene)
    if not _is_an_answer(scene):
        return None
    return _refuse(journey, state, scene, step=step, wrong=Wrong(Phrase(step.wrong)))


def _take(journey: Journey, state: State, scene: Scene, *, step: Step, value: str) -> Move:
    told = {**state.values, step.slot: value}
    if step.slot == CONFIRM and value == NO:
        return Move(replace(state, values=told, end=End.DECLINED))
    return _go_on(journey, replace(state, values=told), scene)


def _refuse(journey: Journey, state: State, scene: Scene, *, step: Step, wrong: Wrong) -> Move:
    """Say what is wrong and ask again; after the third time say so and stop asking."""
    tries = state.tries.get(step.slot, 0) + 1
    state = _forget(state, (step.slot, *wrong.forget))
    state = replace(state, tries={**state.tries, step.slot: tries})
    if wrong.counts_as_access:
        if scene.facts.wrong_pairs + 1 >= MOST_WRONG_PAIRS:
            return Move(replace(state, end=End.NOT_SHOWN), wrong_pairs=1)
        state = replace(state, tries={})
    elif tries >= MOST_TRIES:
        return Move(replace(state, end=End.GIVEN_UP))
    move = again(journey, state, scene)
    counted = 1 if wrong.counts_as_access else 0
    return replace(move, parts=(wrong.phrase, *move.parts), wrong_pairs=counted)


def _go_on(journey: Journey, state: State, scene: Scene, *parts: Part) -> Move:
    """Fill what can be known without asking, then ask for the first thing that is missing."""
    for step in journey.steps:
        scene = _in(state, scene)
        refusal = journey.gate(scene)
        if refusal is not None:
            return Move(replace(state, end=End.REFUSED), parts)
        if step.slot in state.values:
            wrong = step.check(scene)
            if wrong is not None:
                return _refuse(journey, state, scene, step=step, wrong=wrong)
            continue
        if not step.needed(scene):
            continue
        presumed = _know(step, scene)
        if presumed is None:
            if step.slot == "order_email" and scene.facts.wrong_pairs >= MOST_WRONG_PAIRS:
                return Move(replace(state, end=End.NOT_SHOWN), parts)
            return Move(replace(state, asked=step.slot), parts)
        state = replace(state, values={**state.values, step.slot: presumed})
        wrong = step.check(_in(state, scene))
        if wrong is not None:
            return _refuse(journey, state, scene, step=step, wrong=wrong)
    refusal = journey.gate(_in(state, scene))
    end = End.COMPLETE if refusal is None else End.REFUSED
    return Move(replace(state, end=end), parts)


def _know(step: Step, scene: Scene) -> str | None:
    """Return what this message or the profile says, unless the customer has called it wrong."""
    noticed = step.notice(scene)
    if noticed is not None and noticed not in scene.rejected.get(step.slot, ()):
        return noticed
    return step.presume(scene)


def _unheard(scene: Scene) -> Scene:
    """Return the scene without the message's words, which have had their effect already."""
    return replace(scene, heard=replace(scene.heard, entities={}, text=""), beginning=False)


def _correct(journey: Journey, state: State, scene: Scene) -> Move:
    """Replace what the customer calls wrong; without a new value ask for the last thing again."""
    changed = _changed(journey, state, scene)
    if changed:
        return _replace(journey, state, scene, changed)
    step = _last_told(journey, state, scene)
    if step is None:
        return again(journey, state, scene)
    rejected = _forget(state, [step.slot]).rejected
    kept = _without(journey, state, [step.slot])
    state = replace(state, values=kept, rejected=rejected)
    return _go_on(journey, state, _unheard(scene), Phrase("journey_take_back"))


def _replace(journey: Journey, state: State, scene: Scene, changed: dict[str, str]) -> Move:
    kept = _without(journey, state, changed)
    told = {**kept, **changed}
    slot, value = next(iter(changed.items()))
    said = Phrase("journey_corrected", {"value": _name(journey, scene, slot=slot, value=value)})
    return _go_on(journey, replace(state, values=told), scene, said)


def _forget(state: State, slots: Iterable[str]) -> State:
    """Return the state without these values, which will not be presumed again."""
    gone = [slot for slot in slots if slot in state.values]
    rejected = dict(state.rejected)
    for slot in gone:
        rejected[slot] = (*rejected.get(slot, ()), state.values[slot])
    kept = {slot: value for slot, value in state.values.items() if slot not in gone}
    return replace(state, values=kept, rejected=rejected)


def _without(journey: Journey, state: State, slots: Iterable[str]) -> dict[str, str]:
    """Return the values that stay true when these change; a confirmation never does."""
    gone = {CONFIRM, *slots}
    for step in journey.steps:
        if gone & set(step.of):
            gone.add(step.slot)
    return {slot: value for slot, value in state.values.items() if slot not in gone}


def _changed(journey: Journey, state: State, scene: Scene) -> dict[str, str]:
    """Return values in this message that differ from what was told before."""
    told = [step for step in journey.steps if step.slot in state.values and not step.free_text]
    noticed = ((step.slot, step.notice(scene)) for step in told if step.slot != CONFIRM)
    return {
        slot: value for slot, value in noticed if value is not None and value != state.values[slot]
    }


def _last_told(journey: Journey, state: State, scene: Scene) -> Step | None:
    """Return the step that "not that one" takes back: the latest that is still known."""
    told = [s for s in journey.steps if s.slot in state.values and s.slot != CONFIRM]
    told = [step for step in told if step.slot != "order_email"]
    if "order" in scene.heard.text.casefold() or "bestellung" in scene.heard.text.casefold():
        told = [step for step in told if step.slot == "order_number"] or told
    return told[-1] if told else None


def _notice(scene: Scene, steps: Iterable[Step]) -> dict[str, str]:
    """Return what this message says about steps that have no value yet, in order."""
    values = dict(scene.values)
    found: dict[str, str] = {}
    for step in steps:
        here = scene.with_values(values)
        if step.slot in values or not step.needed(here):
            continue
        value = step.notice(here)
        if value is not None:
            values[step.slot] = found[step.slot] = value
    return found


def _name(journey: Journey, scene: Scene, *, slot: str, value: str) -> Value:
    """Return how a value is called when it is repeated to the customer."""
    step = journey.step(slot)
    choices: tuple[Option, ...] = step.options(scene) if step else ()
    found = next((choice for choice in choices if choice.value == value), None)
    return found.as_value() if found else value


def _is_for_a_rule(journey: Journey, scene: Scene, step: Step) -> bool:
    heard = scene.heard
    accepts_person = heard.offered == "person" and heard.intent == "affirm"
    if heard.intent in _LEAVING or (accepts_person and not step.asks_yes_or_no):
        return True
    if step.options(scene) and step.slot != "order_number" and not is_question(heard.text):
        return False  # "a replacement" may look like the wish to exchange something
    related = journey.akin if step.free_text else frozenset()
    return _is_another_wish(journey, scene, related=related | step.answered_by)


def _takes_back(step: Step, scene: Scene) -> bool:
    """ "the desk lamp" sounds like a correction, but may simply answer "which item?"."""
    if scene.heard.intent != "correct_previous":
        return False
    answers = bool(step.options(scene)) and isinstance(step.read(scene), str)
    return not answers or means_another(scene.heard.text) or says_no(scene.heard.text)


def _is_correction(journey: Journey, state: State, scene: Scene, *, step: Step) -> bool:
    """A yes-or-no question answered with "no, the other order" or "no, it is LL-10043"."""
    text = scene.heard.text
    if not step.asks_yes_or_no or not 2 < len(text.split()) <= _SHORT:
        return False
    return means_another(text) or bool(_changed(journey, state, scene))


def _is_another_wish(journey: Journey, scene: Scene, related: frozenset[str]) -> bool:
    """A short, clear other wish is one; what is long or related may be the text that was asked."""
    heard = scene.heard
    ours = heard.intent in journey.intents | related | _ANSWERS | _DIGRESSIONS
    return not ours and heard.confidence >= _SURE and len(heard.text.split()) <= _SHORT


def _is_an_answer(scene: Scene) -> bool:
    if is_question(scene.heard.text):
        return False
    return scene.heard.intent in _ANSWERS


def _in(state: State, scene: Scene) -> Scene:
    return replace(scene, values=state.values, rejected=state.rejected)
