"""The meters behind the pacing, without waiting for real."""

import pytest

from channels.base import RetryLaterError
from channels.telegram.pacing import CHAT, GROUP, Meter, Pace, Pacer


def test_a_burst_passes_and_then_the_rate_holds():
    meter = Meter(Pace(per_second=1, burst=3))
    waits = [meter.reserve(100.0) for _ in range(6)]
    assert waits == pytest.approx([0, 0, 0, 1, 2, 3])
    assert meter.reserve(200.0) == 0


def test_a_minute_of_groups_stays_within_twenty():
    meter = Meter(GROUP)
    sent_at = [meter.reserve(0.0) for _ in range(60)]
    windows = [sum(start <= at < start + 60 for at in sent_at) for start in sent_at]
    assert max(windows) <= 20 + GROUP.burst


def test_sixty_replies_take_about_a_minute():
    meter = Meter(CHAT)
    assert max(meter.reserve(0.0) for _ in range(60)) == pytest.approx(60 - CHAT.burst)


def test_a_hold_lasts_and_leaves_no_burst():
    meter = Meter(Pace(per_second=1, burst=3))
    meter.hold(107.0)
    assert meter.delay(100.0) == pytest.approx(7)
    assert [meter.reserve(107.0) for _ in range(3)] == pytest.approx([0, 1, 2])


async def test_a_chat_held_for_long_is_given_back_at_once():
    pacer = Pacer()
    pacer.hold(1, 30)
    with pytest.raises(RetryLaterError) as caught:
        await pacer.wait_turn(1)
    assert caught.value.retry_after == pytest.approx(30, abs=0.5)
    await pacer.wait_turn(2)


async def test_chats_at_rest_are_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("channels.telegram.pacing._MANY_CHATS", 10)
    pacer = Pacer(chat=Pace(1e9, 1), overall=Pace(1e9, 1))
    pacer.hold(999, 60)
    for chat in range(1, 100):
        await pacer.wait_turn(chat)
    assert len(pacer._meters) <= 12
    with pytest.raises(RetryLaterError):
        await pacer.wait_turn(999)
