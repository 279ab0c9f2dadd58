"""Replies worth keeping: of cases that ended well, without names, the longest of each."""

from datetime import timedelta
from uuid import UUID

import pytest

from crm.care.models import Rating, RatingKind
from crm.models import Author, Direction, Message, MessageState
from handoff.models import Handoff
from insights.content.suggestions import Suggestion, find_suggestions
from tests.handoff.scenes import add_agent
from tests.insights.content.scene import NOW, Visit, ask, hand_over, visit

LONG = (
    "Hello ada, yes: we wrap lamps and textiles as gifts for €4 a parcel.\n\n"
    "Write to ada@mail.example or call Mara when LL-12345 should be wrapped, too."
)
SAID = (
    "yes: we wrap lamps and textiles as gifts for €4 a parcel.\n\n"
    "Write to somebody@example.org or call Robin when LL-10000 should be wrapped, too."
)


async def reply(session, visited: Visit, body: str, agent_id: UUID, *, minutes: float = 10) -> None:
    session.add(
        Message(
            conversation_id=visited.conversation_id,
            episode_id=visited.episode_id,
            channel="web",
            direction=Direction.OUT,
            author=Author.AGENT,
            agent_id=agent_id,
            body=body,
            state=MessageState.SENT,
            created_at=visited.at + timedelta(minutes=minutes),
        )
    )
    await session.flush()


async def settle(session, *, days: float, body: str = LONG, asked: bool = True) -> Visit:
    """Let a case end so many days ago, 29 minutes after it was opened."""
    agent = await add_agent(session, f"mara{days}")
    agent.display_name = "Mara"
    visited = await visit(session, "ada", days=days)
    if asked:
        await ask(session, visited, "do you gift wrap")
    await hand_over(session, visited, minutes=1, closed_after_days=0.02, agent_id=agent.id)
    await reply(session, visited, "One moment.", agent.id, minutes=5)
    await reply(session, visited, body, agent.id)
    return visited


async def rate(session, visited: Visit, score: int) -> None:
    session.add(
        Rating(
            customer_id=visited.customer_id,
            kind=RatingKind.CSAT,
            score=score,
            scale=5,
            given_at=visited.at + timedelta(hours=1),
        )
    )
    await session.flush()


async def found(session) -> list[Suggestion]:
    return list(await find_suggestions(session, NOW))


async def test_a_case_that_stayed_closed_gives_its_longest_reply_without_names(session):
    await settle(session, days=10)
    (one,) = await found(session)
    assert (one.question, one.reply) == ("do you gift wrap", SAID)
    assert one.why == "The case stayed closed for 7 days."


@pytest.mark.parametrize(("score", "why"), [(5, "Rated 5 of 5."), (4, "Rated 4 of 5.")])
async def test_a_good_rating_need_not_wait(session, score, why):
    visited = await settle(session, days=1)
    assert await found(session) == []
    await rate(session, visited, score)
    assert [each.why for each in await found(session)] == [why]


async def test_badly_rated_reopened_short_and_old_replies_are_left(session):
    await rate(session, await settle(session, days=12), 2)
    assert await found(session) == []
    again = await settle(session, days=30)
    later = await visit(session, "ada", days=27)
    await hand_over(session, later, closed_after_days=None)
    await settle(session, days=100)
    short = await settle(session, days=40, body="Yes.")
    assert await found(session) == []
    assert again != short


async def test_without_a_question_the_brief_says_what_it_was_about(session):
    visited = await settle(session, days=10, asked=False)
    from sqlalchemy import update

    await session.execute(
        update(Handoff)
        .where(Handoff.episode_id == visited.episode_id)
        .values(brief={"ask": "Gift wrap for ada Ashdown?"})
    )
    assert [each.question for each in await found(session)] == ["Gift wrap for Robin Robin?"]
