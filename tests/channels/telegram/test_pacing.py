"""The meters behind the pacing, without waiting for real."""

import asyncio

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


async def ask(pacer: Pacer, chat: int, sender: str) -> float:
    """Return how long the sender was told to wait; 0 when it may send."""
    try:
        await pacer.wait_turn(chat, sender=sender)
    except RetryLaterError as error:
        return error.retry_after or 0.0
    return 0.0


async def test_whoever_has_to_wait_is_sent_away_and_finds_its_time_kept():
    pacer = Pacer(group=Pace(per_second=2, burst=1))
    waits = [await ask(pacer, -7, f"-7#{author}") for author in range(4)]
    assert waits == pytest.approx([0, 0.5, 1, 1.5], abs=0.2)
    again = [await ask(pacer, -7, f"-7#{author}") for author in (1, 2, 3)]
    assert again == pytest.approx([0.5, 1, 1.5], abs=0.3)  # asking twice costs no second place
    async with asyncio.timeout(10):
        for author in (1, 2, 3):
            while wait := await ask(pacer, -7, f"-7#{author}"):
                await asyncio.sleep(wait)


async def test_a_chat_that_waits_spends_nothing_of_what_all_share():
    pacer = Pacer(chat=Pace(1 / 600, burst=1), overall=Pace(1 / 600, burst=10))
    await pacer.wait_turn(1)
    assert all([await ask(pacer, 1, f"1@{sender}") for sender in range(60)])
    for chat in range(2, 11):
        await pacer.wait_turn(chat)
    assert await ask(pacer, 11, "11") > 0  # the ten of all chats are spent, by ten sends


async def test_a_hold_voids_the_times_handed_out():
    pacer = Pacer(chat=Pace(per_second=10, burst=1))
    await pacer.wait_turn(1)
    assert await ask(pacer, 1, "a") < 1
    pacer.hold(1, 30)
    waits = [await ask(pacer, 1, sender) for sender in "ab"]
    assert waits == pytest.approx([30, 30.1], abs=0.5)
    assert await ask(pacer, 2, "c") == 0


async def test_chats_at_rest_and_times_nobody_came_for_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("channels.telegram.pacing._MANY", 10)
    pacer = Pacer(chat=Pace(1e9, 1), overall=Pace(1e9, 1))
    pacer.hold(999, 60)
    for chat in range(1, 100):
        await pacer.wait_turn(chat)
    assert len(pacer._meters) <= 12
    for sender in range(50):
        assert await ask(pacer, 999, str(sender)) > 50
    monkeypatch.setattr("channels.telegram.pacing._KEPT_S", -100.0)
    assert await ask(pacer, 999, "last") > 50
    assert len(pacer._tickets) == 1
