"""Makes two customers one: moves every row, writes down every row moved. Never commits.

Called by gateway.linking for what customers prove and by the desk for what an employee decides.
The older customer is kept. The other one's row stays, with nothing of its own, until it is undone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.linking.errors import MovedMeanwhileError, SameCustomerError
from crm.linking.locking import lock_customers
from crm.linking.models import Fate, Merge, MergedRow, Proof
from crm.linking.profile import join_profiles
from crm.linking.queries import find_current
from crm.linking.tables import NEWEST, Owned, list_owned, require_all_known
from crm.models import Conversation, Customer, Identity
from kit.clock import utc_now
from kit.database import notify
from kit.ids import new_id


@dataclass(frozen=True)
class Why:
    """What says that two customers are one: the proof, words for it, and who decided if anybody."""

    proof: Proof
    reason: str
    agent_id: UUID | None = None


async def merge(
    session: AsyncSession, one: UUID, other: UUID, *, why: Why, now: datetime | None = None
) -> Merge:
    """Make the two customers one; who was merged before stands for what became of them.

    Errors: SameCustomerError, UnknownCustomerError, MovedMeanwhileError (try again).
    """
    await require_all_known(session)
    first, second = await find_current(session, one), await find_current(session, other)
    if first == second:
        raise SameCustomerError("These are one customer already.")
    customers = await lock_customers(session, {first, second})
    if (await find_current(session, first), await find_current(session, second)) != (first, second):
        raise MovedMeanwhileError("A colleague has just merged one of these. Please look again.")
    kept, absorbed = sorted(customers.values(), key=lambda each: (each.created_at, each.id))
    made = Merge(
        kept_id=kept.id,
        absorbed_id=absorbed.id,
        proof=why.proof,
        reason=why.reason,
        agent_id=why.agent_id,
        profile=join_profiles(kept, absorbed),
        merged_at=now or utc_now(),
    )
    session.add(made)
    await session.flush()
    for owned in list_owned():
        await _move(session, made, owned)
    await reread(session, kept.id)
    await announce(session, {kept.id})
    return made


async def gather_strays(session: AsyncSession) -> int:
    """Move what was written to a merged customer by somebody who did not know yet; return how much.

    Such a row is recorded as moved, so that it goes back when the merge is undone.
    """
    in_force = select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.merged_at, Merge.id)
    merges = (await session.execute(in_force.with_for_update(read=True))).scalars().all()
    moved = 0
    for owned in list_owned() if merges else ():
        for each in await _find_merges_with_strays(session, owned):
            moved += await _take(session, each, owned)
    return moved


async def announce(session: AsyncSession, customer_ids: set[UUID]) -> None:
    """Have every desk look again at whatever it shows of these customers."""
    found = select(Conversation.id).where(Conversation.customer_id.in_(customer_ids))
    for conversation_id in (await session.execute(found)).scalars():
        await notify(session, "message", str(conversation_id))
    for customer_id in sorted(customer_ids):
        await notify(session, "customer", str(customer_id))


async def reread(session: AsyncSession, customer_id: UUID) -> None:
    """Let what the session holds of the customer say what the database says now."""
    for mapped in (Conversation, Identity):
        found = select(mapped).where(mapped.customer_id == customer_id)
        await session.execute(found.execution_options(populate_existing=True))


async def park(session: AsyncSession) -> UUID:
    """Return a customer who holds rows for a moment, so that two can change places."""
    parked = new_id()
    values = {"id": parked, "locale": "en", "stage": "acquisition", "created_at": utc_now()}
    await session.execute(insert(Customer).values(values))
    return parked


async def leave_park(session: AsyncSession, parked: UUID) -> None:
    """Take the customer of `park` away again; there must be nothing left with it."""
    await session.execute(delete(Customer).where(Customer.id == parked))


async def _move(session: AsyncSession, made: Merge, owned: Owned) -> None:
    """Move a table's rows to the kept customer; where only one can be, the newer one is it."""
    stays, gives_way = await _find_conflicts(session, made, owned)
    await _record(session, made, owned, stays, Fate.STAYED)
    if not gives_way:
        await _take(session, made, owned)
        return
    await _record(session, made, owned, gives_way, Fate.GAVE_WAY)
    parked = await park(session)
    away = update(owned.table).where(owned.id.in_(gives_way))
    await session.execute(away.values({owned.owner: parked}))
    await _take(session, made, owned)
    await session.execute(away.values({owned.owner: made.absorbed_id}))
    await leave_park(session, parked)


async def _take(session: AsyncSession, made: Merge, owned: Owned) -> int:
    """Move all rows of the absorbed customer that have no other fate, and record each."""
    settled = select(MergedRow.row_id).where(
        MergedRow.merge_id == made.id,
        MergedRow.table_name == owned.name,
        MergedRow.fate != Fate.MOVED,
    )
    moved = (
        update(owned.table)
        .where(owned.owner == made.absorbed_id, owned.id.not_in(settled))
        .values({owned.owner: made.kept_id})
        .returning(owned.id)
    )
    ids = list((await session.execute(moved)).scalars())
    await _record(session, made, owned, ids, Fate.MOVED)
    return len(ids)


async def _find_conflicts(
    session: AsyncSession, made: Merge, owned: Owned
) -> tuple[set[UUID], set[UUID]]:
    """Return the rows that cannot move, and the kept customer's that a newer one replaces."""
    stays: set[UUID] = set()
    gives_way: set[UUID] = set()
    mine, theirs = owned.table.alias("mine"), owned.table.alias("theirs")
    for columns in owned.once:
        newest = NEWEST[owned.name]
        alike = and_(true(), *(mine.c[name] == theirs.c[name] for name in columns))
        pairs = (
            select(mine.c.id, theirs.c.id, theirs.c[newest] > mine.c[newest])
            .join_from(mine, theirs, alike)
            .where(mine.c.customer_id == made.kept_id, theirs.c.customer_id == made.absorbed_id)
        )
        for my_id, their_id, is_newer in await session.execute(pairs):
            if is_newer:
                gives_way.add(my_id)
            else:
                stays.add(their_id)
    return stays, gives_way


async def _find_merges_with_strays(session: AsyncSession, owned: Owned) -> list[Merge]:
    settled = select(MergedRow.row_id).where(
        MergedRow.merge_id == Merge.id,
        MergedRow.table_name == owned.name,
        MergedRow.row_id == owned.id,
        MergedRow.fate != Fate.MOVED,
    )
    found = (
        select(Merge)
        .join(owned.table, owned.owner == Merge.absorbed_id)
        .where(Merge.undone_at.is_(None), ~settled.exists())
        .order_by(Merge.merged_at, Merge.id)
        .distinct()
    )
    return list((await session.execute(found)).scalars())


async def _record(
    session: AsyncSession, made: Merge, owned: Owned, ids: Collection[UUID], fate: Fate
) -> None:
    if not ids:
        return
    rows = [
        {"merge_id": made.id, "table_name": owned.name, "row_id": row_id, "fate": fate}
        for row_id in ids
    ]
    await session.execute(upsert(MergedRow).on_conflict_do_nothing(), rows)
