"""A message fits every channel, the same way each time, and nothing of it is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Capabilities, OutboundButton, OutboundMessage
from channels.degrade import cut_title, fit, name_link, number_rest
from channels.split import count_units

PLAIN = Capabilities(max_text=300, max_buttons=0, max_button_title=0, exact_once=False)
SMALL = Capabilities(max_text=300, max_buttons=2, max_button_title=8, exact_once=False)
RICH = Capabilities(
    max_text=4000, max_buttons=20, max_button_title=80, exact_once=True, images=True
)
YES, NO, PERSON = (
    OutboundButton("Yes", "t1"),
    OutboundButton("No", "t2"),
    OutboundButton("Talk to a\nperson", "t3"),
)


def message(text: str = "Was that it?", **more) -> OutboundMessage:
    return OutboundMessage(id="m", address="a", author="bot", text=text, **more)


def test_buttons_become_numbered_lines_where_there_are_none():
    fitted = fit(message(buttons=(YES, NO, PERSON)), PLAIN)
    assert fitted.texts == ("Was that it?\n\n1. Yes\n2. No\n3. Talk to a person",)
    assert fitted.buttons == ()


def test_what_does_not_fit_beside_the_buttons_keeps_its_number():
    fitted = fit(message(buttons=(YES, NO, PERSON)), SMALL)
    assert [button.token for button in fitted.buttons] == ["t1", "t2"]
    assert fitted.texts == ("Was that it?\n\n3. Talk to a person",)


def test_a_channel_that_can_show_everything_shows_it_as_it_is():
    sent = message(
        buttons=(YES, NO), links=(("Care", "https://a.example"),), images=(("Lamp", "https://i"),)
    )
    fitted = fit(sent, RICH)
    assert fitted.texts == (sent.text,)
    assert (fitted.buttons, fitted.links, fitted.images) == (sent.buttons, sent.links, sent.images)


def test_pictures_become_links_and_links_become_lines():
    sent = message(links=(("Care", "https://a.example"),), images=(("Lamp", "https://i.example"),))
    assert fit(sent, PLAIN).links == (*sent.links, *sent.images)
    lines = fit(sent, PLAIN, plain_links=True)
    assert lines.texts == ("Was that it?\n\nCare: https://a.example\nLamp: https://i.example",)
    assert (lines.links, lines.images) == ((), ())


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Yes", "Yes"),
        ("Exactly8", "Exactly8"),
        ("Talk to a person", "Talk to…"),
        ("a  b\nc", "a b c"),
        ("👩‍👩‍👧‍👦 family", "👩‍👩…"),
    ],
)
def test_a_title_is_cut_with_an_ellipsis(title, shown):
    cut = cut_title(title, 8)
    assert count_units(cut) <= 8
    if "👩" not in title:
        assert cut == shown


def test_nothing_said_is_no_text():
    assert fit(message(" \n"), RICH).texts == ()
    assert fit(message("", buttons=(YES,)), PLAIN).texts == ("1. Yes",)


def test_a_link_that_is_its_own_name_is_said_once():
    assert name_link("https://a.example", "https://a.example") == "https://a.example"
    assert name_link(" \n ", "https://a.example") == "https://a.example"


_BUTTONS = st.lists(
    st.builds(OutboundButton, st.text(min_size=1, max_size=90), st.text("abc", min_size=4)),
    max_size=12,
).map(tuple)


@given(
    text=st.text(max_size=900),
    buttons=_BUTTONS,
    limits=st.builds(
        Capabilities,
        max_text=st.integers(40, 500),
        max_buttons=st.integers(0, 8),
        max_button_title=st.integers(4, 60),
        exact_once=st.booleans(),
    ),
)
@settings(max_examples=150, deadline=None)
def test_every_message_fits_and_is_whole(text, buttons, limits):
    sent = message(text, buttons=buttons)
    fitted = fit(sent, limits)
    assert fitted == fit(sent, limits)
    assert all(0 < count_units(part) <= limits.max_text for part in fitted.texts)
    assert len(fitted.buttons) == min(len(buttons), limits.max_buttons)
    assert all(count_units(b.title) <= limits.max_button_title for b in fitted.buttons)
    whole = text + number_rest(buttons, limits.max_buttons)
    assert "".join("".join(fitted.texts).split()) == "".join(whole.split())
