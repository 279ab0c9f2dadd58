"""Sending through the real library: what each failure of the Bot API means for a delivery."""

import time
from typing import Any

import pytest
import telegram
from telegram.request import HTTPXRequest

from channels.base import (
    AmbiguousSendError,
    ChannelError,
    CustomerGoneError,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.telegram.channel import TelegramChannel
from channels.telegram.pacing import Pace, Pacer
from channels.telegram.render import TelegramPart
from channels.telegram.setup import close_bot, open_bot
from tests.channels.telegram.conftest import send_patiently
from tests.fakes.telegram_api import FakeTelegram

CHAT = 42


def part(text: str = "Hello", *, address: str = str(CHAT)) -> TelegramPart:
    return TelegramPart(address, markup=text, plain=text)


@pytest.fixture(autouse=True)
def known_chat(fake: FakeTelegram) -> None:
    fake.open_chat(CHAT)


async def test_send_returns_the_message_id(channel: TelegramChannel, fake: FakeTelegram):
    reference = await channel.send(part())
    assert reference == str(fake.sent[0].message_id)


async def test_topics_are_answered_in_their_topic(channel: TelegramChannel, fake: FakeTelegram):
    fake.say(-100123, "hi", user=5, thread=7)
    await channel.send(part(address="-100123/7"))
    assert (fake.sent[0].chat_id, fake.sent[0].thread_id) == (-100123, 7)


@pytest.mark.parametrize(
    ("fault", "value", "expected", "shown"),
    [
        ("drop_before", None, AmbiguousSendError, 0),
        ("drop_after", None, AmbiguousSendError, 1),
        ("status", 500, AmbiguousSendError, 0),
        ("status", 502, AmbiguousSendError, 0),
        ("garbage", None, AmbiguousSendError, 1),
        ("flood", 7, RetryLaterError, 0),
        ("forbidden", "bot was kicked from the supergroup chat", CustomerGoneError, 0),
        ("forbidden", "user is deactivated", CustomerGoneError, 0),
        ("bad_request", "chat not found", CustomerGoneError, 0),
        ("bad_request", "not enough rights to send text messages", CustomerGoneError, 0),
        ("bad_request", "TOPIC_CLOSED", RefusedMessageError, 0),
        ("status", 401, RetryLaterError, 0),
        ("status", 409, RetryLaterError, 0),
    ],
)
async def test_every_failure_has_its_meaning(
    channel: TelegramChannel,
    fake: FakeTelegram,
    fault: str,
    value: Any,
    expected: type[ChannelError],
    shown: int,
):
    fake.fail(fault, value=value)
    with pytest.raises(expected) as caught:
        await channel.send(part())
    assert type(caught.value) is expected
    assert len(fake.sent) == shown
    assert len([call for call in fake.calls if call.method == "sendMessage"]) == 1


async def test_an_answer_that_comes_too_late_is_ambiguous(fake: FakeTelegram):
    impatient = telegram.Bot(
        fake.token, base_url=f"{fake.url}/bot", request=HTTPXRequest(read_timeout=0.1)
    )
    fake.fail("delay_after", value=0.5)
    with pytest.raises(AmbiguousSendError):
        await TelegramChannel(impatient).send(part())
    assert len(fake.sent) == 1
    await close_bot(impatient)


async def test_a_server_that_is_not_there_is_safe_to_try_again():
    gone = FakeTelegram()
    await gone.start()
    await gone.stop()
    bot, _ = open_bot(gone.token, api_url=gone.url)
    with pytest.raises(RetryLaterError):
        await TelegramChannel(bot).send(part())
    await close_bot(bot)
    with pytest.raises(RetryLaterError):
        await TelegramChannel(bot).send(part(address="43"))  # our client is closed: shutting down


async def test_a_blocked_customer_is_tried_once(channel: TelegramChannel, fake: FakeTelegram):
    fake.block(CHAT)
    with pytest.raises(CustomerGoneError):
        await channel.send(part())
    assert [call.status for call in fake.calls] == [403]
    fake.unblock(CHAT)
    assert await channel.send(part())


async def test_a_group_that_moved_is_followed_and_told_once(bot: telegram.Bot, fake: FakeTelegram):
    told: list[tuple[int, int]] = []
    channel = TelegramChannel(bot, on_moved=lambda old, new: told.append((old, new)))
    first = fake.say(-55, "hi", user=5)
    fake.migrate(-55, -100777)
    answer = TelegramPart("-55#5", "Hello", "Hello", reply_to=first.message_id)
    assert await channel.send(answer)
    assert await channel.send(answer)
    assert [(m.chat_id, m.reply_to) for m in fake.sent] == [(-100777, None)] * 2
    assert [call.chat_id for call in fake.calls] == [-55, -100777, -100777]
    assert told == [(-55, -100777)]


async def test_a_move_that_an_update_told_is_followed_without_asking(
    channel: TelegramChannel, fake: FakeTelegram
):
    fake.open_chat(-100777)
    channel.follow("-55", "-100777")
    await channel.send(part(address="-55#5"))
    assert [call.chat_id for call in fake.calls] == [-100777]


async def test_markup_telegram_refuses_is_sent_plain_once(
    channel: TelegramChannel, fake: FakeTelegram
):
    broken = TelegramPart(str(CHAT), markup="<b>Hello", plain="Hello", rows=((("Yes", "t"),),))
    await channel.send(broken)
    assert [(m.text, len(m.buttons)) for m in fake.sent] == [("Hello", 1)]
    assert [call.status for call in fake.calls] == [400, 200]


async def test_an_address_that_is_none_is_refused(channel: TelegramChannel, fake: FakeTelegram):
    with pytest.raises(RefusedMessageError):
        await channel.send(part(address="not-an-address"))
    assert not fake.calls


async def test_callbacks_are_answered_and_old_ones_ignored(
    channel: TelegramChannel, fake: FakeTelegram
):
    message = OutboundMessage("1", str(CHAT), "bot", "?", buttons=())
    for piece in channel.render(message):
        await channel.send(piece)
    fake.open_callbacks["77"] = time.time()
    await channel.answer_callback("77")
    await channel.answer_callback("78")
    assert fake.answered_callbacks == ["77"]


async def test_a_chat_told_to_wait_waits_and_the_others_do_not(
    channel: TelegramChannel, fake: FakeTelegram
):
    fake.open_chat(43)
    fake.fail("flood", value=7, chat=CHAT)
    with pytest.raises(RetryLaterError) as first:
        await channel.send(part())
    assert first.value.retry_after == 7
    started = time.monotonic()
    with pytest.raises(RetryLaterError) as second:
        await channel.send(part())
    await channel.send(part(address="43"))
    assert time.monotonic() - started < 1
    assert second.value.retry_after == pytest.approx(7, abs=0.5)
    assert [call.chat_id for call in fake.calls] == [CHAT, 43]  # the second never left us


async def test_a_short_wait_asked_for_is_kept(bot: telegram.Bot, fake: FakeTelegram):
    channel = TelegramChannel(bot)
    fake.fail("flood", value=1)
    with pytest.raises(RetryLaterError):
        await channel.send(part())
    started = time.monotonic()
    await send_patiently(channel, part())
    assert time.monotonic() - started >= 0.9
    assert [call.status for call in fake.calls] == [429, 200]


async def test_many_replies_to_one_chat_keep_the_pace_and_lose_nothing(
    channel: TelegramChannel, fake: FakeTelegram
):
    for number in range(6):
        await send_patiently(channel, part(str(number)))
    assert [m.text for m in fake.sent] == [str(number) for number in range(6)]
    assert {call.status for call in fake.calls} == {200}  # the strict fake saw no flood
    assert fake.sent[-1].at - fake.sent[0].at >= 2.9


async def test_a_full_chat_takes_nothing_from_the_others(bot: telegram.Bot, fake: FakeTelegram):
    tight = Pacer(chat=Pace(1 / 600, burst=1), overall=Pace(1 / 600, burst=12))
    channel = TelegramChannel(bot, pacer=tight)
    await channel.send(part())
    for _ in range(50):  # none of these waits, and none spends what all chats share
        with pytest.raises(RetryLaterError):
            await channel.send(part())
    for chat in range(100, 110):
        fake.open_chat(chat)
        await channel.send(part(address=str(chat)))
    assert len(fake.sent) == 11


async def test_typing_is_shown_where_the_customer_writes(
    channel: TelegramChannel, fake: FakeTelegram
):
    fake.say(-100123, "hi", user=5, thread=7)
    await channel.show_typing("-100123/7")
    assert list(fake.actions) == [(-100123, "typing")]
    assert fake.calls[-1].parameters["message_thread_id"] == "7"


async def test_typing_that_telegram_refuses_is_not_heard_of(
    channel: TelegramChannel, fake: FakeTelegram
):
    fake.block(CHAT)
    await channel.show_typing(str(CHAT))
    assert list(fake.actions) == []


async def test_a_chat_that_is_to_be_left_alone_is_shown_nothing(
    channel: TelegramChannel, fake: FakeTelegram
):
    fake.fail("flood", value=7, chat=CHAT)
    with pytest.raises(RetryLaterError):
        await channel.send(part())
    calls = len(fake.calls)
    await channel.show_typing(str(CHAT))
    assert len(fake.calls) == calls
