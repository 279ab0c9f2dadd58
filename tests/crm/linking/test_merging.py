"""Two customers become one: every table moves, the newer wins, everything is recorded."""

import asyncio

import pytest
from sqlalchemy import func, select, text

from crm.care.models import LoyaltyAccount
from crm.care.queries import find_loyalty, list_consents
from crm.errors import UnknownCustomerError
from crm.linking.errors import SameCustomerError
from crm.linking.merging import Why, merge
from crm.linking.models import Fate, Merge, MergedRow, Proof
from crm.linking.queries import find_current, list_members, list_merges
from crm.linking.tables import EXEMPT, NEWEST, OWNER, PLACELESS, POINTERS, list_owned
from crm.linking.undoing import undo
from crm.models import Customer, Stage
from crm.queries import read_timeline
from handoff.models import Handoff, HandoffState
from kit.database import Base
from tests.crm.linking.worlds import World, name

WHY = Why(Proof.CODE, "a code from web typed in telegram")
ADA, BEN, CLEO = name("ada"), name("ben"), name("cleo")


@pytest.fixture
async def world(session):
    world = World(session)
    await world.begin(members=("ada", "ben"))
    return world


def test_every_table_of_a_customer_moves_or_says_why_not():
    owned = {each.name for each in list_owned()}
    with_owner = {t.name for t in Base.metadata.tables.values() if OWNER in t.c}
    assert owned | set(EXEMPT) == with_owner
    assert not owned & set(EXEMPT)
    assert {"identities", "conversations", "handoffs", "asked_questions", "consents"} <= owned


def test_every_column_that_points_to_a_customer_is_one_that_moves_or_is_explained():
    pointing = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "customers" for key in column.foreign_keys)
        and column.name != OWNER
    }
    assert pointing == set(POINTERS)
    assert all(len(reason) > 20 for reason in (*POINTERS.values(), *EXEMPT.values()))


def test_what_comes_later_is_led_to_an_account_or_says_why_not():
    lost = {each.name for each in list_owned() if each.came_in_on is None}
    assert lost == set(PLACELESS)


def test_where_only_one_row_can_be_it_is_said_which_is_newer():
    assert {each.name for each in list_owned() if each.once} == set(NEWEST)
    assert all(column in Base.metadata.tables[table].c for table, column in NEWEST.items())


def test_rows_are_named_by_one_column():
    assert all([c.name for c in each.table.primary_key] == ["id"] for each in list_owned())


async def test_the_older_customer_is_kept_and_completed(world):
    made = await merge(world.session, BEN, ADA, why=WHY, now=world.now)
    assert (made.kept_id, made.absorbed_id) == (ADA, BEN)
    ada = await world.session.get_one(Customer, ADA)
    assert (ada.display_name, ada.email, ada.stage) == ("Ada", "ada@example.org", Stage.RETENTION)
    assert made.profile["stage"] == ["acquisition", "retention"]


async def test_both_histories_are_one_timeline_in_order(world):
    said = [await world.act(each, "say") for each in ("ada-web", "ben-telegram", "ada-slack")]
    await merge(world.session, ADA, BEN, why=WHY, now=world.now)
    said.append(await world.act("ben-telegram", "say"))
    timeline = await read_timeline(world.session, ADA)
    assert [entry.id for entry in timeline] == said
    assert [entry.channel for entry in timeline] == ["web", "telegram", "slack", "telegram"]
    assert await read_timeline(world.session, BEN) == []
    telegram = timeline[1].conversation_id
    elsewhere = await read_timeline(world.session, ADA, without=telegram, limit=2)
    assert [entry.id for entry in elsewhere] == [said[0], said[2]]


async def test_the_latest_word_of_both_counts(world):
    await world.act("ada-web", "allow")
    await world.act("ben-telegram", "allow")
    later = (await list_consents(world.session, BEN))[0]
    await merge(world.session, ADA, BEN, why=WHY, now=world.now)
    assert await list_consents(world.session, ADA) == (later,)


