"""Who may be the same customer: by e-mail or phone, decided by a person, never by itself."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from crm.linking.models import Merge, Verdict
from crm.linking.suggestions import decide, list_suggestions
from crm.linking.undoing import undo
from crm.models import Customer, Identity, Stage
from kit.clock import utc_now
from kit.ids import new_id

AGENT = uuid4()


async def add(session, name: str, *, email: str | None = None, phone: str | None = None):
    customer = Customer(
        id=new_id(),
        display_name=name,
        email=email,
        phone=phone,
        locale="en",
        stage=Stage.ACQUISITION,
        created_at=utc_now(),
    )
    session.add(customer)
    await session.flush()
    session.add(
        Identity(
            id=new_id(),
            customer_id=customer.id,
            channel="web",
            account=name,
            reachable=True,
            created_at=utc_now(),
        )
    )
    await session.flush()
    return customer.id


async def names(session, customer_id) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(one.name, one.evidence) for one in await list_suggestions(session, customer_id)]


async def test_the_same_address_or_number_is_suggested_however_it_is_written(session):
    ada = await add(session, "Ada", email="Ada@Shop.example", phone="+49 151 2345 6789")
    await add(session, "A. Example", email="ada@shop.EXAMPLE")
    await add(session, "Ada E.", phone="0151/23456789")
    await add(session, "Ben", email="ben@shop.example", phone="+49 151 9999 0000")
    await add(session, "Nobody")
    assert await names(session, ada) == [("A. Example", ("email",)), ("Ada E.", ("phone",))]


async def test_who_says_nothing_of_themselves_is_like_nobody(session):
    one = await add(session, "One")
    await add(session, "Two", email="", phone="12")
    assert await names(session, one) == []


async def test_accepting_joins_and_parting_asks_nobody_again(session):
    ada = await add(session, "Ada", email="ada@shop.example")
    other = await add(session, "A.", email="ada@shop.example")
    made = await decide(
        session, ada, other, verdict=Verdict.ACCEPTED, agent_id=AGENT, now=utc_now()
    )
    assert made is not None
    assert (made.agent_id, "email" in made.reason) == (AGENT, True)
    assert await names(session, ada) == []
    await undo(session, made.id, agent_id=AGENT, reason="no")
    assert await names(session, ada) == []


async def test_ruled_out_is_not_suggested_again_to_either(session):
    ada = await add(session, "Ada", email="ada@shop.example")
    other = await add(session, "A.", email="ada@shop.example")
    for _ in range(2):
        assert not await decide(
            session, ada, other, verdict=Verdict.REJECTED, agent_id=AGENT, now=utc_now()
        )
    assert await names(session, ada) == await names(session, other) == []
    assert (await session.execute(select(Merge))).first() is None


@pytest.mark.parametrize("email", ["%", "_", "ada%@shop.example", "' OR 1=1 --"])
async def test_an_address_is_no_pattern(session, email):
    one = await add(session, "One", email=email)
    await add(session, "Two", email="ada@shop.example")
    assert await names(session, one) == []
