"""What an action says: keys and typed values, never words. The gateway renders them by language,
mood and stage. Used by every action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import effects as payloads
from actions.effects import Effect
from actions.ports import Citation

Value = str | int | float | list[str] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing to say: a key of nlu_data/<language>/wording and what goes into its gaps."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words said exactly as they are, an article's for instance."""

    text: str
    paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A button: a key of the wording, or a title said as it is, and the intent it stands for."""

    payload: str
    key: str = ""
    title: str = ""


Part = Phrase | Quote

PERSON = Button("/want_human", key="button_person")
YES = Button("/affirm", key="button_yes")
NO = Button("/deny", key="button_no")


def say(
    dispatcher: CollectingDispatcher,
    *parts: Part,
    buttons: Sequence[Button] = (),
    effects: Sequence[Effect] = (),
    citations: Sequence[Citation] = (),
    pictures: Sequence[tuple[str, str]] = (),
) -> None:
    """Send one bot message; without parts it only carries its effects."""
    custom = payloads.payload(*effects, citations=citations, pictures=pictures)
    if parts:
        custom["say"] = [_describe(part) for part in parts]
    if buttons:
        custom["buttons"] = [_describe_button(button) for button in buttons]
    if custom:
        dispatcher.utter_message(json_message=custom)


def date(moment: datetime) -> dict[str, Any]:
    """Return a day as a value; its language and shape are the gateway's business."""
    return {"date": moment.date().isoformat()}


def money(cents: int, currency: str) -> dict[str, Any]:
    """Return an amount as a value."""
    return {"money": cents, "currency": currency}


def phrase_value(key: str) -> dict[str, Any]:
    """Return another phrase as a value."""
    return {"key": key}


def _describe(part: Part) -> dict[str, Any]:
    said: dict[str, Any]
    if isinstance(part, Quote):
        said = {"quote": part.text}
    else:
        said = {"key": part.key}
        if part.values:
            said["values"] = dict(part.values)
    return {**said, "paragraph": True} if part.paragraph else said


def _describe_button(button: Button) -> dict[str, str]:
    named = {"key": button.key} if button.key else {"title": button.title}
    return {**named, "payload": button.payload}
