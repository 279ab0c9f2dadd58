"""Personal data is found by its form, and hidden by a label."""

import pytest

from crm.threads.personal import Kind, find_personal, hide_personal


def kinds(text: str) -> list[Kind]:
    return [found.kind for found in find_personal(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my order LL-10042 never came", [Kind.ORDER]),
        ("mail ada@example.org or call +44 20 7946 0958", [Kind.EMAIL, Kind.PHONE]),
        ("refund to GB29 NWBK 6016 1331 9268 19 please", [Kind.IBAN]),
        ("IBAN: DE89370400440532013000", [Kind.IBAN]),
        ("I live at 221b Baker Street", [Kind.ADDRESS]),
        ("Ich wohne Am Alten Markt Nr 5, also Marktplatz 5", [Kind.ADDRESS]),
        ("Lampenstr. 12, 10115 Berlin", [Kind.ADDRESS, Kind.ADDRESS]),
        ("card 5500-0000-0000-0004", [Kind.CARD]),
        ("nothing of the kind since 23.11.2026 10:30", []),
        ("it has been 14 days and 3 calls", []),
        ("the lamp costs 129 euros", []),
        ("write to help@lumenandloom.example", []),
        ("", []),
    ],
)
def test_personal_data_is_found_by_its_form(text, expected):
    assert kinds(text) == expected


def test_what_is_hidden_keeps_the_sentence():
    hidden = hide_personal("Where is LL-10042? Mail ada@example.org, 12 Candle Street")
    assert hidden == "Where is [order number]? Mail [e-mail address], [address]"
    assert find_personal(hidden) == ()


def test_invisible_characters_hide_nothing_from_us():
    assert "10042" not in hide_personal("LL-\u200b10042")


def test_a_long_hostile_text_is_read_in_time():
    assert kinds("a" * 20_000 + "@" + "1 " * 20_000)[:1] in ([], [Kind.PHONE], [Kind.CARD])
