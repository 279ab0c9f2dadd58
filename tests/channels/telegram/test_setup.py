"""Opening the bot and introducing it to Telegram."""

import asyncio

import pytest
import telegram

from channels.telegram.errors import StartRefusedError
from channels.telegram.identity import BotIdentity
from channels.telegram.parse import ALLOWED_UPDATES
from channels.telegram.setup import WebhookTarget, introduce, open_bot
from tests.fakes.telegram_api import TOKEN, USERNAME, FakeTelegram

TARGET = WebhookTarget("http://127.0.0.1:9/telegram/webhook", "a-secret", max_connections=7)


@pytest.mark.parametrize("token", ["", "123", "abc:def", "123456:short", "123456:" + "x y" * 9])
def test_a_token_that_is_none_refuses_the_start(token: str):
    with pytest.raises(StartRefusedError, match="TELEGRAM_TOKEN"):
        open_bot(token, api_url="https://api.telegram.org")


def test_the_token_names_the_bot_without_asking_anybody():
    _, identity = open_bot(TOKEN, api_url="http://127.0.0.1:9/")
    assert identity == BotIdentity(id=123456789, username=None)


def test_the_secret_does_not_show():
    assert "a-secret" not in repr(TARGET)


async def test_the_bot_learns_its_name_and_sets_webhook_and_menu(
    fake: FakeTelegram, bot: telegram.Bot
):
    identity = BotIdentity(id=123456789)
    await introduce(bot, identity, webhook=TARGET)
    assert identity.username == USERNAME
    assert (await bot.get_webhook_info()).url == TARGET.url
    assert fake.queue.allowed == frozenset(ALLOWED_UPDATES)
    menus = {name: [item["command"] for item in menu] for name, menu in fake.menus.items()}
    assert menus == {
        "all_private_chats:": ["start", "help", "human", "privacy", "link", "stop"],
        "all_private_chats:de": ["start", "help", "human", "privacy", "link", "stop"],
        "all_group_chats:": ["help", "privacy"],
        "all_group_chats:de": ["help", "privacy"],
    }
    german = await bot.get_my_commands(telegram.BotCommandScopeAllPrivateChats(), "de")
    assert german[2].description == "Mit einem Menschen sprechen"


async def test_polling_needs_no_webhook(fake: FakeTelegram, bot: telegram.Bot):
    await introduce(bot, BotIdentity(id=123456789))
    assert "setWebhook" not in [call.method for call in fake.calls]
    assert fake.menus


async def test_the_introduction_waits_for_telegram(fake: FakeTelegram, bot: telegram.Bot):
    fake.fail("status", method="getMe", value=502)
    identity = BotIdentity(id=123456789)
    task = asyncio.create_task(introduce(bot, identity))
    await asyncio.sleep(0.2)
    assert identity.username is None
    await asyncio.wait_for(task, 3)
    assert identity.username == USERNAME
