"""The customer's own data: correcting it, getting a copy, having it erased.

Name and telephone number are the customer's to change; an e-mail or postal address is checked by
a person, since parcels and passwords go there.
"""

import re

from actions import effects
from actions.journeys.contact import ADDRESS, email_step, tell_address
from actions.journeys.model import Ending, Journey, Option, Reading, Scene, Step, Wrong
from actions.journeys.readers import NOT_A_TEXT, read_email
from actions.journeys.requests import file_request
from actions.journeys.steps import choice, confirmation
from actions.journeys.words import is_question
from actions.speech import Phrase, Value

NAME, PHONE, EMAIL, POSTAL = "display_name", "phone", "email", "address"
_FIELDS = (
    Option(
        NAME,
        "option_name",
        words=(
            *("name", "surname", "spelled", "spelt", "married", "nachname", "vorname"),
            *("familienname", "geheiratet", "heiße jetzt"),
        ),
    ),
    Option(
        PHONE,
        "option_phone",
        words=("phone", "telephone", "mobile", "telefon", "handy", "rufnummer"),
    ),
    Option(EMAIL, "option_email", words=("e-mail", "email", "mail")),
    Option(
        POSTAL,
        "option_address",
        words=(
            *("street", "moved", "postal", "postcode", "umgezogen", "anschrift", "postanschrift"),
            *("straße", "strasse", "hausnummer", "plz", "lieferadresse", "meine adresse"),
            *("die adresse",),
        ),
    ),
)
_PHONE = re.compile(r"\+?\d[\d ()/.-]{5,20}\d")
_LEAD = re.compile(
    r"^(?:(?:no|sorry|ok|please|well|nein|bitte|also)[, ]+)*"
    r"(?:(?:it'?s|it is|its|my (?:new |full |last )?name is|"
    r"my name'?s|i am|i'm|call me|change (?:it|my name) to|should be|make it|mein name ist|"
    r"ich hei(?:ß|ss)e(?: jetzt| nun)?|er lautet|richtig ist|es muss hei(?:ß|ss)en|"
    r"mein (?:neuer |richtiger )?name (?:ist|lautet)(?: jetzt| nun)?)\s+)+",
    re.IGNORECASE,
)
_TOLD_IN_PASSING = re.compile(
    r"(?:my name is|should be|is now|change my name to|not \w+ but)\s+(.{2,60})$", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w .,'’-]{1,78}")


def _read_value(scene: Scene) -> Reading:
    if is_question(scene.heard.text):
        return None
    match scene.values.get("field"):
        case "phone":
            given = scene.heard.entity("phone") or scene.heard.text
            found = _PHONE.search(given)
            return found.group() if found else Wrong(Phrase("not_a_phone"))
        case "email":
            return read_email(scene) or Wrong(Phrase("not_an_email"))
        case "display_name":
            return _read_name(scene)
    heard = scene.heard
    usable = heard.intent not in NOT_A_TEXT and not is_question(heard.text)
    return heard.text if usable and len(heard.text.split()) > 1 else None


def _read_name(scene: Scene) -> Reading:
    heard = scene.heard
    if heard.intent in NOT_A_TEXT - {"greet"} or is_question(heard.text):
        return None
    name = _LEAD.sub("", heard.text).strip(" .!,\"'")
    return name if _NAME.fullmatch(name) else Wrong(Phrase("not_a_name"))


def _notice_value(scene: Scene) -> str | None:
    """Take what the first message tells with the wish: "my name should be Ida Quill"."""
    field = scene.values.get("field")
    if field == PHONE:
        found = _PHONE.search(scene.heard.entity("phone") or "")
        return found.group() if found else None
    if field == NAME and scene.beginning:
        told = _TOLD_IN_PASSING.search(scene.heard.text)
        name = told.group(1).strip(" .!,\"'") if told else ""
        # "my name is wrong" tells no name: one told in passing begins with a capital.
        return name if _NAME.fullmatch(name) and name[0].isupper() else None
    return None


def _describe(scene: Scene) -> dict[str, Value]:
    field = scene.values.get("field", NAME)
    label = next(option.key for option in _FIELDS if option.value == field)
    return {"field": {"key": f"{label}_inside"}, "value": scene.values.get("value", "")}


def _correct(scene: Scene) -> Ending:
    field, value = scene.values["field"], scene.values["value"]
    if field in {NAME, PHONE}:
        effect = effects.correct_profile(field, value)
        return Ending((Phrase("data_corrected", _describe(scene)),), effects=(effect,))
    details = {"field": field, "value": value}
    return file_request(scene, "correct_data", "data_correction_passed_on", details=details)


CORRECT_DATA = Journey(
    form="correct_data_form",
    intents=frozenset({"correct_data"}),
    steps=(
        choice("field", "ask_which_data", *_FIELDS),
        Step(
            slot="value",
            ask=lambda scene: (Phrase(f"ask_right_{scene.values.get('field')}"),),
            read=_read_value,
            notice=_notice_value,
            of=("field",),
        ),
        confirmation("ask_confirm_correction", _describe),
    ),
    complete=_correct,
    akin=frozenset({"change_address"}),
)

EXPORT_DATA = Journey(
    form="export_data_form",
    intents=frozenset({"export_data"}),
    steps=(
        email_step("ask_export_email"),
        confirmation("ask_confirm_export", tell_address),
    ),
    complete=lambda scene: file_request(
        scene,
        "export_data",
        "export_done",
        values=tell_address(scene),
        details={ADDRESS: scene.values.get(ADDRESS)},
    ),
)

FORGET_DATA = Journey(
    form="forget_data_form",
    intents=frozenset({"forget_data"}),
    steps=(
        email_step("ask_account_email"),
        confirmation("ask_confirm_forget", tell_address),
    ),
    complete=lambda scene: file_request(
        scene, "forget_data", "forget_done", details={ADDRESS: scene.values.get(ADDRESS)}
    ),
)
