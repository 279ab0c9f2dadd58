"""What Germans type instead of pressing a button: choices, a yes, a no, and what is no question."""

import pytest

from actions.journeys.account import _TROUBLES
from actions.journeys.change_order import _CHANGES
from actions.journeys.damage import _KINDS as DAMAGES
from actions.journeys.damage import _WISHES
from actions.journeys.give_back import _REASONS
from actions.journeys.invoice import _WANTS
from actions.journeys.model import Option
from actions.journeys.own_data import _FIELDS
from actions.journeys.payment import _KINDS as PAYMENTS
from actions.journeys.readers import match_option
from actions.journeys.words import find_ordinal, is_question, says_no, says_yes


@pytest.mark.parametrize(
    ("choices", "text", "value"),
    [
        (_CHANGES, "das kissen bitte raus", "remove"),
        (_CHANGES, "lieber in einer anderen Farbe", "swap"),
        (_CHANGES, "ich will noch was dazu", "add"),
        (DAMAGES, "das glas ist gesprungen", "broken"),
        (DAMAGES, "ihr habt den falschen artikel geschickt", "wrong"),
        (DAMAGES, "da fehlen schrauben", "missing"),
        (_WISHES, "ich will mein geld wieder", "refund"),
        (_WISHES, "schickt mir eine neue", "replacement"),
        (_WISHES, "ich behalte sie mit rabatt", "keep"),
        (_REASONS, "gefällt mir nicht", "unwanted"),
        (_REASONS, "gefaellt uns nicht", "unwanted"),
        (_REASONS, "ist zu klein", "fit"),
        (_CHANGES, "andere Größe bitte", "swap"),
        (_REASONS, "hat einen Mangel", "faulty"),
        (_WANTS, "bitte noch einmal schicken", "copy"),
        (_WANTS, "mit meiner firma drauf", "company"),
        (_WANTS, "da ist ein fehler drin", "correction"),
        (PAYMENTS, "karte wird abgelehnt", "declined"),
        (PAYMENTS, "doppelt abgebucht", "twice"),
        (PAYMENTS, "die kasse lädt ewig", "stuck"),
        (PAYMENTS, "der betrag stimmt nicht", "amount"),
        (_TROUBLES, "kennwort vergessen", "password"),
        (_TROUBLES, "es kommt keine mail an", "mail"),
        (_TROUBLES, "konto ist gesperrt", "locked"),
        (_TROUBLES, "jemand war in meinem konto", "misused"),
        (_FIELDS, "meine email adresse", "email"),
        (_FIELDS, "die Handynummer", "phone"),
        (_FIELDS, "meine anschrift", "address"),
    ],
)
def test_a_choice_is_found_in_german_words(choices: tuple[Option, ...], text: str, value: str):
    assert match_option(choices, text) == value


@pytest.mark.parametrize("text", ["ja", "Ja gerne", "jep", "na klar", "passt", "bitte"])
def test_a_german_yes(text: str):
    assert says_yes(text)


@pytest.mark.parametrize(
    "text", ["bitte nicht stornieren", "please don't", "ja nicht!", "klar, aber keine lampe"]
)
def test_what_begins_like_a_yes_and_denies_is_no_yes(text: str):
    assert not says_yes(text)


@pytest.mark.parametrize(
    "text", ["nein", "nö", "ne lieber nicht", "bitte nicht", "auf keinen Fall"]
)
def test_a_german_no(text: str):
    assert says_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "ist total verbeult",
        "sind zwei kratzer drin",
        "was crushed in the box",
        "is bent on one side",
        "was ich sehe: ein riss im glas",
        "haben nur drei beine mitgeschickt",
    ],
)
def test_a_story_without_a_subject_is_no_question(text: str):
    assert not is_question(text)


@pytest.mark.parametrize(
    "text",
    ["ist die lampe dimmbar", "was kostet der versand", "habt ihr das in blau", "is it dimmable"],
)
def test_a_question_without_its_mark_is_one(text: str):
    assert is_question(text)


@pytest.mark.parametrize(("text", "place"), [("ersteres", 0), ("der zweite", 1), ("letzter", 2)])
def test_german_places_in_a_list(text: str, place: int):
    assert find_ordinal(text, 3) == place
