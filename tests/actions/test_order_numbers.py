"""Order numbers as people type them."""

import pytest

from actions.order_numbers import parse_order_number


@pytest.mark.parametrize(
    "typed", ["LL-10042", "#LL-10042", "ll10042", "LL 10042", "ll–10042", "10042"]
)
def test_the_usual_spellings_mean_the_same_order(typed: str):
    assert parse_order_number(typed) == "LL-10042"


@pytest.mark.parametrize("typed", ["", "LL-1004", "LL-100421", "AB-10042", "my order", "LL-10042x"])
def test_other_texts_are_no_order_number(typed: str):
    assert parse_order_number(typed) is None