async def test_the_newer_membership_counts_and_the_other_is_kept(world):
    made = await merge(world.session, ADA, BEN, why=WHY, now=world.now)
    loyalty = await find_loyalty(world.session, ADA)
    assert loyalty is not None
    assert loyalty.referral_code == "BEN-1"
    aside = select(MergedRow.row_id).where(
        MergedRow.merge_id == made.id, MergedRow.fate == Fate.GAVE_WAY
    )
    assert (await world.session.execute(aside)).scalars().all() == [name("member", "ada")]
    count = select(func.count()).select_from(LoyaltyAccount)
    assert (await world.session.execute(count)).scalar_one() == 2


async def test_open_cases_of_both_stay_open(world):
    await world.act("ada-web", "hand_over")
    await world.act("ben-telegram", "hand_over")
    await merge(world.session, ADA, BEN, why=WHY, now=world.now)
    found = select(Handoff.customer_id).where(Handoff.state == HandoffState.WAITING)
    assert (await world.session.execute(found)).scalars().all() == [ADA, ADA]


async def test_every_moved_row_is_recorded(world):
    for kind in ("say", "allow", "rate", "want", "question", "order"):
        await world.act("ben-telegram", kind)
    made = await merge(world.session, ADA, BEN, why=WHY, now=world.now)
    rows = select(MergedRow.table_name, func.count()).where(MergedRow.fate == Fate.MOVED)
    counted = dict((await world.session.execute(rows.group_by(MergedRow.table_name))).all())
    assert counted == dict.fromkeys(
        (
            "identities",
            "conversations",
            "consents",
            "ratings",
            "service_requests",
            "asked_questions",
            "orders",
            "loyalty_accounts",
        ),
        1,
    )
    assert (made.proof, made.reason, made.agent_id, made.merged_at) == (
        Proof.CODE,
        WHY.reason,
        None,
        world.now,
    )


async def test_a_chain_of_merges_is_one_customer(world):
    await merge(world.session, BEN, CLEO, why=WHY, now=world.now)
    world.ticks += 1
    await merge(world.session, CLEO, ADA, why=WHY, now=world.now)  # Cleo is Ben by now
    assert await find_current(world.session, CLEO) == ADA
    assert await list_members(world.session, ADA) == {ADA, BEN, CLEO}
    assert [(m.absorbed_id, m.can_undo) for m in await list_merges(world.session, ADA)] == [
        (BEN, True),
        (CLEO, False),
    ]
    with pytest.raises(SameCustomerError):
        await merge(world.session, CLEO, BEN, why=WHY)


async def test_nobody_is_merged_with_a_stranger_to_the_database(world):
    with pytest.raises(UnknownCustomerError):
        await merge(world.session, ADA, name("nobody"), why=WHY)


async def test_a_table_this_process_does_not_know_stops_the_merge(world):
    await world.session.execute(text("CREATE TABLE surprises (customer_id uuid)"))
    with pytest.raises(RuntimeError, match="surprises"):
        await merge(world.session, ADA, BEN, why=WHY)


async def test_merges_at_the_same_moment_take_turns(database):
    async with database.session() as session:
        world = World(session)
        await world.begin()
        await session.commit()

    async def join(one, other):
        async with database.session() as session:
            try:
                await merge(session, one, other, why=WHY)
            except SameCustomerError:
                return False
            await session.commit()
            return True

    pairs = [(ADA, BEN), (BEN, CLEO), (CLEO, ADA), (BEN, ADA), (CLEO, BEN)]
    for _ in range(5):  # whoever was told to try again does
        async with asyncio.timeout(60):
            await asyncio.gather(*(join(*pair) for pair in pairs), return_exceptions=True)
    async with database.session() as session:
        assert await list_members(session, ADA) == {ADA, BEN, CLEO}
        count = select(func.count()).select_from(Merge)
        assert (await session.execute(count)).scalar_one() == 2
        later, earlier = await list_merges(session, ADA)
        for made in (later, earlier):
            await undo(session, made.id, agent_id=name("lead"), reason="wrong")
        world = World(session)
        owners = [await world.owner(each) for each in ("ada-web", "ben-telegram", "cleo-web")]
        assert owners == [ADA, BEN, CLEO]
