"""Personal data is taken out before people learn from what customers wrote."""

import pytest

from insights.understanding.masking import mask


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("where is LL-48213?", "where is LL-10000?"),
        ("its #ll 48213", "its LL-10000"),
        ("write to nell.ashdown+x@mail.example.com pls", "write to somebody@example.org pls"),
        ("call +49 30 23125 123 or 07700 900461", "call 555-0100 or 555-0100"),
        ("my card 4111111111111111", "my card 10000"),
        ("account 123456", "account 10000"),
        ("two\nlines\there", "two lines here"),
        ("I bought 2 lamps in 2026", "I bought 2 lamps in 2026"),
    ],
)
def test_what_has_a_form_of_its_own_is_masked(said: str, masked: str):
    assert mask(said) == masked


def test_the_customers_name_is_masked():
    assert mask("this is NELL again, Ashdown", name="Nell Ashdown") == "this is Robin again, Robin"


def test_masking_twice_changes_nothing():
    once = mask("LL-48213 a@b.example +44 7700 900461 123456789")
    assert mask(once) == once


@pytest.mark.parametrize("sign", ["1", "a", "@", "a@", "1 ", "+", "ll"])
def test_long_rubbish_is_masked_in_no_time(sign: str):
    assert isinstance(mask(sign * 10_000), str)
