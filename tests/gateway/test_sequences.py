"""Random days on every channel: nothing is lost or doubled, and the bot speaks for nobody else.

People take back what they wrote and block us, platforms ask to wait, colleagues take over.
Payloads come from the strict fakes as the platforms word them, go through each channel's own parser
into the real intake, and are answered and delivered. `make sequences` runs a thousand a channel.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from channels.base import CustomerGoneError, RetryLaterError
from crm.models import DELETED, Author, Conversation, Direction, Message, MessageState
from handoff import service as handoffs
from kit.clock import utc_now
from kit.database import Database
from tests.fakes.channel import RecordingChannel
from tests.gateway.conftest import Desk
from tests.gateway.platform_scripts import (
    ApiScript,
    Script,
    SlackScript,
    TelegramScript,
    WebScript,
    numbers,
)
from tests.handoff import scenes

SEQUENCES = int(os.environ.get("SEQUENCES", "8"))
PEOPLE = 3

deeds = st.one_of(
    st.tuples(st.just("say"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("say"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("again"), st.integers(0, 50)),
    st.tuples(st.just("edit"), st.integers(0, 50)),
    st.tuples(st.just("press"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("echo"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("work"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("send"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("delete"), st.integers(0, 50)),
    st.tuples(st.just("block"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("flood"), st.integers(1, 3)),
    st.tuples(st.just("claim"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("reply"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("return"), st.integers(0, PEOPLE - 1)),
)


class Day:
    """One sequence, played and looked at."""

    def __init__(self, desk: Desk, script: Script) -> None:
        self.desk = desk
        self.script = script
        self.told: list[Any] = []
        self.said = 0
        self.pressed = 0
        self.conversations: dict[str, Any] = {}
        self.people: dict[int, str] = {}
        self.away: set[str] = set()
        self.ever_away: set[str] = set()
        self.claims: dict[str, tuple[UUID, UUID]] = {}
        self.ever_claimed: set[str] = set()
        self.replies: list[str] = []
        self.intrusions: list[str] = []
        desk.channel.before_send = self._watch

    async def play(self, sequence: list[tuple[str, int]]) -> None:
        for deed, number in sequence:
            match deed:
                case "say":
                    await self._come_back(number)
                    await self._tell(self.script.say(number, f"question {self.said}"), by=number)
                    self.said += 1
                case "again" if self.told:
                    await self._take(self.told[number % len(self.told)])
                case "edit" if self.said:
                    words = f"changed {number}"
                    await self._tell(self.script.edit(number % self.said, words))
                case "delete" if self.said:
                    await self._tell(self.script.delete(number % self.said))
                case "press":
                    await self._come_back(number)
                    await self._tell(self.script.press(number), by=number)
                    self.pressed += 1
                case "echo":
                    for payload in self.script.echo(number):
                        assert self.script.parse(payload) == []
                case "block" if self.script.can_leave and number in self.people:
                    self.away.add(self.people[number])
                    self.ever_away.add(self.people[number])
                    await self._tell(self.script.block(number, back=False))
                case "flood":
                    asked = [RetryLaterError("slow down", retry_after=0.01) for _ in range(number)]
                    self.desk.channel.failures = list(asked)
                case "work" | "send" | "claim" | "reply" | "return" if self.conversations:
                    address = list(self.conversations)[number % len(self.conversations)]
                    await self._do(deed, address)
        for conversation_id in self.conversations.values():
            await self.desk.settle(conversation_id)

    async def _do(self, deed: str, address: str) -> None:
        """Let the product, or a colleague, do something in a conversation."""
        conversation_id = self.conversations[address]
        match deed:
            case "work":
                await self.desk.turns.handle(conversation_id)
            case "send":
                await self.desk.deliverer.handle(conversation_id)
            case "claim" if address not in self.claims:
                await self._claim(address)
            case "reply" if address in self.claims:
                self.replies.append(f"colleague {len(self.replies)}")
                await self._reply(address, self.replies[-1])
            case "return" if address in self.claims:
                handoff_id, agent_id = self.claims.pop(address)
                async with self.desk.database.session() as session:
                    await handoffs.return_to_bot(
                        session, handoff_id, agent_id=agent_id, outcome="done"
                    )
                    await session.commit()

    async def _claim(self, address: str) -> None:
        async with self.desk.database.session() as session:
            agent = await scenes.add_agent(session, f"a{next(numbers)}")
            handoff = await scenes.hand_over(session, self.conversations[address])
            await session.commit()
            await handoffs.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
            await session.commit()
        self.claims[address] = (handoff.id, agent.id)
        self.ever_claimed.add(address)

    async def _reply(self, address: str, words: str) -> None:
        handoff_id, agent_id = self.claims[address]
        async with self.desk.database.session() as session:
            await handoffs.reply(
                session, handoff_id, agent_id=agent_id, body=words, client_key=f"k{next(numbers)}"
            )
            await session.commit()

    async def _watch(self, part: Any) -> None:
        """Be the platform: whoever left is gone. Notes what the bot says in a person's place."""
        address, text = part
        if address in self.away:
            raise CustomerGoneError("blocked")
        if address in self.claims and "echo: " in text:
            self.intrusions.append(text)

    async def _come_back(self, who: int) -> None:
        """Nobody can write to us whom they have blocked."""
        if self.people.get(who) in self.away:
            self.away.discard(self.people[who])
            await self._tell(self.script.block(who, back=True))

    async def _tell(self, payloads: list[Any], *, by: int | None = None) -> None:
        for payload in payloads:
            self.told.append(payload)
            await self._take(payload, by=by)

    async def _take(self, payload: Any, *, by: int | None = None) -> None:
        for event in self.script.parse(payload):
            assert event.channel == self.script.name
            await self.desk.intake.accept(event)
            async with self.desk.database.session() as session:
                found = select(Conversation.id).where(
                    Conversation.channel == event.channel, Conversation.address == event.address
                )
                self.conversations[event.address] = (await session.execute(found)).scalar_one()
            if by is not None:
                self.people[by] = event.address

    async def look(self) -> None:
        ids = list(self.conversations.values())
        async with self.desk.database.session() as session:
            found = select(Message).where(Message.conversation_id.in_(ids)).order_by(Message.seq)
            messages = list((await session.execute(found)).scalars())
        heard = [one for one in messages if one.direction == Direction.IN]
        sent = [one for one in messages if one.direction == Direction.OUT]
        assert len(heard) == self.said + self.pressed
        assert len({one.event_key for one in heard}) == len(heard)
        for address, conversation_id in self.conversations.items():
            self._look_at_turns(address, [m for m in heard if m.conversation_id == conversation_id])
            self._look_at_sends(address, [m for m in sent if m.conversation_id == conversation_id])
        answered = [one.in_reply_to for one in sent if one.in_reply_to is not None]
        wanted = [one.id for one in heard if one.state == MessageState.ANSWERED]
        assert sorted(map(str, answered)) == sorted(map(str, wanted))
        colleagues = [one.body for one in sent if one.author == Author.AGENT]
        assert colleagues == self.replies
        assert self.intrusions == []

    def _look_at_turns(self, address: str, heard: list[Message]) -> None:
        """Each was answered, left to a person, or taken back before its turn."""
        for one in heard:
            assert one.state in {
                MessageState.ANSWERED,
                MessageState.WITH_HUMAN if address in self.ever_claimed else None,
                MessageState.KEPT if one.kind == DELETED else None,
            }
            assert not (one.kind == DELETED and one.body)

    def _look_at_sends(self, address: str, sent: list[Message]) -> None:
        """Each arrived once and in order, unless the customer had left or a person taken over."""
        for one in sent:
            assert one.state in {
                MessageState.SENT,
                MessageState.FAILED if address in self.ever_away else None,
                MessageState.DISCARDED
                if address in self.ever_claimed and one.author == Author.BOT
                else None,
            }
        arrived = [text for where, text in self.desk.channel.sent if where == address]
        assert arrived == [one.body for one in sent if one.state == MessageState.SENT]


