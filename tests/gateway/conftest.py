"""A desk in miniature: real intake, turns and deliveries on PostgreSQL; fake engine and channel."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.base import EventKind, InboundEvent, Sender
from channels.registry import Registry
from crm.models import Conversation, Direction, Message
from gateway.answer import Answerer
from gateway.bootstrap import bring_person
from gateway.delivery import Deliverer, DeliveryRules
from gateway.intake import Intake
from gateway.turn import TurnTaker
from gateway.typing_sign import TypingSign
from gateway.workers import Again
from handoff.models import Handoff
from handoff.policy_file import load_policy
from kit.clock import utc_now
from kit.database import Database
from kit.settings import AmbiguousSends
from tests.fakes.channel import RecordingChannel
from tests.fakes.dialogue import FakeDialogue


@dataclass
class Desk:
    """The pipeline's parts and the few things tests do with them."""

    database: Database
    engine: FakeDialogue = field(default_factory=FakeDialogue)
    channel: RecordingChannel = field(default_factory=RecordingChannel)
    ambiguous: AmbiguousSends = AmbiguousSends.RESEND
    max_attempts: int = 3
    idle: timedelta = timedelta(minutes=60)
    retry_base_s: float = 0.01
    keys: count = field(default_factory=count)
    typing: TypingSign | None = None

    def __post_init__(self):
        self.intake = Intake(self.database, max_backlog=100)

    @property
    def turns(self) -> TurnTaker:
        answerer = Answerer(
            self.engine,
            load_policy(),
            public_url="https://shop.example",
            idle=self.idle,
            channels=Registry(self.channel),
        )
        return TurnTaker(
            self.database,
            answerer,
            max_attempts=self.max_attempts,
            retry_base_s=self.retry_base_s,
            retry_cap_s=1.0,
            typing=self.typing,
        )

    @property
    def deliverer(self) -> Deliverer:
        rules = DeliveryRules(
            self.max_attempts, timedelta(hours=1), 0.01, 0.02, ambiguous=self.ambiguous
        )
        return Deliverer(self.database, Registry(self.channel), bring_person, rules)

    def event(
        self, text: str, *, kind=EventKind.TEXT, account="ada", address=None, key=None, **more
    ) -> InboundEvent:
        """What a channel makes of something the customer did."""
        return InboundEvent(
            channel=self.channel.name,
            key=key or f"k{next(self.keys)}",
            address=address or f"chat-{account}",
            sender=Sender(account, display_name=account.title()),
            kind=kind,
            text=text,
            sent_at=more.pop("sent_at", None) or utc_now(),
            **more,
        )

    async def write(self, text: str, **more) -> UUID:
        """Have a customer write; return the conversation."""
        accepted = await self.intake.accept(self.event(text, **more))
        async with self.database.session() as session:
            message = await session.get_one(Message, UUID(accepted.message_id))
            return message.conversation_id

    async def say(self, text: str, **more) -> UUID:
        """Write, take the turn, deliver."""
        conversation_id = await self.write(text, **more)
        await self.turns.handle(conversation_id)
        while await self.deliverer.handle(conversation_id) == Again(0.0):
            pass
        return conversation_id

    async def settle(self, conversation_id: UUID) -> None:
        """Take turns and deliver, with every retry, until nothing is left to do."""
        for handle in (self.turns.handle, self.deliverer.handle):
            for _ in range(200):
                again = await handle(conversation_id)
                if again is None:
                    break
                await asyncio.sleep(min(again.delay, 0.05))
            else:
                raise AssertionError("It never comes to an end.")

    async def messages(self, conversation_id: UUID, direction: Direction) -> list[Message]:
        async with self.database.session() as session:
            found = (
                select(Message)
                .where(Message.conversation_id == conversation_id, Message.direction == direction)
                .order_by(Message.seq)
            )
            return list((await session.execute(found)).scalars())

    async def inbox(self, conversation_id: UUID) -> list[Message]:
        return await self.messages(conversation_id, Direction.IN)

    async def outbox(self, conversation_id: UUID) -> list[Message]:
        return await self.messages(conversation_id, Direction.OUT)

    async def conversation(self, conversation_id: UUID) -> Conversation:
        async with self.database.session() as session:
            return await session.get_one(Conversation, conversation_id)

    async def handoffs(self, conversation_id: UUID) -> list[Handoff]:
        async with self.database.session() as session:
            found = select(Handoff).where(Handoff.conversation_id == conversation_id)
            return list((await session.execute(found)).scalars())


@pytest.fixture
async def desk(database) -> Desk:
    return Desk(database)
