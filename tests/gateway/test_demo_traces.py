"""The demo's invented weeks: there once, and enough to show the pages of gaps and earnings."""

from datetime import timedelta

from sqlalchemy import func, select

from console.seed import ensure_demo_agents
from crm.models import Customer, Message
from gateway.demo_traces import TOPICS, VISITORS, seed_traces
from insights.content.gaps import find_gaps
from insights.content.performance import report
from insights.content.suggestions import find_suggestions
from kit.clock import utc_now
from knowledge_base.traces import AskedQuestion, ContentOffer
from tests.insights.content.scene import ENCODER, publish


async def test_the_invented_weeks_are_added_once_and_show_something(session):
    await publish(session, "how-bright", title="How much light a room needs")
    await publish(session, "choose-a-rug-size", title="Choose the size of a rug")
    await ensure_demo_agents(session)
    now = utc_now()

    async def counts() -> list[int]:
        tables = (Customer, Message, AskedQuestion, ContentOffer)
        return [
            await session.scalar(select(func.count()).select_from(each)) or 0 for each in tables
        ]

    await seed_traces(session, now=now, holdout=0.1)
    once = await counts()
    assert once[0] == once[3] == VISITORS
    assert once[2] == sum(len(topic.days) for topic in TOPICS)
    await seed_traces(session, now=now + timedelta(days=1), holdout=0.1)
    assert await counts() == once

    assert any("gift" in gap.label.casefold() for gap in await find_gaps(session, ENCODER, now))
    assert len(await find_suggestions(session, now)) == 2
    assert (await report(session, ENCODER, now=now)).everything.roi is not None