@contextmanager
def running(database_url: str) -> Iterator[tuple[asyncio.Runner, Database]]:
    with asyncio.Runner() as runner:
        database = Database(database_url)
        try:
            yield runner, database
        finally:
            runner.run(database.close())


@pytest.mark.parametrize(
    "make_script", [TelegramScript, SlackScript, ApiScript, WebScript], ids=lambda one: one.name
)
def test_a_random_day_loses_doubles_and_loops_nothing(database_url: str, make_script: Any):
    with running(database_url) as (runner, database):

        @settings(
            max_examples=SEQUENCES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @example([("say", 0), ("work", 0), ("claim", 0), ("send", 0), ("reply", 0), ("say", 0)])
        @example([("say", 0), ("claim", 0), ("work", 0), ("return", 0), ("say", 0), ("again", 0)])
        @example([("say", 0), ("delete", 0), ("edit", 0), ("again", 0), ("work", 0), ("say", 1)])
        @example([("say", 0), ("work", 0), ("delete", 0), ("send", 0), ("edit", 0)])
        @example([("say", 0), ("work", 0), ("block", 0), ("send", 0), ("say", 0)])
        @example([("say", 0), ("say", 0), ("work", 0), ("work", 0), ("flood", 3), ("send", 0)])
        @given(st.lists(deeds, max_size=20))
        def play(sequence: list[tuple[str, int]]) -> None:
            async def day() -> None:
                script = make_script(next(numbers))
                desk = Desk(database, channel=RecordingChannel(script.name, max_text=4000))
                played = Day(desk, script)
                await played.play(sequence)
                await played.look()

            runner.run(day())

        play()
