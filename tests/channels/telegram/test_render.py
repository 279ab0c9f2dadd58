"""Splitting at Telegram's limit and marking up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import OutboundButton, OutboundMessage, RefusedMessageError
from channels.split import count_units, cut_units, split_text
from channels.telegram.render import MAX_TEXT, TelegramPart, render_message
from tests.fakes.telegram_api.markup import parse_html


def render(text: str = "", **more: Any) -> list[TelegramPart]:
    return render_message(OutboundMessage("1", "42", "bot", text, **more))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("aaaa bbbb\n\ncccc dddd", ["aaaa bbbb", "cccc dddd"]),
        ("aaaa bbbb\ncccc dddd", ["aaaa bbbb", "cccc dddd"]),
        ("Aaaa bb. Cccc dddd eee", ["Aaaa bb.", "Cccc dddd eee"]),
        ("aaaa bbbb cccc dddd", ["aaaa bbbb cccc", "dddd"]),
        ("a" * 20, ["a" * 14, "a" * 6]),
        ("  padded  ", ["padded"]),
        ("aaaa bbbb cccc", ["aaaa bbbb cccc"]),
        ("aaaa bbbbb cccc dd", ["aaaa bbbbb", "cccc dd"]),
        ("", []),
    ],
)
def test_texts_are_cut_at_the_best_place(text: str, pieces: list[str]):
    assert split_text(text, 14) == pieces


def test_no_character_is_cut_in_two():
    family = "👩\u200d👩\u200d👧"
    pieces = split_text(family * 10, 20)
    assert all(piece.replace(family, "") == "" for piece in pieces)
    assert split_text("👍🏽" * 3, 6) == ["👍🏽", "👍🏽", "👍🏽"]
    assert cut_units("a😀", 2) == "a"


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.integers(4, 60))
def test_every_piece_fits_and_nothing_visible_is_lost(text: str, limit: int):
    pieces = split_text(text, limit)
    assert all(0 < count_units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("<>&\"' ab/\n;#x😀"), max_size=6000))
def test_the_markup_shows_exactly_the_text(text: str):
    parts = render(text)
    shown = [parse_html(part.markup)[0] for part in parts]
    assert shown == [part.plain for part in parts]
    assert all(count_units(piece) <= MAX_TEXT for piece in shown)


def test_ten_thousand_signs_of_everything_arrive_in_valid_parts():
    text = ("Steps:\n- 1 < 2 & <b>3</b>\n```\ncode\n```\n" + "😀" * 50 + "\n") * 120
    parts = render(text, buttons=(OutboundButton("Yes", "t"),))
    assert len(parts) > 2
    assert "".join("".join(p.plain for p in parts).split()) == "".join(text.split())
    assert [bool(part.rows) for part in parts] == [False] * (len(parts) - 1) + [True]


def test_links_that_no_longer_fit_get_a_part_of_their_own():
    parts = render("a" * 4090, links=(("Lamp care", "https://example.org/care"),))
    assert [parse_html(part.markup)[0] for part in parts] == ["a" * 4090, "Lamp care"]
    assert parts[1].plain == "Lamp care: https://example.org/care"


def test_link_lines_stand_together_under_the_text():
    links = (("A & B", "https://example.org/?a=1&b=2"), ("Odd", "javascript:alert(1)"))
    [part] = render("Read", links=links)
    assert part.markup == ('Read\n\n<a href="https://example.org/?a=1&amp;b=2">A &amp; B</a>\nOdd')


def test_short_buttons_share_a_row():
    titles = ["Yes", "No", "Talk to a person, please, now", "Later"]
    [part] = render("?", buttons=tuple(OutboundButton(title, title[:3]) for title in titles))
    assert [[title for title, _ in row] for row in part.rows] == [
        ["Yes", "No"],
        ["Talk to a person, please, now"],
        ["Later"],
    ]


@pytest.mark.parametrize("token", ["", "x" * 65, "é" * 33])
def test_a_token_no_button_can_carry_is_refused(token: str):
    with pytest.raises(RefusedMessageError):
        render("?", buttons=(OutboundButton("Yes", token),))
