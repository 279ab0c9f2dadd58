"""Phrases: the right variant, the customer's locale, and never the very same words twice."""

from datetime import timedelta

import pytest

from gateway.catalogue import Phrase
from gateway.phrasing import Mood, Part, Phrasebook, PhraseError, Voice, load_phrasebook, parse_part
from kit.clock import utc_now

BOOK = load_phrasebook()


def book(language="en", **phrases):
    """A phrasebook of these phrases: texts, or variants by name."""
    catalogue = {
        key: Phrase({"text": value} if isinstance(value, str) else value, "test")
        for key, value in phrases.items()
    }
    return Phrasebook({"en": catalogue} if language == "en" else {"en": {}, language: catalogue})


SHIPPED = book(
    shipped={
        "text": "On its way! 🎉",
        "again": "As I said, on its way.",
        "upset": "It is on its way.",
        "grieving": "It will come.",
        "retention": "On its way, dear customer.",
    }
)


@pytest.mark.parametrize(
    ("voice", "words"),
    [
        (Voice(), "On its way! 🎉"),
        (Voice(stage="retention"), "On its way, dear customer."),
        (Voice(stage="retention", said_keys=frozenset({"shipped"})), "As I said, on its way."),
        (Voice(mood=Mood.UPSET, said_keys=frozenset({"shipped"})), "It is on its way."),
        (Voice(mood=Mood.GRIEVING), "It will come."),
    ],
)
def test_mood_comes_before_repetition_and_that_before_the_stage(voice, words):
    assert SHIPPED.say("shipped", voice) == words


def test_an_upset_customer_gets_no_cheer_even_without_words_of_its_own():
    assert book(thanks="You are welcome! 🎉").say("thanks", Voice(mood=Mood.UPSET)) == (
        "You are welcome."
    )


def test_what_customers_and_articles_say_is_left_alone_in_any_mood():
    told = book(told="You wrote: {words}")
    assert told.say("told", Voice(mood=Mood.UPSET), words="Ha! 🎉") == "You wrote: Ha! 🎉"


@pytest.mark.parametrize(
    ("language", "locale", "date", "money", "number"),
    [
        ("en", "en-GB", "25 November", "€1,189.00", "1,234.5"),
        ("en", "en-US", "November 25", "€1,189.00", "1,234.5"),
        ("en", "ja-JP", "25 November", "€1,189.00", "1,234.5"),
        ("de", "de-DE", "25. November", "1.189,00\xa0€", "1.234,5"),
        ("de", "de-CH", "25. November", "€\xa01’189.00", "1’234.5"),
        ("de", "nonsense", "25. November", "1.189,00\xa0€", "1.234,5"),
    ],
)
def test_values_are_shown_in_the_customers_locale(language, locale, date, money, number):
    voice = Voice(language=language, locale=locale)
    words = book(language, all="{d}|{m}|{n}")
    this_year = utc_now().date().replace(month=11, day=25)
    if abs(this_year - utc_now().date()) > timedelta(days=180):
        pytest.skip("a date this far is shown with its year")
    shown = words.say(
        "all",
        voice,
        d={"date": this_year.isoformat()},
        m={"money": 118900, "currency": "EUR"},
        n=1234.5,
    )
    assert shown.replace("EUR", "€") == f"{date}|{money}|{number}"


def test_a_date_far_away_has_its_year():
    assert book(on="{d}").say("on", d={"date": "2019-03-01"}) == "1 March 2019"


def test_times_are_shown_with_their_day_when_they_are_moments():
    words = book(at="{t}")
    assert words.say("at", t={"time": "14:30"}) == "14:30"
    moment = {"time": "2026-11-25T13:30:00+00:00"}
    assert words.say("at", Voice(locale="en-GB"), t=moment) == "25 November 13:30"
    assert words.say("at", Voice(locale="en-CH"), t=moment) == "25 November 14:30"


def test_lists_are_written_as_in_a_sentence():
    assert book(items="{all}").say("items", all=["lamp", "rug", "vase"]) == "lamp, rug and vase"


def test_a_phrase_may_be_a_value():
    words = book(person="a person", fetch="I fetch {who}.")
    assert words.say("fetch", who={"key": "person"}) == "I fetch a person."


@pytest.mark.parametrize(
    "value", [None, True, {"date": "soon"}, {"money": "12"}, {"distance": 3}, object()]
)
def test_a_value_of_an_unknown_kind_is_refused(value):
    with pytest.raises(PhraseError):
        book(it="{value}").say("it", value=value)


def test_an_unknown_key_or_a_missing_value_is_refused():
    with pytest.raises(PhraseError, match="no phrase 'nothing'"):
        book().say("nothing")
    with pytest.raises(PhraseError, match="lacks the value 'name'"):
        book(hello="Hello {name}").say("hello")


def test_braces_in_a_value_stay_braces():
    assert book(hello="Hello {name}").say("hello", name="{order}") == "Hello {order}"


def test_a_language_without_the_phrase_says_it_in_english():
    assert book(only="In English").say("only", Voice(language="de")) == "In English"


def test_parts_are_joined_by_a_blank_or_a_blank_line():
    words = book(a="A.", b="B.")
    parts = [Part("a"), Part("b"), Part(quote="Q.", paragraph=True)]
    assert words.render(parts, Voice()) == "A. B.\n\nQ."


@pytest.mark.parametrize("item", [{}, {"key": 3}, {"key": "a", "values": [1]}, {"quote": None}])
def test_a_malformed_part_is_refused(item):
    with pytest.raises(PhraseError):
        parse_part(item)


@pytest.mark.parametrize("language", BOOK.languages)
@pytest.mark.parametrize("text", ["It is on its way.", "Which order is it?"])
def test_the_same_words_are_never_sent_twice(language, text):
    said: list[str] = []
    for _ in range(8):
        voice = Voice(language=language, said_texts=frozenset(said))
        said.append(BOOK.reword(text, voice))
    assert len(set(said)) == len(said)
    assert all(text in one for one in said)
