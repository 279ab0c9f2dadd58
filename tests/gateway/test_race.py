"""Who speaks with the customer: everything at once, and never both the bot and a person.

Customers write, turns are taken, replies are delivered, and two people claim, answer, pass on,
return and resolve, several at the same moment on real PostgreSQL. `make sequences` plays more.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.models import Author, Conversation, Direction, Message, MessageState, Owner
from handoff import passing, service
from handoff.models import Handoff, HandoffState
from handoff.repository import find_open_handoff
from handoff.sla.models import SlaClock
from kit.clock import utc_now
from kit.database import Database
from kit.errors import AppError
from tests.fakes.channel import RecordingChannel
from tests.gateway.conftest import Desk
from tests.gateway.test_sequences import running
from tests.handoff.scenes import add_agent

SCHEDULES = int(os.environ.get("SEQUENCES", "25"))
HUMAN = "I want to talk to a human"
AGENTS = 2
ENDS = ("return_to_bot", "resolve")
_runs = count(1)

agents = st.integers(0, AGENTS - 1)
deeds = st.one_of(
    st.tuples(st.just("say"), agents),
    st.tuples(st.just("human"), agents),
    st.tuples(st.just("turn"), agents),
    st.tuples(st.just("deliver"), agents),
    st.tuples(st.just("claim"), agents),
    st.tuples(st.just("claim"), agents),
    st.tuples(st.just("reply"), agents),
    st.tuples(st.just("reply"), agents),
    st.tuples(st.just("return_to_bot"), agents),
    st.tuples(st.just("resolve"), agents),
    st.tuples(st.just("pass"), agents),
    st.tuples(st.just("skill"), agents),
    st.tuples(st.just("release"), agents),
)
schedules = st.lists(st.lists(deeds, min_size=1, max_size=4), max_size=9)


class Stage:
    """One customer, two people, one bot; everything that is sent is watched."""

    def __init__(self, database: Database, people: list[UUID]) -> None:
        self.account = f"race-{next(_runs)}"
        self.people = people
        channel = RecordingChannel(max_text=4000)
        channel.before_send = self._watch
        self.desk = Desk(database, channel=channel)
        self.conversation_id: UUID | None = None
        self.said = count()
        self.taken: set[str] = set()  # replies of people that were accepted
        self.human = False  # from a claim until somebody begins to give it back
        self.given_back = 0
        self.spoke_over: list[str] = []

    async def play(self, schedule: list[list[tuple[str, int]]]) -> None:
        await self.do("human", 0)
        for moment in schedule:
            await asyncio.gather(*(self.do(*deed) for deed in moment))
        assert self.conversation_id is not None
        await self.desk.settle(self.conversation_id)

    async def do(self, deed: str, who: int) -> None:
        match deed:
            case "say" | "human":
                number = next(self.said)
                words = HUMAN if deed == "human" else f"question {number}"
                self.conversation_id = await self.desk.write(
                    words, account=self.account, key=f"{self.account}-{number}"
                )
            case "turn":
                await self.desk.turns.handle(self._id)
            case "deliver":
                await self.desk.deliverer.handle(self._id)
            case _:
                await self._act(deed, self.people[who])

    @property
    def _id(self) -> UUID:
        assert self.conversation_id is not None
        return self.conversation_id

    async def _act(self, deed: str, agent_id: UUID) -> None:
        other = next(one for one in self.people if one != agent_id)
        now = utc_now()

        async def give_back(end: Callable[..., Awaitable[Any]], session: Any, case: UUID) -> None:
            self.human = False
            await end(session, case, agent_id=agent_id, outcome="Agreed.")

        async with self.desk.database.session() as session:
            handoff = await find_open_handoff(session, self._id)
            if handoff is None:
                return
            case, before, given = handoff.id, self.human, self.given_back
            try:
                match deed:
                    case "claim":
                        await service.claim(session, case, agent_id=agent_id, now=now)
                        self.human = True
                    case "reply":
                        words = f"person {next(self.said)}"
                        await service.reply(
                            session, case, agent_id=agent_id, body=words, client_key=words
                        )
                    case "return_to_bot":
                        await give_back(service.return_to_bot, session, case)
                    case "resolve":
                        await give_back(service.resolve, session, case)
                    case "pass":
                        await passing.transfer_to_agent(
                            session, case, agent_id=agent_id, to_id=other, why="Yours.", now=now
                        )
                    case "skill":
                        await passing.transfer_to_skill(
                            session, case, agent_id=agent_id, skill="legal", why="Law.", now=now
                        )
                    case "release":
                        await passing.release(session, case, now=now)
                await session.commit()
            except AppError:
                if deed in ENDS and given == self.given_back:
                    self.human = before
                return
        if deed in ENDS:
            self.human = False  # who failed to end it meanwhile has put it back
            self.given_back += 1
        if deed == "reply":
            self.taken.add(words)

    async def _watch(self, part: tuple[str, str]) -> None:
        if self.human and "echo: " in part[1]:
            self.spoke_over.append(part[1])

    async def look(self) -> None:
        assert self.spoke_over == []
        async with self.desk.database.session() as session:
            found = select(Message).where(Message.conversation_id == self._id)
            log = list((await session.execute(found.order_by(Message.seq))).scalars())
            conversation = await session.get_one(Conversation, self._id)
            handoff = await find_open_handoff(session, self._id)
            clocks = await session.execute(
                select(func.count())
                .select_from(SlaClock)
                .join(Handoff, Handoff.id == SlaClock.handoff_id)
                .where(
                    Handoff.conversation_id == self._id,
                    Handoff.closed_at.is_not(None),
                    SlaClock.ended_at.is_(None),
                )
            )
            assert clocks.scalar_one() == 0
        self._look_at_owner(conversation, handoff)
        self._look_at_log(log)

    def _look_at_owner(self, conversation: Conversation, handoff: Handoff | None) -> None:
        if handoff is None:
            assert (conversation.owner, conversation.agent_id) == (Owner.BOT, None)
        elif handoff.state is HandoffState.WAITING:
            assert (conversation.owner, conversation.agent_id) == (Owner.QUEUE, None)
        else:
            assert (conversation.owner, conversation.agent_id) == (Owner.AGENT, handoff.agent_id)
            assert handoff.agent_id is not None

    def _look_at_log(self, log: list[Message]) -> None:
        heard = [one for one in log if one.direction == Direction.IN]
        ours = [one for one in log if one.direction == Direction.OUT]
        assert {one.state for one in heard} <= {MessageState.ANSWERED, MessageState.WITH_HUMAN}
        with_people = {one.id for one in heard if one.state is MessageState.WITH_HUMAN}
        answered = {one.in_reply_to for one in ours if one.author == Author.BOT}
        assert not answered & with_people
        for one in ours:
            states = {MessageState.SENT, MessageState.DISCARDED}
            assert one.state in (states if one.author == Author.BOT else {MessageState.SENT})
        replies = [one.body for one in ours if one.author == Author.AGENT]
        assert set(replies) == self.taken
        assert len(replies) == len(self.taken)
        sent = [one.body for one in ours if one.state is MessageState.SENT]
        assert self.desk.channel.texts == sent


def test_never_both_and_nothing_dropped(database_url: str):
    with running(database_url) as (runner, database):

        async def hire() -> list[UUID]:
            async with database.session() as session:
                people = [(await add_agent(session, f"agent{n}")).id for n in range(AGENTS)]
                await session.commit()
            return people

        people = runner.run(hire())

        @settings(
            max_examples=SCHEDULES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(schedules)
        def play(schedule: list[list[tuple[str, int]]]) -> None:
            async def scene() -> None:
                stage = Stage(database, people)
                await stage.play(schedule)
                await stage.look()

            runner.run(scene())

        play()
