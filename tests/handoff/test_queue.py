"""The queue: its order and what each row tells."""

from datetime import timedelta

from handoff import service
from handoff.queue import find_queue_item, list_queue
from handoff.reasons import HandoffReason
from kit.clock import utc_now
from kit.ids import new_id
from tests.handoff.scenes import add_agent, open_case


async def names(session):
    return [item.customer_name for item in await list_queue(session)]


async def test_overdue_first_then_risk_then_age(session):
    now = utc_now()
    for name, reason, minutes in [
        ("young wish", HandoffReason.HUMAN_WANTED, 1),
        ("old wish", HandoffReason.HUMAN_WANTED, 30),
        ("danger", HandoffReason.SAFETY, 1),
        ("overdue wish", HandoffReason.HUMAN_WANTED, 90),
        ("overdue danger", HandoffReason.SAFETY, 8),
    ]:
        at = now - timedelta(minutes=minutes)
        await open_case(session, "hi", reason=reason, account=name, name=name, now=at)
    assert await names(session) == [
        "overdue danger",
        "overdue wish",
        "danger",
        "old wish",
        "young wish",
    ]


async def test_claimed_cases_come_after_waiting_ones_and_closed_ones_not_at_all(session):
    agent = await add_agent(session, "mara")
    mine, _ = await open_case(session, account="a", name="a", reason=HandoffReason.SAFETY)
    done, _ = await open_case(session, account="b", name="b")
    await open_case(session, account="c", name="c")
    for handoff in (mine, done):
        await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    await service.resolve(session, done.id, agent_id=agent.id, outcome="done")
    assert await names(session) == ["c", "a"]


async def test_a_row_tells_who_why_and_the_last_words_but_no_note(session):
    agent = await add_agent(session, "mara")
    handoff, conversation = await open_case(session, "my lamp broke", name="Nell Ashdown")
    await service.add_note(session, conversation.id, agent_id=agent.id, body="internal")
    (item,) = await list_queue(session)
    assert (item.customer_name, item.reason) == ("Nell Ashdown", "human_wanted")
    assert (item.last_words, item.last_author) == ("my lamp broke", "customer")
    assert (item.state, item.agent_name) == ("waiting", None)
    await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    (item,) = await list_queue(session)
    assert (item.state, item.agent_name) == ("claimed", "Mara")


async def test_a_closed_case_is_still_found_by_its_id(session):
    agent = await add_agent(session, "mara")
    handoff, _ = await open_case(session)
    await service.claim(session, handoff.id, agent_id=agent.id, now=utc_now())
    await service.resolve(session, handoff.id, agent_id=agent.id, outcome="done")
    found = await find_queue_item(session, handoff.id)
    assert found is not None
    assert found.state == "resolved"
    assert await find_queue_item(session, new_id()) is None
