"""A complaint: the story in the customer's own words, the order if there is one, then a person."""

from dataclasses import replace

from actions import effects
from actions.journeys.model import Ending, Journey, Reading, Scene, Step
from actions.journeys.readers import notice_story, read_text
from actions.journeys.steps import TROUBLE
from actions.journeys.which_order import ORDER, find_number, order_steps
from actions.speech import Button, Phrase

# A first message this long already tells what happened; asking again would be rude.
STORY_WORDS = 8
NO_ORDER = "none"
_NOT_ABOUT_ONE = Button("/deny", key="button_no_order")

_which, _ = order_steps(lambda _order, _scene: True)


def _read_order(scene: Scene) -> Reading:
    heard = scene.heard
    if heard.intent == "deny" and find_number(scene) is None:
        return NO_ORDER
    only = _which.options(scene)
    if heard.intent == "affirm" and len(only) == 1:
        return only[0].value
    return _which.read(scene)


def _ask_order(scene: Scene) -> tuple[Phrase, ...]:
    options = _which.options(scene)
    if len(options) == 1:
        return (Phrase("ask_about_latest_order", {"order": options[0].value}),)
    return (Phrase("ask_complaint_order"),)


def _pass_on(scene: Scene) -> Ending:
    """Say nothing: the gateway acknowledges a handoff when it has really been opened."""
    order = scene.values.get(ORDER)
    wanted = effects.open_handoff(
        "complaint",
        what_happened=scene.values.get("complaint_text"),
        order_number=None if order == NO_ORDER else order,
    )
    return Ending(effects=(wanted,))


COMPLAINT = Journey(
    form="complaint_form",
    intents=frozenset({"complain"}),
    steps=(
        Step(
            slot="complaint_text",
            ask=lambda _scene: (Phrase("ask_complaint_text"),),
            read=read_text(),
            notice=notice_story(STORY_WORDS),
            free_text=True,
        ),
        replace(
            _which,
            ask=_ask_order,
            read=_read_order,
            presume=lambda _scene: None,
            buttons=(_NOT_ABOUT_ONE,),
        ),
    ),
    complete=_pass_on,
    akin=TROUBLE,
)
