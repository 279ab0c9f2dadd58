"""Random days on every channel: nothing is lost, doubled or answered to ourselves.

Payloads come from the strict fakes as the platforms word them, go through each channel's own parser
into the real intake, and are answered and delivered. `make sequences` runs a thousand a channel.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from channels.api.router import as_inbound
from channels.api.schemas import EventIn
from channels.base import InboundEvent
from channels.slack.parse import parse_click, parse_event
from channels.telegram.identity import BotIdentity
from channels.telegram.parse import parse_update
from channels.web.router import _as_event as read_web
from channels.web.schemas import SentMessage
from channels.web.sessions import KnownSession
from crm.models import Conversation, Direction, Message, MessageState
from kit.database import Database
from tests.fakes.channel import RecordingChannel
from tests.fakes.slack_api import TEAM, FakeSlack
from tests.fakes.telegram_api import FakeTelegram
from tests.gateway.conftest import Desk

SEQUENCES = int(os.environ.get("SEQUENCES", "8"))
_runs = count(1)
PEOPLE = 3

deeds = st.one_of(
    st.tuples(st.just("say"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("say"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("again"), st.integers(0, 50)),
    st.tuples(st.just("edit"), st.integers(0, 50)),
    st.tuples(st.just("press"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("echo"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("work"), st.integers(0, PEOPLE - 1)),
)


class Script(Protocol):
    """How one platform words what people do; each deed gives the payloads that tell of it."""

    name: str

    def say(self, who: int, words: str) -> list[Any]:
        """Somebody writes."""
        ...

    def edit(self, number: int, words: str) -> list[Any]:
        """Somebody changes their message of that number."""
        ...

    def press(self, who: int) -> list[Any]:
        """Somebody presses a button that is none of ours."""
        ...

    def echo(self, who: int) -> list[Any]:
        """A message of ours, or of another bot, comes back to us."""
        ...

    def parse(self, payload: Any) -> list[InboundEvent]:
        """Read a payload as the channel does."""
        ...


OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Beep"}


class TelegramScript:
    name = "telegram"

    def __init__(self, run: int) -> None:
        self._fake = FakeTelegram()
        self._base = run * 1000
        self._bot = BotIdentity(987, "bot")
        self._said: list[tuple[int, int]] = []

    def say(self, who: int, words: str) -> list[Any]:
        done = self._fake.say(self._base + who, words)
        self._said.append((self._base + who, done.message_id))
        return [self._body(done.update_id)]

    def edit(self, number: int, words: str) -> list[Any]:
        done = self._fake.edit(*self._said[number], words)
        return [self._body(done.update_id)]

    def press(self, who: int) -> list[Any]:
        number = next(_runs) + 10_000
        chat = self._base + who
        message = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
        user = {"id": chat, "is_bot": False, "first_name": "A"}
        pressed = {"id": str(number), "from": user, "chat_instance": "1", "data": "foreign"}
        return [{"update_id": 10**6 + number, "callback_query": {**pressed, "message": message}}]

    def echo(self, who: int) -> list[Any]:
        chat = {"id": self._base + who, "type": "private"}
        message = {"message_id": 9, "date": 1, "chat": chat, "text": "hi", "from": OTHER_BOT}
        return [{"update_id": 10**7 + next(_runs), "message": message}]

    def parse(self, payload: Any) -> list[InboundEvent]:
        return list(parse_update(payload, self._bot))

    def _body(self, update_id: int) -> Any:
        return json.loads(json.dumps(self._fake.queue.pending[update_id].body))


class SlackScript:
    name = "slack"

    def __init__(self, run: int) -> None:
        self._fake = FakeSlack()
        self._run = run
        self._said: list[Any] = []

    def say(self, who: int, words: str) -> list[Any]:
        done = self._fake.dm(self._user(who), words)
        self._said.append(done)
        return self._bodies(done.event_ids)

    def edit(self, number: int, words: str) -> list[Any]:
        said = self._said[number]
        return self._bodies(self._fake.edit(said.channel, said.ts, words).event_ids)

    def press(self, who: int) -> list[Any]:
        at = self._fake.next_ts()
        user = self._user(who)
        return [
            {
                "type": "block_actions",
                "user": {"id": user},
                "channel": {"id": f"D{user[1:]}"},
                "container": {"type": "message", "message_ts": at},
                "actions": [{"type": "button", "value": "foreign", "action_ts": at}],
            }
        ]

    def echo(self, who: int) -> list[Any]:
        user = self._user(who)
        ours = {"user": self._fake.team().bot_user, "bot_id": "B0", "text": "hi"}
        event = {"type": "message", "channel": f"D{user[1:]}", "ts": self._fake.next_ts(), **ours}
        return [{"type": "event_callback", "event": event}]

    def parse(self, payload: Any) -> list[InboundEvent]:
        if payload["type"] == "block_actions":
            found = parse_click(payload, team=TEAM)
        else:
            found = parse_event(payload, team=TEAM, bot_user=self._fake.team().bot_user)
        return [found] if found else []

    def _user(self, who: int) -> str:
        return f"U{self._run:05}{who}"

    def _bodies(self, event_ids: list[str]) -> list[Any]:
        return [self._fake.events.known[one].body for one in event_ids]


class ApiScript:
    name = "api"

    def __init__(self, run: int) -> None:
        self._run = run
        self._numbers = count()
        self._said: list[tuple[int, str]] = []

    def say(self, who: int, words: str) -> list[Any]:
        message = f"m{next(self._numbers)}"
        self._said.append((who, message))
        return [self._event(who, text=words, message=message)]

    def edit(self, number: int, words: str) -> list[Any]:
        who, message = self._said[number]
        return [self._event(who, type="edit", text=words, message=message)]

    def press(self, who: int) -> list[Any]:
        return [self._event(who, type="button", text="foreign")]

    def echo(self, who: int) -> list[Any]:
        return []

    def parse(self, payload: Any) -> list[InboundEvent]:
        key, body = payload
        return [as_inbound(EventIn.model_validate_json(body), key)]

    def _event(self, who: int, **what: Any) -> Any:
        name = f"r{self._run}-p{who}"
        body = {"conversation": name, "customer": {"id": name}, **what}
        return f"k{self._run}-{next(self._numbers)}", json.dumps(body)


class WebScript:
    name = "web"

    def __init__(self, run: int) -> None:
        self._run = run
        self._numbers = count()

    def say(self, who: int, words: str) -> list[Any]:
        return [(who, {"client_id": str(UUID(int=next(self._numbers))), "text": words})]

    def edit(self, number: int, words: str) -> list[Any]:
        return []

    def press(self, who: int) -> list[Any]:
        return [(who, {"client_id": str(UUID(int=next(self._numbers))), "button": "foreign" * 4})]

    def echo(self, who: int) -> list[Any]:
        return []

    def parse(self, payload: Any) -> list[InboundEvent]:
        who, body = payload
        known = KnownSession(f"web-{self._run}-{who}", None)
        return [read_web(SentMessage.model_validate(body), known, locale=None)]


class Day:
    """One sequence, played and looked at."""

    def __init__(self, desk: Desk, script: Script) -> None:
        self.desk = desk
        self.script = script
        self.told: list[Any] = []
        self.said = 0
        self.pressed = 0
        self.conversations: dict[str, Any] = {}

    async def play(self, sequence: list[tuple[str, int]]) -> None:
        for deed, number in sequence:
            match deed:
                case "say":
                    await self._tell(self.script.say(number, f"question {self.said}"))
                    self.said += 1
                case "again" if self.told:
                    await self._take(self.told[number % len(self.told)])
                case "edit" if self.said:
                    words = f"changed {number}"
                    await self._tell(self.script.edit(number % self.said, words))
                case "press":
                    await self._tell(self.script.press(number))
                    self.pressed += 1
                case "echo":
                    for payload in self.script.echo(number):
                        assert self.script.parse(payload) == []
                case "work" if self.conversations:
                    ids = list(self.conversations.values())
                    await self.desk.turns.handle(ids[number % len(ids)])
        for conversation_id in self.conversations.values():
            await self.desk.settle(conversation_id)

    async def _tell(self, payloads: list[Any]) -> None:
        for payload in payloads:
            self.told.append(payload)
            await self._take(payload)

    async def _take(self, payload: Any) -> None:
        for event in self.script.parse(payload):
            assert event.channel == self.script.name
            await self.desk.intake.accept(event)
            async with self.desk.database.session() as session:
                found = select(Conversation.id).where(
                    Conversation.channel == event.channel, Conversation.address == event.address
                )
                self.conversations[event.address] = (await session.execute(found)).scalar_one()

    async def look(self) -> None:
        ids = list(self.conversations.values())
        async with self.desk.database.session() as session:
            found = select(Message).where(Message.conversation_id.in_(ids)).order_by(Message.seq)
            messages = list((await session.execute(found)).scalars())
        heard = [one for one in messages if one.direction == Direction.IN]
        sent = [one for one in messages if one.direction == Direction.OUT]
        assert len(heard) == self.said + self.pressed
        assert {one.state for one in heard} <= {MessageState.ANSWERED}
        answered = [one.in_reply_to for one in sent]
        assert sorted(map(str, answered)) == sorted(str(one.id) for one in heard)
        assert {one.state for one in sent} <= {MessageState.SENT}
        ours = [text for address, text in self.desk.channel.sent if address in self.conversations]
        for address, conversation_id in self.conversations.items():
            bodies = [one.body for one in sent if one.conversation_id == conversation_id]
            arrived = [text for where, text in self.desk.channel.sent if where == address]
            assert "".join(arrived) == "".join(bodies)
        assert ours or not heard


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
        @given(st.lists(deeds, max_size=14))
        def play(sequence: list[tuple[str, int]]) -> None:
            async def day() -> None:
                script = make_script(next(_runs))
                desk = Desk(database, channel=RecordingChannel(script.name, max_text=4000))
                played = Day(desk, script)
                await played.play(sequence)
                await played.look()

            runner.run(day())

        play()
