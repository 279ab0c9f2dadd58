"""Gaps: clustered, ranked by volume, value and trend, the same tomorrow, closed by an article."""

from datetime import timedelta
from typing import Any

import pytest

from insights.content.gaps import Gap, Reason, decide, find_gaps
from insights.content.models import GapState
from insights.content.questions import list_recent
from knowledge_base.answers import Verdict
from tests.insights.content.scene import (
    ENCODER,
    NOW,
    ask,
    hand_over,
    judge,
    order,
    publish,
    published_version,
    visit,
)

GIFT = ("can you gift wrap it", "do you gift wrap it", "gift wrap it please")


async def gaps(session, *, days: float = 0) -> list[Gap]:
    return list(await find_gaps(session, ENCODER, NOW + timedelta(days=days)))


async def test_unanswered_questions_of_one_topic_are_one_gap_with_real_examples(session):
    for place, question in enumerate((*GIFT, GIFT[0])):
        await ask(session, await visit(session, f"ada{place}"), question)
    await ask(session, await visit(session, "bo"), "solar lantern stock in spring")
    gift, other = await gaps(session)
    assert (gift.volume, gift.customers, gift.examples[0]) == (4, 4, GIFT[0])
    assert gift.reasons == ((Reason.UNKNOWN, 4),)
    assert set(gift.examples) == set(GIFT)
    assert other.volume == 1


async def test_every_way_to_be_badly_answered_counts_and_good_answers_do_not(session):
    article = await publish(session, "gift-wrapping")
    other = await publish(session, "solar-lanterns")
    sure: dict[str, Any] = {"verdict": Verdict.SURE, "article_id": article}
    unsure: dict[str, Any] = {"verdict": Verdict.UNSURE, "article_id": article, "offered": (other,)}

    await ask(session, await visit(session, "content"), "alpha topic fine", **sure)
    not_picked = await visit(session, "notpicked")
    await ask(session, not_picked, "bravo topic unsure", **unsure)
    picked = await visit(session, "picked")
    await ask(session, picked, "charlie topic picked", **unsure)
    await ask(
        session,
        picked,
        "Solar lanterns",
        verdict=Verdict.SURE,
        article_id=other,
        kind="button",
        minutes=1,
    )
    told = await visit(session, "told")
    message = await ask(session, told, "delta topic unhelpful", **sure)
    await judge(session, message, article, helped=False)
    human = await visit(session, "human")
    await ask(session, human, "echo topic human", **sure)
    await hand_over(session, human)
    again = await visit(session, "again")
    await ask(session, again, "foxtrot topic repeated", **sure)
    await ask(session, again, "foxtrot topic repeated please", minutes=2, **sure)

    found = {gap.label: gap.reasons[0][0] for gap in await gaps(session)}
    assert found == {
        "bravo topic unsure": Reason.NOT_PICKED,
        "echo topic human": Reason.HUMAN,
        "foxtrot topic repeated": Reason.ASKED_AGAIN,
        "delta topic unhelpful": Reason.NOT_HELPED,
    }


async def test_what_sells_and_rises_comes_first(session):
    rich, poor = await visit(session, "rich"), await visit(session, "poor")
    await order(session, rich.customer_id, 90_000)
    await order(session, rich.customer_id, 50_000, status="cancelled")
    await ask(session, poor, "alpha bravo charlie")
    await ask(session, rich, "delta echo foxtrot")
    first, second = await gaps(session)
    assert (first.label, first.value_cents) == ("delta echo foxtrot", 90_000)
    assert (second.label, second.value_cents) == ("alpha bravo charlie", 0)

    for days in (9, 12, 15, 20, 25, 30):
        await ask(session, await visit(session, "old", days=days), "golf hotel india")
    for days in (1, 2, 3, 4, 5, 6):
        await ask(session, await visit(session, "new", days=days), "juliet kilo lima")
    ranked = await gaps(session)
    rising = next(gap for gap in ranked if gap.label == "juliet kilo lima")
    falling = next(gap for gap in ranked if gap.label == "golf hotel india")
    assert rising.trend.direction == 1
    assert rising.score > falling.score
    assert falling.trend.ratio < 1


async def test_a_gap_is_the_same_tomorrow_though_its_questions_change(session):
    for place, question in enumerate(GIFT):
        await ask(session, await visit(session, f"ada{place}"), question)
    (today,) = await gaps(session)
    await ask(session, await visit(session, "late", days=-0.5), "and do you gift wrap it")
    (tomorrow,) = await gaps(session, days=1)
    assert tomorrow.id == today.id
    assert tomorrow.volume == 4
    (again,) = await gaps(session, days=1)
    assert again == tomorrow


async def test_a_dismissed_gap_stays_away_and_a_drafted_one_says_so(session):
    await ask(session, await visit(session, "ada"), GIFT[0])
    await ask(session, await visit(session, "bo"), "solar lantern stock in spring")
    first, second = await gaps(session)
    await decide(session, first.id, state=GapState.DISMISSED, by="mara", at=NOW)
    await decide(session, second.id, state=GapState.DRAFTED, by="mara", at=NOW, slug="a-draft")
    (left,) = await gaps(session)
    assert (left.id, left.state, left.slug) == (second.id, GapState.DRAFTED, "a-draft")


async def test_an_article_published_since_closes_its_gap_until_it_is_asked_again(session):
    await ask(session, await visit(session, "ada", days=3), GIFT[0])
    (gap,) = await gaps(session)
    article = await publish(session, "gift-wrapping")
    (await published_version(session, article)).published_at = NOW - timedelta(days=2)
    state, by, slug = GapState.PHRASED, "mara", "gift-wrapping"
    await decide(session, gap.id, state=state, by=by, at=NOW - timedelta(days=1), slug=slug)
    assert [each.state for each in await gaps(session)] == [GapState.PHRASED]
    await decide(session, gap.id, state=state, by=by, at=NOW - timedelta(days=2.5), slug=slug)
    assert await gaps(session) == []
    await ask(session, await visit(session, "bo", days=1), GIFT[0])
    assert [each.id for each in await gaps(session)] == [gap.id]


async def test_the_nearest_article_is_named_in_the_language_of_the_question(session):
    await publish(session, "gift-wrap", title="Do you gift wrap it")
    await publish(session, "geschenk", title="do you gift wrap it auf deutsch", language="de")
    await ask(session, await visit(session, "ada"), GIFT[1])
    await ask(session, await visit(session, "uli"), GIFT[1], language="de")
    found = {gap.language: gap.nearest.slug for gap in await gaps(session) if gap.nearest}
    assert found == {"en": "gift-wrap", "de": "geschenk"}


@pytest.mark.parametrize("seen", [0, 1])
async def test_questions_older_than_five_weeks_are_no_gap(session, seen):
    await ask(session, await visit(session, "ada", days=36 - 2 * seen), GIFT[0])
    assert len(await gaps(session)) == seen


async def test_the_newest_different_questions_are_listed(session):
    await ask(session, await visit(session, "ada", days=3), GIFT[0])
    await ask(session, await visit(session, "bo", days=2), GIFT[1])
    await ask(session, await visit(session, "cy", days=1), GIFT[0])
    await ask(session, await visit(session, "uli", days=4), "Wo ist es", language="de")
    assert await list_recent(session) == [GIFT[0], GIFT[1], "Wo ist es"]
    assert await list_recent(session, limit=1) == [GIFT[0]]
    assert await list_recent(session, language="de") == ["Wo ist es"]
