"""What the desk says by itself: new cases and late promises, each once, to whom it concerns."""

from datetime import timedelta
from uuid import uuid4

import pytest

from console.desk import announcing
from console.desk.announcing import Announcer
from handoff.models import HandoffState
from handoff.queue import QueueItem
from kit.clock import utc_now

NOW = utc_now()
MINUTE = timedelta(minutes=1)
ME, COLLEAGUE = uuid4(), uuid4()


def case(name, *, agent_id=None, due=5):
    return QueueItem(
        handoff_id=uuid4(),
        conversation_id=uuid4(),
        customer_id=uuid4(),
        customer_name=name,
        channel="web",
        reason="complaint",
        reasons=("complaint",),
        priority=45,
        state=HandoffState.CLAIMED if agent_id else HandoffState.WAITING,
        agent_id=agent_id,
        agent_name=None,
        opened_at=NOW,
        claimed_at=None,
        sla_due_at=None if due is None else NOW + due * MINUTE,
        sla_name="normal",
        sla_due_kind="first_reply",
        last_words="",
        last_author=None,
        last_at=None,
    )


@pytest.fixture
def told(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(announcing, "tell", lambda text, _kind: said.append(text))
    return said


def test_the_first_look_only_takes_note(told):
    Announcer(ME).announce([case("Nell", due=-1)], NOW)
    assert told == []


def test_a_new_case_is_told_once(told):
    announcer, nell = Announcer(ME), case("Nell")
    for items in ([], [nell], [nell]):
        announcer.announce(items, NOW)
    assert told == ["New case: Nell · Complaint"]


def test_whoever_has_it_hears_that_it_is_late_and_all_when_nobody_has(told):
    announcer = Announcer(ME)
    items = [case("Mine", agent_id=ME), case("Theirs", agent_id=COLLEAGUE), case("Nobody's")]
    items.append(case("Awaited", agent_id=ME, due=None))
    for minutes in (0, 4, 6, 7):
        announcer.announce(items, NOW + minutes * MINUTE)
    assert told == ["Late: Mine · First reply", "Late: Nobody's · First reply"]
