"""Composing: phrases, quotes, buttons and sources of a reply become one message each."""

from uuid import uuid4

import pytest

from gateway.compose import compose
from gateway.dialogue import EngineMessage, EngineReply
from gateway.phrasing import Part, PhraseError, Voice, load_phrasebook

BOOK = load_phrasebook()
DISCLOSURE = BOOK.say("disclosure")


def composed(*messages: EngineMessage, voice: Voice | None = None, disclose: bool = False):
    reply = EngineReply(tuple(messages), "ask_question", 0.9, None)
    return compose(
        reply,
        book=BOOK,
        voice=voice or Voice(),
        in_reply_to=uuid4(),
        public_url="https://shop.example",
        disclose=disclose,
    )


def message(text=None, plain=(), **custom) -> EngineMessage:
    return EngineMessage(text, tuple(plain), custom)


def test_phrases_and_quotes_become_one_text_and_their_keys_are_kept():
    said = [{"key": "no_good_answer"}, {"quote": "From the article.", "paragraph": True}]
    (one,) = composed(message(say=said))
    assert one.body == f"{BOOK.say('no_good_answer')}\n\nFrom the article."
    assert one.keys == ("no_good_answer",)


def test_buttons_are_titled_by_phrase_or_as_they_are():
    buttons = [
        {"key": "button_person", "payload": "/want_human"},
        {"title": "Caring for oak", "payload": '/ask_question{"topic": "Caring for oak"}'},
    ]
    (one,) = composed(message(say=[{"quote": "Hm."}], buttons=buttons))
    titles = [(button.title, button.payload) for button in one.buttons]
    assert titles == [
        ("Talk to a person", "/want_human"),
        ("Caring for oak", '/ask_question{"topic": "Caring for oak"}'),
    ]


def test_plain_text_and_buttons_of_an_action_still_work():
    (one,) = composed(message("Plain.", [("Yes", "/affirm")]))
    assert (one.body, one.buttons[0].payload) == ("Plain.", "/affirm")


def test_in_german_everything_is_german():
    custom = {
        "say": [{"key": "offer_person"}],
        "buttons": [{"key": "button_person", "payload": "/want_human"}],
        "citations": [{"title": "Care", "version": 2, "slug": "care"}],
    }
    (one,) = composed(message(**custom), voice=Voice(language="de"))
    assert "Menschen" in one.body
    assert "Menschen" in one.buttons[0].title
    assert one.links == (("Quelle: Care (Fassung 2)", "https://shop.example/help/care"),)


def test_the_first_message_says_who_speaks_once():
    first, second = composed(message("One."), message("Two."), disclose=True)
    assert first.body == f"{DISCLOSURE}\n\nOne."
    assert first.keys == ("disclosure",)
    assert second.body == "Two."


def test_effects_without_words_are_not_a_message():
    assert composed(message(effects=[{"type": "note_failure", "kind": "no_answer"}])) == []


def test_words_already_sent_are_sent_in_other_words():
    voice = Voice(said_texts=frozenset({"It is on its way."}))
    (one,) = composed(message("It is on its way."), voice=voice)
    assert one.body != "It is on its way."
    assert one.body.endswith("It is on its way.")


@pytest.mark.parametrize("button", [{}, {"key": "button_person"}, {"payload": "/affirm"}])
def test_a_malformed_button_is_refused(button):
    with pytest.raises(PhraseError):
        composed(message("Well?", say=[], buttons=[button]))


def test_a_quote_alone_has_no_key():
    assert Part(quote="x").key is None
