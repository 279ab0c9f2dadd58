"""After a case: the question how it was, whose answer it is, and whether it stayed solved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.base import EventKind
from crm.care import service as care
from crm.care.models import Purpose, Rating
from crm.care.schemas import Cause
from crm.models import Author, Conversation, MessageState
from handoff import aftercare, service
from handoff.models import HandoffState
from handoff.reasons import HandoffReason
from handoff.workforce import assignment, presence
from handoff.workforce.models import PresenceState
from kit.clock import utc_now
from tests.handoff.scenes import add_agent

LATER = timedelta(days=3, minutes=1)
HUMAN = "I want to talk to a human"


class Case:
    """A case that a person has answered."""

    def __init__(self, desk, agent, conversation_id, handoff):
        self.desk, self.agent = desk, agent
        self.conversation_id, self.handoff = conversation_id, handoff

    async def end(self, how=service.resolve):
        async with self.desk.database.session() as session:
            await how(session, self.handoff.id, agent_id=self.agent.id, outcome="A new shade.")
            await session.commit()
        await self.desk.settle(self.conversation_id)

    async def follow_up(self, after=LATER):
        now = utc_now() + after
        async with self.desk.database.session() as session:
            due = await aftercare.list_to_follow_up(session, now)
            asked = [await aftercare.follow_up(session, one, now) for one in due]
            await session.commit()
        await self.desk.settle(self.conversation_id)
        return asked

    async def last(self):
        return (await self.desk.outbox(self.conversation_id))[-1]

    async def press(self, title):
        """Press the button with this title on the newest message that has it."""
        for message in reversed(await self.desk.outbox(self.conversation_id)):
            for shown in message.payload.get("buttons", ()):
                if shown["title"] == title:
                    await self.desk.say(shown["token"], kind=EventKind.BUTTON)
                    return
        raise AssertionError(f"There is no button {title}.")

    async def ratings(self):
        async with self.desk.database.session() as session:
            rows = (await session.execute(select(Rating))).scalars()
            return [(row.score, row.scale, row.handoff_id, row.agent_id) for row in rows]


async def begin(desk, *, words=HUMAN, answered=True):
    conversation_id = await desk.say(words)
    (handoff,) = await desk.handoffs(conversation_id)
    async with desk.database.session() as session:
        agent = await add_agent(session, "mara")
        await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
        if answered:
            await service.reply(
                session, handoff.id, agent_id=agent.id, body="Hello, Mara here.", client_key="1"
            )
        await session.commit()
    await desk.settle(conversation_id)
    return Case(desk, agent, conversation_id, handoff)


@pytest.fixture
async def case(desk):
    return await begin(desk)


async def test_who_helped_is_rated_once(case):
    await case.end()
    assert [one["title"] for one in (await case.last()).payload["buttons"]] == list("12345")
    await case.press("5")
    assert (await case.last()).body.endswith("Thank you, that helps us.")
    await case.press("1")
    assert "already" in (await case.last()).body
    assert await case.ratings() == [(5, 5, case.handoff.id, case.agent.id)]
    assert case.desk.engine.asked == []


async def test_the_number_can_be_typed(case):
    await case.end()
    await case.desk.say("4")
    assert [score for score, *_ in await case.ratings()] == [4]


async def test_whoever_is_not_content_is_offered_a_person(case):
    await case.end()
    await case.press("2")
    last = await case.last()
    assert "look at it again" in " ".join(last.body.split())
    assert len(last.payload["buttons"]) == 1


async def test_a_case_that_nobody_answered_is_not_rated(desk):
    case = await begin(desk, answered=False)
    await case.end()
    assert (await case.last()).payload["buttons"] == []
    assert await case.follow_up() == []


async def test_who_was_in_danger_is_asked_nothing(desk):
    case = await begin(desk, words="The lamp is on fire and there is smoke everywhere!")
    assert case.handoff.reason is HandoffReason.SAFETY
    await case.end()
    assert (await case.last()).payload["buttons"] == []
    assert await case.follow_up() == []


async def test_a_german_customer_is_told_and_asked_in_german(case):
    async with case.desk.database.session() as session:
        conversation = await session.get_one(Conversation, case.conversation_id)
        conversation.language = "de"
        await session.commit()
    await case.end()
    assert (await case.last()).body == "Wie waren wir? Von 1 (schlecht) bis 5 (sehr gut)."
    await case.follow_up()
    assert "gelöst geblieben" in (await case.last()).body


@pytest.mark.parametrize("how", [service.resolve, service.return_to_bot])
async def test_days_later_it_is_asked_once_whether_it_stayed_solved(case, how):
    await case.end(how)
    assert await case.follow_up(timedelta(days=2)) == []
    assert await case.follow_up() == [True]
    assert await case.follow_up() == []
    asked = await case.last()
    assert (asked.author, asked.state) == (Author.SYSTEM, MessageState.SENT)
    await case.press("Yes, it is")
    (handoff,) = await case.desk.handoffs(case.conversation_id)
    assert handoff.stayed_solved is True
    assert handoff.followed_up_at is not None


async def test_a_no_opens_a_case_that_goes_to_the_same_person(case):
    await case.end()
    await case.follow_up()
    await case.press("No, it is not")
    old, new = sorted(await case.desk.handoffs(case.conversation_id), key=lambda h: h.opened_at)
    assert (old.stayed_solved, old.state) == (False, HandoffState.RESOLVED)
    assert (new.reason, new.last_agent_id) == (HandoffReason.REOPENED, case.agent.id)
    assert new.brief["earlier_outcome"] == "A new shade."
    async with case.desk.database.session() as session:
        other = await add_agent(session, "anton")
        for agent in (other, case.agent):
            await presence.declare(session, agent.id, PresenceState.AVAILABLE, utc_now())
        assert await assignment.assign(session, new.id, utc_now()) == case.agent.id


async def test_saying_how_it_was_does_not_stop_the_later_question(case):
    await case.end()
    await case.press("5")
    assert await case.follow_up() == [True]


async def test_whoever_has_written_since_is_not_asked(case):
    await case.end()
    await case.desk.say("Where is my other order?")
    assert await case.follow_up() == [False]


async def test_whoever_wants_no_service_messages_is_not_asked(case):
    await case.end()
    async with case.desk.database.session() as session:
        (asked, *_) = await case.desk.inbox(case.conversation_id)
        cause = Cause(case.handoff.customer_id, asked.id, utc_now())
        await care.set_consent(
            session, cause, purpose=Purpose.SERVICE_MESSAGES, granted=False, wording="stop"
        )
        await session.commit()
    assert await case.follow_up() == [False]


async def test_a_question_that_is_a_week_late_is_not_asked(case):
    await case.end()
    assert await case.follow_up(timedelta(days=11)) == [False]
