"""How journeys end that want something done: a request with a number, or a refusal."""

import json
from collections.abc import Mapping

from actions import effects
from actions.journeys.model import Ending, Scene
from actions.request_numbers import mint_request_number
from actions.speech import PERSON, Button, Part, Phrase, Value


def file_request(
    scene: Scene,
    kind: str,
    key: str,
    *more: Part,
    values: Mapping[str, Value] | None = None,
    details: Mapping[str, str | None] | None = None,
    buttons: tuple[Button, ...] = (),
) -> Ending:
    """Open a request and tell its number; `details` are what the customer has told."""
    number = mint_request_number(scene.heard.message_id)
    order = scene.order.number if scene.order else None
    effect = effects.open_request(kind, number=number, order_number=order, details=details or {})
    told: dict[str, Value] = {"number": number, **({"order": order} if order else {})}
    said = Phrase(key, {**told, **(values or {})})
    return Ending((said, *more), buttons=buttons, effects=(effect,))


def refuse(
    key: str,
    values: Mapping[str, Value] | None = None,
    *more: Part,
    buttons: tuple[Button, ...] = (),
) -> Ending:
    """Say why not, and offer what is possible instead, or a person."""
    offers = None if buttons else "person"
    return Ending((Phrase(key, values or {}), *more), buttons=buttons or (PERSON,), offers=offers)


def way_on(intent: str, key: str, scene: Scene) -> Button:
    """Return the button that begins another journey about the same order."""
    order = scene.order
    about = json.dumps({"order_number": order.number}) if order else ""
    return Button(f"/{intent}{about}", key=key)
