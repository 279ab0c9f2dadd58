"""Random days in a public place. What must never happen there does not, in whatever order.

A few seeds run by default; PUBLIC_DAYS=200 runs as many.
"""

import os
import random
from collections import Counter

import pytest
from sqlalchemy import select

from channels.base import EventKind
from crm.models import Author, Message
from crm.threads.checks import find_fault
from crm.threads.models import CaseState
from handoff import service as handoffs
from handoff.models import Handoff, HandoffState
from handoff.repository import OPEN_STATES
from kit.clock import utc_now
from kit.errors import AppError
from tests.contracts.channel_contract import HOSTILE
from tests.gateway.public.test_acknowledging import let_a_day_pass
from tests.gateway.public.test_closing import agent  # noqa: F401  a fixture

SEEDS = range(int(os.environ.get("PUBLIC_DAYS", "4")))
STEPS = 14
PEOPLE = ("ada", "bob")
WORDS = (
    "my lamp arrived broken",
    "hello?",
    "where is LL-10042, mail ada@example.org",
    "I will post this on every review site, you liars",
    "my lawyer will sue you",
    "Meine Lampe ist kaputt und niemand antwortet mir",
    "thank you",
    *HOSTILE.values(),
)


class Day:
    """One random day; remembers every token that was posted."""

    def __init__(self, square, agent_id, seed: int) -> None:
        self.square = square
        self._agent = agent_id
        self._random = random.Random(seed)
        self._public: dict[str, object] = {}

    async def step(self) -> None:
        deeds = (self.post, self.post, self.press, self.work, self.end, self.wait, self.open_up)
        await self._random.choice(deeds)()
        await self.square.settle()

    async def post(self) -> None:
        person = self._random.choice(PEOPLE)
        self._public[person] = await self.square.post(self._random.choice(WORDS), account=person)

    async def press(self) -> None:
        """Somebody follows a link: their own, another's or one nobody made."""
        tokens = ["p_forged"]
        for public in self._public.values():
            tokens += await self.square.tokens(public)
        await self.square.press(self._random.choice(tokens), account=self._random.choice(PEOPLE))

    async def work(self) -> None:
        for handoff in await self.open_cases():
            await self._attempt(handoffs.claim, handoff, now=utc_now())
            words = self._random.choice(("We are on it.", "We will refund 20 EUR."))
            key = f"{self._random.random()}"
            await self._attempt(handoffs.reply, handoff, body=words, client_key=key)

    async def end(self) -> None:
        for handoff in await self.open_cases():
            doing = self._random.choice(
                (handoffs.resolve, handoffs.return_to_bot, handoffs.continue_privately)
            )
            more = {} if doing is handoffs.continue_privately else {"outcome": "20 EUR agreed."}
            await self._attempt(doing, handoff, **more)

    async def wait(self) -> None:
        await let_a_day_pass(self.square)

    async def open_up(self) -> None:
        """Somebody has a private chat with us from now on; or presses what is not theirs."""
        person = self._random.choice(PEOPLE)
        self.square.channel.private[person] = f"chat-{person}"
        await self.square.desk.say("nonsense", kind=EventKind.BUTTON, account=person)

    async def open_cases(self) -> list[Handoff]:
        async with self.square.desk.database.session() as session:
            found = select(Handoff).where(Handoff.state.in_(OPEN_STATES))
            return list((await session.execute(found)).scalars())

    async def _attempt(self, doing, handoff: Handoff, **more) -> None:
        async with self.square.desk.database.session() as session:
            try:
                await doing(session, handoff.id, agent_id=self._agent, **more)
                await session.commit()
            except AppError:
                await session.rollback()

    async def public_messages(self) -> list[Message]:
        said = []
        for public in self._public.values():
            said += await self.square.desk.outbox(public)
        return said


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_in_public(square, agent, seed):  # noqa: F811  fixtures, found by name
    day = Day(square, agent, seed)
    for _ in range(STEPS):
        await day.step()
    said = await day.public_messages()
    assert [message.body for message in said if find_fault(message.body)] == []
    assert [message for message in said if message.payload["buttons"]] == []
    ours = Counter(message.body for message in said if message.author != Author.AGENT)
    assert [text for text, times in ours.items() if times > 1] == []
    closures = Counter(m.event_key for m in said if (m.event_key or "").startswith("closure:"))
    solved = [case for case in await square.cases() if case.state is CaseState.CLOSED]
    assert closures == Counter(f"closure:{case.id}" for case in solved)
    await expect_nothing_pending(square)
    await expect_owners(square, day)


async def expect_nothing_pending(square) -> None:
    async with square.desk.database.session() as session:
        found = select(Message).where(Message.state.in_(("pending", "sending", "dead", "failed")))
        assert list((await session.execute(found)).scalars()) == []


async def expect_owners(square, day: Day) -> None:
    """A conversation is a person's exactly when a case is open there."""
    owners = {HandoffState.WAITING: "queue", HandoffState.CLAIMED: "agent"}
    expected = {one.conversation_id: owners[one.state] for one in await day.open_cases()}
    for conversation_id in await square.conversations():
        conversation = await square.desk.conversation(conversation_id)
        assert conversation.owner == expected.get(conversation_id, "bot")
