"""What customers see and set of themselves: their own alone, in their language, at once."""

import pytest
from sqlalchemy import select

from channels.base import EventKind
from channels.ports import UnknownPreferenceError
from crm.care.queries import list_consents
from crm.errors import UnknownCustomerError
from crm.linking.merging import Why, merge
from crm.linking.models import Proof
from crm.models import Customer, Identity
from gateway.own_data import CrmOwnData
from gateway.seed import seed_company
from kit.clock import utc_now
from kit.database import Database


@pytest.fixture
def own_data(database: Database) -> CrmOwnData:
    return CrmOwnData(database)


def lines(view, title) -> dict[str, str]:
    return dict(next(section.lines for section in view.sections if section.title == title))


async def customer_of(session, account: str):
    found = select(Identity.customer_id).where(Identity.account == account)
    return (await session.execute(found)).scalar_one()


async def test_an_account_nobody_wrote_from_has_no_page(own_data):
    assert await own_data.read("fake", "stranger") is None


async def test_customers_see_themselves_and_nobody_else(desk, own_data):
    await desk.write("Hello")
    await desk.write("Hello", account="ben")
    async with desk.database.session() as session:
        await seed_company(session, now=utc_now())
        await session.commit()
    view = await own_data.read(desk.channel.name, "ada")
    assert lines(view, "You")["Name"] == "Ada"
    assert lines(view, "Conversations") == {"Messages between us": "1"}
    said = str(view)
    assert "Ben" not in said
    assert "LL-1" not in said


async def test_a_preference_is_a_consent_that_counts_at_once_and_is_theirs_alone(desk, own_data):
    await desk.write("Hello")
    await desk.write("Hello", account="ben")
    name = desk.channel.name
    assert [p.on for p in (await own_data.read(name, "ada")).preferences] == [False, False]
    await own_data.set_preference(name, "ada", key="newsletter", on=True)
    assert {p.key: p.on for p in (await own_data.read(name, "ada")).preferences} == {
        "newsletter": True,
        "service_messages": False,
    }
    await own_data.set_preference(name, "ada", key="newsletter", on=False)
    assert not any(p.on for p in (await own_data.read(name, "ada")).preferences)
    assert not any(p.on for p in (await own_data.read(name, "ben")).preferences)
    async with desk.database.session() as session:
        (consent,) = await list_consents(session, await customer_of(session, "ada"))
    assert (consent.granted, consent.wording) == (False, "own_data_page")


async def test_customers_see_which_campaign_brought_them(desk, own_data):
    await desk.say("start", kind=EventKind.COMMAND, argument="c_spring-sale")
    view = await own_data.read(desk.channel.name, "ada")
    assert lines(view, "You")["Came by campaign"] == "spring-sale"


async def test_what_nobody_offers_cannot_be_set(desk, own_data):
    await desk.write("Hello")
    with pytest.raises(UnknownPreferenceError):
        await own_data.set_preference(desk.channel.name, "ada", key="everything", on=True)
    with pytest.raises(UnknownCustomerError):
        await own_data.set_preference(desk.channel.name, "nobody", key="newsletter", on=True)


async def test_the_page_is_in_the_customers_language(desk, own_data):
    await desk.write("Hallo")
    async with desk.database.session() as session:
        customer = await session.get_one(Customer, await customer_of(session, "ada"))
        customer.locale = "de-AT"
        await session.commit()
    view = await own_data.read(desk.channel.name, "ada")
    assert lines(view, "Sie")["E-Mail-Adresse"] == "uns nicht bekannt"
    assert view.preferences[1].label == "Erinnerungen"


async def test_connected_accounts_show_each_other_and_share_preferences(desk, own_data):
    await desk.write("Hello")
    await desk.write("Hello", account="ben")
    name = desk.channel.name
    await own_data.set_preference(name, "ben", key="service_messages", on=True)
    async with desk.database.session() as session:
        pair = [await customer_of(session, each) for each in ("ada", "ben")]
        await merge(session, *pair, why=Why(Proof.CODE, "a code"))
        await session.commit()
    view = await own_data.read(name, "ada")
    assert len(next(s for s in view.sections if s.title == "Your accounts with us").lines) == 2
    assert view.preferences[1].on
