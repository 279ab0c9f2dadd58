"""A square where several people write to the bot, and the private chats it leads to."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.base import Audience, EventKind, OutboundMessage
from channels.registry import Registry
from crm.models import Conversation
from crm.threads.models import PublicCase
from gateway.public.errands import Errands
from gateway.workers import Again
from tests.fakes.channel import RecordingChannel
from tests.gateway.conftest import Desk

SQUARE = "square"


class PublicChannel(RecordingChannel):
    """Leads to a private chat by a link; writes there itself to whom it is told it may."""

    def __init__(self):
        super().__init__("fake", max_text=2000)
        self.linked = True
        self.private: dict[str, str | Exception] = {}
        self.messages: list[OutboundMessage] = []

    def render(self, message):
        self.messages.append(message)
        return super().render(message)

    def private_link(self, token: str) -> str | None:
        return f"https://fake.example/{token}" if self.linked else None

    async def private_address(self, account: str) -> str | None:
        address = self.private.get(account)
        if isinstance(address, Exception):
            raise address
        return address


@dataclass
class Square:
    """What tests do in public and in private, on a desk of their own."""

    desk: Desk
    channel: PublicChannel = field(default_factory=PublicChannel)

    async def post(self, text: str, *, account: str = "ada", place: str = SQUARE, **more) -> UUID:
        """Write in public, have it answered and everything delivered; the public conversation."""
        more.setdefault("raw", {"message_id": 7})
        conversation = await self.desk.say(
            text,
            account=account,
            address=f"{place}#{account}",
            audience=Audience.PUBLIC,
            **more,
        )
        await self.settle()
        return conversation

    async def press(self, token: str, *, account: str = "ada", **more) -> UUID:
        """Follow a private link."""
        conversation = await self.desk.say(
            "start", kind=EventKind.COMMAND, argument=token, account=account, **more
        )
        await self.settle()
        return conversation

    async def settle(self) -> None:
        """Take every turn and run every errand that is due, then deliver."""
        errands = Errands(self.desk.database, Registry(self.channel))
        for case_id in await errands.find_due():
            await errands.handle(case_id)
        for conversation in await self.conversations():
            await self.desk.turns.handle(conversation)
            while await self.desk.deliverer.handle(conversation) == Again(0.0):
                pass

    async def said(self, conversation: UUID) -> list[str]:
        """Return what we have said in a conversation."""
        return [message.body for message in await self.desk.outbox(conversation)]

    async def tokens(self, conversation: UUID) -> list[str]:
        """Return the tokens of the links posted in a public conversation."""
        links = [
            link for one in await self.desk.outbox(conversation) for link in one.payload["links"]
        ]
        return [address.rpartition("/")[2] for _label, address in links]

    async def cases(self) -> list[PublicCase]:
        async with self.desk.database.session() as session:
            found = select(PublicCase).order_by(PublicCase.opened_at)
            return list((await session.execute(found)).scalars())

    async def private(self, account: str = "ada") -> UUID:
        """Return the private conversation of an account."""
        async with self.desk.database.session() as session:
            found = select(Conversation.id).where(Conversation.address == f"chat-{account}")
            return (await session.execute(found)).scalar_one()

    async def conversations(self) -> list[UUID]:
        """Return every conversation, the oldest first."""
        async with self.desk.database.session() as session:
            found = select(Conversation.id).order_by(Conversation.created_at)
            return list((await session.execute(found)).scalars())


@pytest.fixture
def square(desk) -> Square:
    made = Square(desk)
    desk.channel = made.channel
    return made
