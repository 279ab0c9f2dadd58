"""Sentences that differ in what they measure or deny; passages that say the same."""

import pytest

from insights.content.conflicts import ConflictKind, find_conflicts, find_difference
from tests.insights.content.scene import publish


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (
            "You can return your lamp within 30 days.",
            "Return your lamp within 14 days, you can.",
            "Hours differ: 30 days against 14 days.",
        ),
        (
            "Standard delivery costs €5 inside the country.",
            "Standard delivery costs 7 EUR inside the country.",
            "Euros differ: €5 against 7 EUR.",
        ),
        (
            "Opened bulbs can be sent back to our warehouse.",
            "Opened bulbs cannot be sent back to our warehouse.",
            "One says that it is so, the other that it is not.",
        ),
    ],
)
def test_what_differs_is_said(one, other, why):
    assert find_difference(one, other) == why
    assert find_difference(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Return your lamp within two weeks.", "Return your lamp within 14 days."),
        ("The lamp warranty lasts 2 years.", "The lamp warranty lasts 24 months."),
        ("Return your lamp within 30 days.", "The rug arrives within 5 days."),
        ("Return your lamp within 30 days.", "Return your lamp in its box."),
        ("Refunds reach your card within 5 working days.", "Refunds reach your card in 5 hours."),
        ("We deliver.", "We do not deliver."),
    ],
)
def test_the_same_in_other_words_or_about_something_else_is_no_contradiction(one, other):
    assert find_difference(one, other) == ""


RETURN = "Send the lamp back in its own box. You can return your lamp within 30 days of delivery."


async def test_both_kinds_are_found_among_published_articles(session):
    await publish(session, "returns", title="Returns", body=RETURN)
    await publish(session, "returning", title="Returns", body=RETURN)
    await publish(session, "sale-returns", title="Returns", body=RETURN.replace("30", "14"))
    await publish(session, "german", title="Returns", body=RETURN, language="de")
    found = {
        (each.kind, each.one.slug, each.other.slug): each for each in await find_conflicts(session)
    }
    assert set(found) == {
        (ConflictKind.DUPLICATE, "returning", "returns"),
        (ConflictKind.CONTRADICTION, "returning", "sale-returns"),
        (ConflictKind.CONTRADICTION, "returns", "sale-returns"),
    }
    contradiction = found[ConflictKind.CONTRADICTION, "returns", "sale-returns"]
    assert contradiction.other_says == "You can return your lamp within 14 days of delivery."


async def test_nothing_published_has_no_conflicts(session):
    assert await find_conflicts(session) == ()
