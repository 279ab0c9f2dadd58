"""Telegram keeps the contract every channel keeps, over real HTTP against the fake Bot API."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from channels.base import InboundEvent
from channels.telegram.channel import TelegramChannel
from channels.telegram.identity import BotIdentity
from channels.telegram.intake import Intake
from channels.telegram.pacing import Pace, Pacer
from channels.telegram.parse import parse_update
from channels.telegram.webhook import PATH as WEBHOOK
from channels.telegram.webhook import build_router
from tests.channels.telegram.conftest import RecordingAccept
from tests.channels.telegram.updates import text_update
from tests.contracts.channel_contract import ChannelContract, Shown, Stage
from tests.fakes.telegram_api import FakeTelegram

CUSTOMER = 4711
SECRET = "a-secret_of-ours"
FAST = Pace(per_second=1000, burst=1000)


class TelegramStage:
    """One customer in a private chat with the bot."""

    def __init__(self, fake: FakeTelegram, channel: TelegramChannel, bot: BotIdentity) -> None:
        self.fake = fake
        self.channel = channel
        self.address = str(CUSTOMER)
        self._bot = bot
        fake.open_chat(CUSTOMER)

    async def write(self, text: str) -> InboundEvent:
        return self._parse(self._update(self.fake.say(CUSTOMER, text).update_id))

    async def write_repeatedly(self, text: str) -> tuple[InboundEvent, InboundEvent]:
        update = self._update(self.fake.say(CUSTOMER, text).update_id)
        return self._parse(update), self._parse(update)

    async def press(self, token: str) -> InboundEvent:
        shown = self.fake.sent[-1]
        titles = {button["callback_data"]: button["text"] for button in shown.buttons}
        self.fake.press(CUSTOMER, shown.message_id, titles[token])
        return self._parse(self._update(max(self.fake.queue.pending)))

    async def see(self) -> list[Shown]:
        return [
            Shown(
                text=message.text,
                buttons=[(b["text"], b["callback_data"]) for b in message.buttons],
                links=message.links,
            )
            for message in self.fake.messages(CUSTOMER)
        ]

    async def slow_down(self, seconds: int) -> bool:
        self.fake.fail("flood", chat=CUSTOMER, value=seconds)
        return True

    async def receive(self, text: str) -> tuple[int, list[InboundEvent]]:
        accept, app = RecordingAccept(), FastAPI()
        intake = Intake(bot=self._bot, accept=accept, on_callback=self.channel.answer_callback)
        app.include_router(build_router(secret=SECRET, intake=intake))
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://telegram") as client:
            answer = await client.post(WEBHOOK, json=text_update(text), headers=headers)
        return answer.status_code, accept.events

    async def overhear(self) -> list[InboundEvent]:
        pending = [waiting.body for waiting in self.fake.queue.pending.values()]
        return [event for body in pending for event in parse_update(body, self._bot)]

    async def leave(self) -> bool:
        self.fake.block(CUSTOMER)
        return True

    def _update(self, update_id: int) -> dict[str, Any]:
        return self.fake.queue.pending[update_id].body

    def _parse(self, update: dict[str, Any]) -> InboundEvent:
        [event] = parse_update(update, self._bot)
        return event


class TestTelegram(ChannelContract):
    @pytest.fixture
    def stage(self, fake: FakeTelegram, bot: Any, identity: BotIdentity) -> Stage:
        fake.configure(strict=False)
        pacer = Pacer(chat=FAST, group=FAST, overall=FAST)
        return TelegramStage(fake, TelegramChannel(bot, pacer=pacer), identity)
