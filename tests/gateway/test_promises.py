"""What the bot said is a promise with the date it said, and the job alarms for it in time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from gateway import promises
from gateway.phrasing import Voice, load_phrasebook
from gateway.promises import build_promise_watch
from handoff.policy_file import load_policy
from handoff.promises import alarm
from handoff.promises.models import Maker, Promise, PromiseState
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from tests.fakes.dialogue import say

BOOK = load_phrasebook()
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def request(number="RQ-0A1B2C"):
    return {
        "type": "open_request",
        "kind": "damage",
        "number": number,
        "order_number": None,
        "details": {},
    }


async def promises_of(database):
    async with database.session() as session:
        return list((await session.execute(select(Promise))).scalars())


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(promises, "utc_now", lambda: TUESDAY)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "You get an answer within one working day."),
        ("de", "Sie bekommen innerhalb eines Werktags eine Antwort."),
    ],
)
async def test_the_bots_word_in_its_own_catalogue_has_a_date(desk, clock, language, said):
    words = BOOK.say(
        "damage_broken_done", Voice(language=language), order="LL-10042", number="RQ-0A1B2C"
    )
    assert said in " ".join(words.split())
    desk.engine.answers = [say(words, custom={"effects": [request()]})]
    conversation = await desk.say("it came broken")
    (made,) = await promises_of(desk.database)
    assert (made.made_by, made.words, made.conversation_id) == (Maker.BOT, said, conversation)
    assert made.due_at == datetime(2026, 11, 25, 18, tzinfo=UTC)


async def test_an_answer_that_opens_no_request_promises_nothing(desk, clock):
    desk.engine.answers = [say("You get your order within two working days.")]
    await desk.say("where is my order?")
    assert await promises_of(desk.database) == []


async def test_the_job_alarms_and_what_fails_is_no_hindrance(desk, monkeypatch):
    for account, number in (("ada", "RQ-0A1B2C"), ("ben", "RQ-0A1B2D")):
        custom = {"effects": [request(number)]}
        desk.engine.answers = [say("We call you within two days.", custom=custom)]
        await desk.say("call me", account=account)
    first, second = await promises_of(desk.database)
    async with desk.database.session() as session:
        soon = utc_now() + timedelta(minutes=30)
        await session.execute(update(Promise).values(due_at=soon, made_at=soon - timedelta(days=1)))
        await session.commit()
    real = alarm.alarm

    async def fail_for_first(session, promise_id, **more):
        if promise_id == first.id:
            raise ZeroDivisionError
        return await real(session, promise_id, **more)

    monkeypatch.setattr(promises, "alarm", fail_for_first)
    job = build_promise_watch(desk.database, load_policy(), warning_minutes=120)
    job.start()
    for _ in range(200):
        handoffs = await desk.handoffs(second.conversation_id)
        if handoffs:
            break
        await asyncio.sleep(0.02)
    await job.stop()
    assert [handoff.reason for handoff in handoffs] == [HandoffReason.PROMISE]
    states = {made.id: (made.state, made.warned_at) for made in await promises_of(desk.database)}
    assert states[first.id] == (PromiseState.OPEN, None)
    assert states[second.id][1] is not None
