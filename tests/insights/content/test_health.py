"""Health: each flag for its own reason, and none without one."""

from datetime import timedelta
from uuid import uuid4

import pytest

from insights.content.health import HealthFlag, find_health, is_unhelpful
from knowledge_base.answers import Verdict
from knowledge_base.service import record_feedback
from tests.insights.content.scene import NOW, ask, publish, published_version, visit


async def place(session, slug: str, *, days: float = 60, **changes):
    """Publish, so many days ago."""
    article_id = await publish(session, slug, title=f"{slug} title", body=f"About {slug}.")
    version = await published_version(session, article_id)
    version.published_at = version.updated_at = NOW - timedelta(days=days)
    for name, value in changes.items():
        setattr(version, name, value)
    await session.flush()
    return article_id


async def test_expired_and_stale(session):
    expired = await place(session, "expired", valid_until=NOW)
    old = await place(session, "old", days=400)
    due = await place(session, "due", review_on=NOW.date())
    cared_for = await place(session, "kept", days=400, review_on=NOW.date() + timedelta(days=1))
    found = await find_health(session, NOW)
    assert found == {
        expired: {HealthFlag.EXPIRED},
        old: {HealthFlag.STALE},
        due: {HealthFlag.STALE},
    }
    assert cared_for not in found


async def test_never_served_needs_a_month_of_questions(session):
    used, unused = await place(session, "used"), await place(session, "unused")
    fresh = await place(session, "fresh", days=10)
    await ask(
        session, await visit(session, "ada", days=20), "hm", verdict=Verdict.SURE, article_id=used
    )
    assert await find_health(session, NOW) == {}
    await ask(session, await visit(session, "bo", days=31), "hm hm")
    assert await find_health(session, NOW) == {unused: {HealthFlag.NEVER_SERVED}}
    assert fresh != unused


@pytest.mark.parametrize(
    ("helped", "not_helped", "flagged"), [(0, 4, False), (0, 5, True), (1, 7, True), (5, 5, False)]
)
def test_unhelpful_needs_more_than_a_few_words(helped, not_helped, flagged):
    assert is_unhelpful(helped, not_helped) is flagged


async def test_only_words_on_the_published_version_count(session):
    article = await place(session, "disliked")
    for _ in range(6):
        await record_feedback(session, uuid4(), article_id=article, version=0, helped=False)
    later = NOW + timedelta(days=1)
    assert HealthFlag.UNHELPFUL not in (await find_health(session, later)).get(article, ())
    for _ in range(6):
        await record_feedback(session, uuid4(), article_id=article, version=1, helped=False)
    from kit.clock import utc_now

    assert HealthFlag.UNHELPFUL in (await find_health(session, utc_now()))[article]


async def test_duplicates_are_flagged_on_both_sides(session):
    one = await publish(session, "one", title="Lamps", body="All about lamps and their bulbs.")
    other = await publish(session, "other", title="Lamps", body="All about lamps and their bulbs.")
    found = await find_health(session, NOW - timedelta(days=400))
    assert HealthFlag.DUPLICATE in found[one] & found[other]
