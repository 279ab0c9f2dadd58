"""Start links: found by prefix, only in private, and what they bring along is answered."""

from typing import cast

import pytest
import telegram

from channels.base import Audience, EventKind, LeadsPrivate
from channels.telegram.channel import TelegramChannel
from channels.telegram.identity import BotIdentity
from gateway import start_links
from gateway.interpret import Resumed
from gateway.phrasing import Part


class Followed:
    """A kind of link of the test's own, which does what `result` says."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.result: tuple[Part, ...] | Resumed | None = (Part("help"),)

    async def __call__(self, session, conversation, message):
        self.calls.append(start_links.read_payload(message))
        return self.result


@pytest.fixture
def followed(monkeypatch) -> Followed:
    made = Followed()
    monkeypatch.setattr(start_links, "FOLLOWERS", {"x_": made})
    return made


async def press(desk, payload: str, **more):
    return await desk.say("start", kind=EventKind.COMMAND, argument=payload, **more)


async def test_a_link_answers_in_its_own_words(desk, followed):
    await press(desk, "x_1")
    assert followed.calls == ["x_1"]
    assert "where is my order" in "".join(desk.channel.texts)
    assert desk.engine.asked == []


async def test_what_a_link_brings_along_is_answered_after_what_leads_to_it(desk, followed):
    followed.result = Resumed((Part(quote="Here nobody reads along."),), "where is my lamp")
    conversation = await press(desk, "x_2")
    said = [message.body for message in await desk.outbox(conversation)]
    assert "Here nobody reads along." in said[0]
    assert len(said) == 2
    assert [asked.text for asked in desk.engine.asked] == ["where is my lamp"]


async def test_a_link_that_only_notes_something_greets_as_always(desk, followed):
    followed.result = None
    await press(desk, "x_3")
    assert [asked.intent for asked in desk.engine.asked] == ["greet"]


async def test_an_unknown_prefix_greets_as_always(desk, followed):
    await press(desk, "y_3")
    assert followed.calls == []
    assert [asked.intent for asked in desk.engine.asked] == ["greet"]


async def test_a_link_pressed_in_public_is_not_followed(desk, followed):
    await press(desk, "x_1", audience=Audience.PUBLIC)
    assert followed.calls == []


def test_telegram_links_to_its_private_chat_once_it_knows_its_name():
    identity = BotIdentity(id=7)
    channel = TelegramChannel(cast(telegram.Bot, None), identity=identity)
    assert isinstance(channel, LeadsPrivate)
    assert channel.private_link("p_1") is None
    identity.username = "lumen_bot"
    assert channel.private_link("p_1") == "https://t.me/lumen_bot?start=p_1"
