"""A long turn is shown as one that is at work; a short one costs nothing."""

import asyncio

import pytest

from channels.registry import Registry
from crm.models import Conversation
from gateway.typing_sign import TypingSign
from tests.fakes.channel import RecordingChannel

WAIT_S = 0.05


class Typewriter(RecordingChannel):
    """A channel that can show it."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.error = error

    async def show_typing(self, address: str) -> None:
        self.shown.append(address)
        if self.error:
            raise self.error


def build(channel: RecordingChannel) -> tuple[TypingSign, Conversation]:
    sign = TypingSign(Registry(channel), after_s=WAIT_S, again_s=WAIT_S)
    return sign, Conversation(channel=channel.name, address="chat-ada")


async def test_it_is_shown_again_and_again_until_the_end():
    channel = Typewriter()
    sign, conversation = build(channel)
    with sign.shown(conversation):
        await asyncio.sleep(WAIT_S * 5)
    times = len(channel.shown)
    assert times >= 2
    assert set(channel.shown) == {"chat-ada"}
    await asyncio.sleep(WAIT_S * 3)
    assert len(channel.shown) == times


async def test_a_short_turn_shows_nothing():
    channel = Typewriter()
    sign, conversation = build(channel)
    with sign.shown(conversation):
        await asyncio.sleep(0)
    await asyncio.sleep(WAIT_S * 3)
    assert channel.shown == []


async def test_what_goes_wrong_with_it_is_not_the_turns_business():
    channel = Typewriter(RuntimeError("broken"))
    sign, conversation = build(channel)
    with sign.shown(conversation):
        await asyncio.sleep(WAIT_S * 5)
    assert len(channel.shown) == 1


async def test_a_failing_turn_ends_it_and_fails():
    channel = Typewriter()
    sign, conversation = build(channel)
    with pytest.raises(LookupError), sign.shown(conversation):
        raise LookupError
    await asyncio.sleep(WAIT_S * 3)
    assert channel.shown == []


@pytest.mark.parametrize("name", ["fake", "switched-off"])
async def test_a_channel_that_cannot_show_it_is_left_alone(name):
    sign, conversation = build(RecordingChannel())
    conversation.channel = name
    with sign.shown(conversation):
        await asyncio.sleep(WAIT_S * 2)


async def test_a_turn_that_waits_for_the_engine_shows_it(desk):
    channel = desk.channel = Typewriter()
    conversation = await desk.write("where is my lamp?")
    desk.typing = TypingSign(Registry(channel), after_s=0.0, again_s=60.0)

    async def think(_turn) -> None:
        await asyncio.sleep(WAIT_S)

    desk.engine.before_answer = think
    await desk.turns.handle(conversation)
    assert channel.shown == ["chat-ada"]
