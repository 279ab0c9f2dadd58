"""Amounts as employees type and read them."""

import pytest

from kit.errors import InvalidInputError
from kit.money import read_cents, tell_money


@pytest.mark.parametrize(
    ("typed", "cents"), [("12.50", 1250), ("12,5", 1250), (" 1250 ", 125000), ("0.01", 1)]
)
def test_reads_points_and_commas(typed, cents):
    assert read_cents(typed) == cents


@pytest.mark.parametrize("typed", ["", "ten", "-1", "1.005", "1,000.00", "NaN", "inf", "1e400000"])
def test_refuses_what_is_no_amount(typed):
    with pytest.raises(InvalidInputError):
        read_cents(typed)


def test_tells_thousands():
    assert tell_money(125000, "EUR") == "1,250.00 EUR"
