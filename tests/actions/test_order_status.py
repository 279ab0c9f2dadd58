"""What the bot says about an order."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.dates import say_date
from actions.order_status import is_late, tell_status
from tests.action_server import NOW, make_order


def test_a_date_is_written_out_and_the_year_only_when_it_differs():
    assert say_date(datetime(2026, 11, 24, tzinfo=UTC), NOW) == "Tuesday 24 November"
    assert say_date(datetime(2027, 1, 4, tzinfo=UTC), NOW) == "Monday 4 January 2027"


def test_an_order_on_its_way_says_with_whom_and_until_when():
    assert tell_status(make_order(), NOW) == (
        "Your order LL-10042 (Reading lamp Alba, Linen cushion) is on its way with Northpost. It "
        "was placed on Monday 16 November. Northpost's tracking code is NP-555-001. It is expected "
        "on Tuesday 24 November."
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "It is expected today, Sunday 22 November."),
        (1, "It is expected tomorrow, Monday 23 November."),
        (-1, "It was expected on Saturday 21 November and is late. I am sorry."),
    ],
)
def test_the_expected_day_is_told_from_today(days: int, words: str):
    order = make_order(expected_on=NOW + timedelta(days=days))
    assert tell_status(order, NOW).endswith(words)
    assert is_late(order, NOW) == (days < 0)


def test_a_delivered_order_is_not_expected_any_more():
    order = make_order(status="delivered", delivered_at=NOW - timedelta(days=2), expected_on=NOW)
    said = tell_status(order, NOW)
    assert "was delivered on Friday 20 November." in said
    assert "expected" not in said
    assert not is_late(order, NOW)


def test_an_order_being_prepared_shows_no_tracking_code():
    said = tell_status(make_order(status="packed"), NOW)
    assert "is being prepared. It has not been sent yet." in said
    assert "NP-555-001" not in said


def test_a_cancelled_order_is_neither_expected_nor_late():
    order = make_order(status="cancelled", expected_on=NOW - timedelta(days=9))
    assert "was cancelled." in tell_status(order, NOW)
    assert "late" not in tell_status(order, NOW)
    assert not is_late(order, NOW)


def test_an_unknown_state_is_quoted_instead_of_guessed():
    said = tell_status(make_order(status="customs_hold", carrier=None, tracking_code=None), NOW)
    assert 'Its state in our system is "customs hold".' in said


def test_a_long_order_names_three_items():
    said = tell_status(make_order(items=("a", "b", "c", "d", "e")), NOW)
    assert "(a, b, c and 2 more)" in said
