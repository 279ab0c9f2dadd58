"""The wait customers are told: from what happened lately, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.models import Conversation, Customer, Identity
from gateway import opening
from gateway.opening import FEWEST, LOOK_BACK, OpeningDesk, Waits, build_opening, estimate_minutes
from handoff.models import Handoff, HandoffState
from handoff.reasons import HandoffReason
from handoff.workforce.hours import OpeningHours, parse_opening_hours
from kit.errors import InvalidInputError
from kit.ids import new_id
from kit.settings import Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _stop_the_clock(monkeypatch):
    monkeypatch.setattr(opening, "utc_now", lambda: NOON)


def minutes(*numbers: float) -> list[timedelta]:
    """Return so many minutes each."""
    return [timedelta(minutes=number) for number in numbers]


@pytest.mark.parametrize(
    ("claimed", "waiting", "expected"),
    [
        ([], [], None),
        ([4] * (FEWEST - 1), [50], None),
        ([0.2] * 5, [], 1),
        ([4] * 20, [], 5),
        ([1, 1, 1, 9, 9, 9, 9, 9], [], 10),
        ([2] * 10, [40] * 8, 240),  # 24 minutes each at this rate, and eight are waiting
        ([2] * 240, [40] * 200, 240),  # fast, but the queue is long: one a minute
        ([2] * 240, [70] * 100, 120),
        ([200] * 5, [], 240),
    ],
)
def test_the_slowest_voice_counts(claimed, waiting, expected):
    assert estimate_minutes(Waits(minutes(*claimed), minutes(*waiting))) == expected


def test_nobody_being_claimed_any_more_makes_the_wait_longer():
    usual = estimate_minutes(Waits(minutes(*[2] * 60), minutes(1)))
    stalled = estimate_minutes(Waits(minutes(*[2] * 60), minutes(*[100] * 25)))
    assert (usual, stalled) == (5, 120)


async def hand_over(session, *, opened, claimed=None) -> None:
    """Put somebody into the queue; `opened` and `claimed` are minutes ago."""
    at = NOON - timedelta(minutes=opened)
    customer = Customer(created_at=at)
    session.add(customer)
    await session.flush()
    account = Identity(customer_id=customer.id, channel="web", account=str(new_id()), created_at=at)
    session.add(account)
    await session.flush()
    talk = Conversation(
        customer_id=customer.id,
        identity_id=account.id,
        channel="web",
        address=account.account,
        created_at=at,
    )
    session.add(talk)
    await session.flush()
    session.add(
        Handoff(
            conversation_id=talk.id,
            customer_id=customer.id,
            reason=HandoffReason.HUMAN_WANTED,
            priority=50,
            sla_due_at=NOON,
            opened_at=at,
            claimed_at=None if claimed is None else NOON - timedelta(minutes=claimed),
            state=HandoffState.WAITING if claimed is None else HandoffState.CLAIMED,
        )
    )
    await session.flush()


async def test_the_wait_is_read_from_the_queue_and_old_claims_do_not_count(database, session):
    for _ in range(FEWEST):
        await hand_over(session, opened=30, claimed=16)
    for _ in range(30):
        await hand_over(session, opened=LOOK_BACK.seconds / 60 + 90, claimed=250)
    await session.commit()
    view = await OpeningDesk(database, OpeningHours()).read()
    assert (view.is_open, view.wait_minutes, view.week) == (True, 15, ())


async def test_without_enough_claims_we_do_not_know(database, session):
    for _ in range(FEWEST - 1):
        await hand_over(session, opened=10, claimed=5)
    await hand_over(session, opened=3)
    await session.commit()
    assert (await OpeningDesk(database, OpeningHours()).read()).wait_minutes is None


async def test_out_of_hours_there_is_an_opening_and_no_wait(database, session):
    for _ in range(FEWEST):
        await hand_over(session, opened=10, claimed=5)
    await session.commit()
    hours = parse_opening_hours("tue 09:00-18:00", zone="Europe/Berlin", holidays="")
    view = await OpeningDesk(database, hours).read()
    assert (view.is_open, view.wait_minutes, view.closes_at) == (False, None, None)
    assert view.opens_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert (view.week, view.time_zone) == (((1, 540, 1080),), "Europe/Berlin")


async def test_who_came_in_the_night_does_not_count(database, session):
    hours = parse_opening_hours("mon 11:00-18:00", zone="UTC", holidays="")
    for _ in range(FEWEST):
        await hand_over(session, opened=100, claimed=0.1)
    await session.commit()
    assert (await OpeningDesk(database, hours).read()).wait_minutes is None


async def test_the_database_is_not_asked_each_time(database, session):
    desk = OpeningDesk(database, OpeningHours())
    assert (await desk.read()).wait_minutes is None
    for _ in range(FEWEST):
        await hand_over(session, opened=10, claimed=5)
    await session.commit()
    assert (await desk.read()).wait_minutes is None


def test_hours_that_make_no_sense_stop_the_start(database):
    settings = Settings(_env_file=None, opening_hours="whenever")
    with pytest.raises(InvalidInputError, match="OPENING_HOURS"):
        build_opening(settings, database)
