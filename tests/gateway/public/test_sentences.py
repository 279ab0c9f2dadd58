"""The sentences for public places: kind, sober, one each, in every language, and never the same."""

import itertools

import pytest

from crm.threads.checks import find_fault
from gateway import wording
from gateway.catalogue import load_catalogues
from gateway.phrasing import Mood, Voice, load_phrasebook
from gateway.public.risk import weigh_in_public
from gateway.public.sentences import (
    CLOSURES,
    ENDINGS,
    OPENINGS,
    Ending,
    Listeners,
    choose_acknowledgement,
    choose_closure,
    choose_notice,
)
from handoff.signals import Signal, SignalName, detect

BOOK = load_phrasebook()
LANGUAGES = ("en", "de")
VOICES = [Voice(language=one, mood=mood) for one in LANGUAGES for mood in Mood]
PUBLIC = ("public_hear", "public_person", "public_link", "public_written", "public_elsewhere")


def listeners(voice: Voice, said=(), start: int = 0) -> Listeners:
    return Listeners(BOOK, voice, list(said), start)


def say(parts, voice: Voice) -> str:
    return BOOK.render(parts, voice)


def all_that_can_be_said(voice: Voice) -> list[str]:
    said = []
    for ending, person in itertools.product(Ending, (False, True)):
        for start in range(OPENINGS * ENDINGS):
            of_here = listeners(voice, start=start)
            said.append(say(choose_acknowledgement(ending, of_here, person=person), voice))
    for start in range(CLOSURES):
        said.append(say(choose_closure(listeners(voice, start=start)), voice))
    for channel, start in itertools.product(("telegram", "slack", "web"), range(3)):
        said.append(say(choose_notice(channel, listeners(voice, start=start)), voice))
    return said


@pytest.mark.parametrize("voice", VOICES, ids=str)
def test_no_sentence_of_ours_is_unsuitable_in_public(voice):
    assert [text for text in all_that_can_be_said(voice) if find_fault(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", [wording.GIVEN_UP, wording.OFFER])
def test_neither_is_what_may_have_to_be_said_anywhere(part, language):
    assert find_fault(BOOK.render((part,), Voice(language=language))) is None


@pytest.mark.parametrize("voice", VOICES, ids=str)
def test_none_shouts_or_asks_for_anything(voice):
    texts = all_that_can_be_said(voice)
    assert [text for text in texts if "!" in text or "?" in text] == []


@pytest.mark.parametrize("voice", VOICES, ids=str)
@pytest.mark.parametrize("ending", Ending)
def test_a_place_hears_every_sentence_before_one_comes_again(voice, ending):
    said: list[str] = []
    for _ in range(OPENINGS * ENDINGS):
        parts = choose_acknowledgement(ending, listeners(voice, said), person=False)
        said.insert(0, say(parts, voice))
    assert len(set(said)) == OPENINGS * ENDINGS
    again = say(choose_acknowledgement(ending, listeners(voice, said), person=False), voice)
    assert again == said[-1]


@pytest.mark.parametrize("voice", VOICES, ids=str)
def test_an_acknowledgement_is_one_sentence(voice):
    for ending, start in itertools.product(Ending, range(OPENINGS * ENDINGS)):
        parts = choose_acknowledgement(ending, listeners(voice, start=start), person=False)
        text = say(parts, voice)
        assert text.endswith(".")
        assert text.count(".") == 1
        assert text.count("–") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_upset_or_grieving_is_not_thanked_for_the_chat(language):
    calm = Voice(language=language)
    for mood in (Mood.UPSET, Mood.GRIEVING):
        voice = Voice(language=language, mood=mood)
        for start in range(OPENINGS):
            of_calm = choose_acknowledgement(
                Ending.LINK, listeners(calm, start=start), person=False
            )
            assert say(of_calm, calm) != say(of_calm, voice)


def test_both_languages_have_the_same_phrases_and_moods():
    catalogues = load_catalogues()
    shapes = [
        {key: set(phrase.variants) for key, phrase in catalogues[one].items() if "public_" in key}
        for one in LANGUAGES
    ]
    assert shapes[0] == shapes[1]
    assert all(any(key.startswith(name) for key in shapes[0]) for name in PUBLIC)


def test_how_it_is_removed_depends_on_the_platform():
    notices = {
        channel: say(choose_notice(channel, listeners(Voice())), Voice())
        for channel in ("telegram", "slack", "somewhere")
    }
    assert len(set(notices.values())) == len(notices)


def test_calm_words_weigh_no_more_in_public():
    signals = tuple(detect("do you deliver to Norway"))
    assert weigh_in_public(signals, Mood.CALM) == signals


def test_a_threat_to_tell_others_weighs_more_where_they_read_it():
    threat = Signal(SignalName.PUBLIC_REPUTATION, 0.65, ("trustpilot",), "words-1")
    (weighed,) = weigh_in_public((threat,), Mood.CALM)
    assert weighed.score == pytest.approx(0.825)
    assert weighed.evidence == ("trustpilot", "said where others read along")


def test_somebody_upset_in_public_is_a_risk_to_our_name():
    (risk,) = weigh_in_public((), Mood.UPSET)
    assert (risk.name, risk.score) == (SignalName.PUBLIC_REPUTATION, 0.8)
