"""From a group on Telegram to a private chat and back, over real HTTP against the fake Bot API."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.telegram.channel import TelegramChannel
from channels.telegram.identity import BotIdentity
from channels.telegram.pacing import Pace, Pacer
from channels.telegram.parse import parse_update
from channels.telegram.setup import close_bot, open_bot
from crm.models import Conversation
from crm.threads.models import CaseState, PublicCase
from crm.threads.service import solve_all
from kit.clock import utc_now
from tests.fakes.telegram_api import USERNAME, FakeTelegram
from tests.gateway.public.conftest import Square

GROUP, ADA, EVE = -500, 11, 12
FAST = Pace(per_second=1000, burst=1000)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(seed=7) as running:
        running.configure(strict=False)
        yield running


@pytest.fixture
async def telegram(square, fake) -> AsyncIterator["OnTelegram"]:
    bot, _ = open_bot(fake.token, api_url=fake.url)
    identity = BotIdentity(id=fake.bot_user["id"], username=USERNAME)
    channel = TelegramChannel(
        bot, pacer=Pacer(chat=FAST, group=FAST, overall=FAST), identity=identity
    )
    square.channel = square.desk.channel = channel
    yield OnTelegram(square, fake, identity)
    await close_bot(bot)


class OnTelegram:
    """People on Telegram, and our product answering them."""

    def __init__(self, square: Square, fake: FakeTelegram, identity: BotIdentity) -> None:
        self.square = square
        self.fake = fake
        self._identity = identity

    async def say(self, chat: int, text: str, *, user: int) -> None:
        update = self.fake.say(chat, text, user=user).update_id
        for event in parse_update(self.fake.queue.pending[update].body, self._identity):
            await self.square.desk.intake.accept(event)
        await self.square.settle()
        await self.square.settle()

    def shown(self, chat: int) -> list[str]:
        return [message.text for message in self.fake.messages(chat)]

    def payload(self) -> str:
        """Return what the newest link in the group brings along."""
        links = [url for one in self.fake.messages(GROUP) for url in one.links]
        assert links[-1].startswith(f"https://t.me/{USERNAME}?start=p_")
        return links[-1].partition("=")[2]

    async def conversation(self, address: str) -> UUID:
        async with self.square.desk.database.session() as session:
            found = select(Conversation.id).where(Conversation.address == address)
            return (await session.execute(found)).scalar_one()


async def test_from_the_group_to_a_private_chat_and_back(telegram):
    await telegram.say(GROUP, f"@{USERNAME} where is my order LL-10042?", user=ADA)
    (acknowledged,) = telegram.shown(GROUP)
    assert "10042" not in acknowledged
    assert "Delete" in acknowledged
    payload = telegram.payload()

    await telegram.say(EVE, f"/start {payload}", user=EVE)
    assert "somebody else" in telegram.shown(EVE)[-1]
    assert "10042" not in "".join(telegram.shown(EVE))

    await telegram.say(ADA, f"/start {payload}", user=ADA)
    assert "where is my order LL-10042?" in telegram.shown(ADA)[0]
    assert telegram.shown(ADA)[-1] == "echo: where is my order LL-10042?"

    private = await telegram.conversation(str(ADA))
    async with telegram.square.desk.database.session() as session:
        await solve_all(session, private, now=utc_now())
        await session.commit()
    await telegram.square.settle()
    await telegram.square.settle()
    assert len(telegram.shown(GROUP)) == 2
    async with telegram.square.desk.database.session() as session:
        (case,) = (await session.execute(select(PublicCase))).scalars()
    assert case.state is CaseState.CLOSED


async def test_each_author_in_a_group_is_led_to_a_chat_of_their_own(telegram):
    await telegram.say(GROUP, f"@{USERNAME} my lamp is broken", user=ADA)
    ada = telegram.payload()
    await telegram.say(GROUP, f"@{USERNAME} mine as well", user=EVE)
    eve = telegram.payload()
    assert len(set(telegram.shown(GROUP))) == 2
    await telegram.say(EVE, f"/start {eve}", user=EVE)
    await telegram.say(ADA, f"/start {ada}", user=ADA)
    assert telegram.shown(EVE)[-1] == "echo: mine as well"
    assert telegram.shown(ADA)[-1] == "echo: my lamp is broken"
